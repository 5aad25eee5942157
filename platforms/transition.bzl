# SPDX-License-Identifier: MIT
"""The one way into a platform of the matrix.

Bazel names a configuration's output folder after what transitions changed, and the folder stands in every action's
key. So that a platform has the same keys whether it was asked for by --platforms, as one of all or by a test, every
way leads through the same two steps: `leave_platform` on the rule moves the request aside and sets a platform that
nobody asks for, `enter_platform` or `enter_each` on the attribute sets the platform that is wanted. Both are changes
in all cases, whatever the command line said. (.bazelrc sets the naming scheme under which that is so.)

A release enters with SQLite as its libsqlite3.a has it, tests with the driver's own unit: `enter_platform` and `enter_own_unit`.
They differ in a build tag that no package of the standard library knows, so that Go's rules compile one for both.
"""

load(":matrix.bzl", "DEFAULT", "MATRIX")

visibility("public")

_PLATFORMS = "//command_line_option:platforms"
_REQUESTED = "//platforms:requested"
_TAGS = "@rules_go//go/config:tags"

# os/user without C: gosqlite-verify, which reads tar archives, has no C in it then, and stands on the standard library that
# its platform has anyhow.
_OWN_UNIT = ["osusergo"]

# The driver's shims over //sqlite3_amalgamation (//internal/capi), which a release compiles for lib/libsqlite3.a in any case.
_LIBRARY = ["libsqlite3", "osusergo"]

def row_of(platform, *, fail = fail):
    """Finds the matrix's row for the label of a platform; fails with the list of choices.

    Args:
      platform: a label, or the text of one
      fail: how to fail; tests pass a recorder
    Returns:
      the row, or None when a recorder took the failure
    """
    name = str(platform).split(":")[-1]
    package = str(platform).split("//")[-1].split(":")[0]
    if package == "platforms":
        for row in MATRIX:
            if row.name == (DEFAULT if name == "host" else name):
                return row
    return fail("no release can be built for platform {}: choose one with --platforms=//platforms:NAME, NAME being one of {}".format(
        platform,
        ", ".join([r.name for r in MATRIX]),
    ))

def _enter(row, tags):
    return {_PLATFORMS: str(Label("//platforms:" + row.name)), _REQUESTED: "", _TAGS: tags}

def _leave_impl(settings, attr):
    fixed = getattr(attr, "platform", "")
    return {
        _PLATFORMS: str(Label("//platforms:unset")),
        _REQUESTED: "//platforms:" + fixed if fixed else str(settings[_PLATFORMS][0]),
        _TAGS: ["unset"],
    }

leave_platform = transition(
    implementation = _leave_impl,
    inputs = [_PLATFORMS],
    outputs = [_PLATFORMS, _REQUESTED, _TAGS],
)

def _host_tool_impl(_settings, _attr):
    return {_PLATFORMS: str(Label("//platforms:host")), _REQUESTED: "", _TAGS: []}

# For the tools of our rules, which have no C in them and run where the build runs. In the exec configuration the request of
# a rule that leaves a platform would make each its own copy, and those of the others would be built a second time beside
# the tests': two equal actions at once both run.
host_tool = transition(
    implementation = _host_tool_impl,
    inputs = [],
    outputs = [_PLATFORMS, _REQUESTED, _TAGS],
)

# For tools of the toolchains: in the exec configuration they would be made once for each list of tags, and all alike.
without_tags = transition(
    implementation = lambda _settings, _attr: {_TAGS: []},
    inputs = [],
    outputs = [_TAGS],
)

enter_platform = transition(
    implementation = lambda settings, _attr: _enter(row_of(settings[_REQUESTED]), _LIBRARY),
    inputs = [_REQUESTED],
    outputs = [_PLATFORMS, _REQUESTED, _TAGS],
)

enter_own_unit = transition(
    implementation = lambda settings, _attr: _enter(row_of(settings[_REQUESTED]), _OWN_UNIT),
    inputs = [_REQUESTED],
    outputs = [_PLATFORMS, _REQUESTED, _TAGS],
)

def _each(attr, tags):
    return {
        row.name: _enter(row, tags)
        for row in MATRIX
        if not attr.only or row.name in attr.only
    }

enter_each = transition(
    implementation = lambda _settings, attr: _each(attr, _LIBRARY),
    inputs = [],
    outputs = [_PLATFORMS, _REQUESTED, _TAGS],
)

enter_each_own_unit = transition(
    implementation = lambda _settings, attr: _each(attr, _OWN_UNIT),
    inputs = [],
    outputs = [_PLATFORMS, _REQUESTED, _TAGS],
)
