# SPDX-License-Identifier: MIT
"""Unit tests of the matrix and of the way into a platform."""

load("@bazel_skylib//lib:unittest.bzl", "asserts", "unittest")
load("//platforms:matrix.bzl", "CI", "DEFAULT", "MATRIX", "TIERS")
load("//platforms:table.bzl", "markdown")
load("//platforms:transition.bzl", "row_of")

visibility("private")

def _matrix_test_impl(ctx):
    env = unittest.begin(ctx)
    names = [row.name for row in MATRIX]
    asserts.equals(env, len(names), len({name: None for name in names}), "names are unique")
    for row in MATRIX:
        asserts.true(env, row.tier in TIERS, row.name + " has a tier that is explained")
        asserts.true(env, row.name.startswith(row.goos + "_"), row.name + " begins with its system")
    for name in CI + [DEFAULT]:
        asserts.true(env, name in names, name + " is a row")
    return unittest.end(env)

_matrix_test = unittest.make(_matrix_test_impl)

def _row_of_test_impl(ctx):
    env = unittest.begin(ctx)
    asserts.equals(env, "linux_s390x", row_of("@@//platforms:linux_s390x").name)
    asserts.equals(env, "linux_s390x", row_of("@@gosqlite~//platforms:linux_s390x").name)
    asserts.equals(env, DEFAULT, row_of("//platforms:host").name)

    said = []
    for unlisted in ["//platforms:linux_sparc", "@@platforms//host:host", "//elsewhere:linux_amd64"]:
        asserts.equals(env, None, row_of(unlisted, fail = said.append), unlisted)
    asserts.equals(env, 3, len(said))
    for text in said:
        asserts.true(env, "linux_amd64, linux_arm64" in text, "the choices are listed")
    return unittest.end(env)

_row_of_test = unittest.make(_row_of_test_impl)

def _table_test_impl(ctx):
    env = unittest.begin(ctx)
    lines = markdown(MATRIX)
    asserts.equals(env, len(MATRIX) + 2, len(lines))
    asserts.equals(env, "| `linux_amd64` | linux/amd64 | glibc 2.28 | tested |", lines[2])
    return unittest.end(env)

_table_test = unittest.make(_table_test_impl)

def platforms_test_suite(name):
    """All of the above.

    Args:
      name: of the suite
    """
    unittest.suite(name, _matrix_test, _row_of_test, _table_test)
