# SPDX-License-Identifier: MIT
"""Planted leaks: an action for each fact that `reproduce` varies, which writes exactly that fact into its output."""

visibility("private")

def planted_leak(name, cmd, local = True):
    """An action whose output is what `cmd` prints.

    Args:
      name: of the variation
      cmd: shell text; $< is this package's input
      local: whether it runs without a sandbox, whatever the build asks for
    """
    native.genrule(
        name = name,
        srcs = ["input.txt"],
        outs = [name + ".txt"],
        cmd = "({}) > $@".format(cmd),
        tags = (["local"] if local else []) + ["manual"],
    )
