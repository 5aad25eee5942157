# SPDX-License-Identifier: MIT
"""The one way into a platform of the matrix.

Bazel names a configuration's output folder after what transitions changed, and the folder stands in every action's
key. So that a platform has the same keys whether it was asked for by --platforms, as one of all or by a test, every
way leads through the same two steps: `leave_platform` on the rule moves the request aside and sets a platform that
nobody asks for, `enter_platform` or `enter_each` on the attribute sets the platform that is wanted. Both are changes
in all cases, whatever the command line said. (.bazelrc sets the naming scheme under which that is so.)
"""

load(":matrix.bzl", "DEFAULT", "MATRIX")

visibility("public")

_PLATFORMS = "//command_line_option:platforms"
_REQUESTED = "//platforms:requested"

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

def _enter(row):
    return {_PLATFORMS: str(Label("//platforms:" + row.name)), _REQUESTED: ""}

def _leave_impl(settings, attr):
    fixed = getattr(attr, "platform", "")
    return {
        _PLATFORMS: str(Label("//platforms:unset")),
        _REQUESTED: "//platforms:" + fixed if fixed else str(settings[_PLATFORMS][0]),
    }

leave_platform = transition(
    implementation = _leave_impl,
    inputs = [_PLATFORMS],
    outputs = [_PLATFORMS, _REQUESTED],
)

def _host_tool_impl(_settings, _attr):
    return {_PLATFORMS: str(Label("//platforms:host")), _REQUESTED: ""}

# For the tools of our rules, which have no C in them and run where the build runs. In the exec configuration the request of
# a rule that leaves a platform would make each its own copy, and those of the others would be built a second time beside
# the tests': two equal actions at once both run.
host_tool = transition(
    implementation = _host_tool_impl,
    inputs = [],
    outputs = [_PLATFORMS, _REQUESTED],
)

def _enter_impl(settings, _attr):
    return _enter(row_of(settings[_REQUESTED]))

enter_platform = transition(
    implementation = _enter_impl,
    inputs = [_REQUESTED],
    outputs = [_PLATFORMS, _REQUESTED],
)

def _enter_each_impl(_settings, attr):
    return {
        row.name: _enter(row)
        for row in MATRIX
        if not attr.only or row.name in attr.only
    }

enter_each = transition(
    implementation = _enter_each_impl,
    inputs = [],
    outputs = [_PLATFORMS, _REQUESTED],
)
