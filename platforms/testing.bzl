# SPDX-License-Identifier: MIT
"""Tests of what has C in it, built for rows of the matrix over the standard library and C runtime of a release."""

load("@rules_go//go:def.bzl", "go_test")
load(":transition.bzl", "enter_own_unit", "enter_platform", "leave_platform")

visibility("public")

# The rows whose programs run on the machine that tests run on.
NATIVE = ["linux_amd64", "linux_amd64_musl"]

def _platform_test_impl(ctx):
    test = ctx.attr.test[0] if type(ctx.attr.test) == "list" else ctx.attr.test
    out = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.symlink(output = out, target_file = test[DefaultInfo].files_to_run.executable, is_executable = True)
    providers = [DefaultInfo(executable = out, runfiles = test[DefaultInfo].default_runfiles)]
    if RunEnvironmentInfo in test:
        providers.append(test[RunEnvironmentInfo])
    return providers

def _test_rule(enter):
    return rule(
        implementation = _platform_test_impl,
        cfg = leave_platform,
        test = True,
        attrs = {
            "platform": attr.string(doc = "a row of the matrix", mandatory = True),
            "test": attr.label(cfg = enter, executable = True, mandatory = True),
            "_allowlist_function_transition": attr.label(default = "@bazel_tools//tools/allowlists/function_transition_allowlist"),
        },
    )

_platform_test = _test_rule(enter_own_unit)

_library_test = _test_rule(enter_platform)

def go_platform_test(name, platforms = NATIVE, library = False, tags = [], size = None, timeout = None, visibility = None, **kwargs):
    """A go_test that runs once for each platform: NAME on the first, NAME_PLATFORM on the others.

    Args:
      name: of the test
      platforms: rows of the matrix that this machine can run
      library: whether it also runs over a release's libsqlite3.a, as the released shell does: NAME_libsqlite3 on the first
      tags: of the tests
      size: of the tests
      timeout: of the tests
      visibility: of the tests
      **kwargs: of go_test
    """
    program = name + "_program"
    go_test(
        name = program,
        pure = "off",
        tags = tags + ["manual"],
        visibility = ["//visibility:private"],
        **kwargs
    )
    for i, platform in enumerate(platforms):
        _platform_test(
            name = name if i == 0 else "{}_{}".format(name, platform),
            platform = platform,
            size = size,
            tags = tags,
            test = program,
            timeout = timeout,
            visibility = visibility,
        )
    if library:
        _library_test(
            name = name + "_libsqlite3",
            platform = platforms[0],
            size = size,
            tags = tags,
            test = program,
            timeout = timeout,
            visibility = visibility,
        )
