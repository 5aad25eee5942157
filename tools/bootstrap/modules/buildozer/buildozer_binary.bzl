# SPDX-License-Identifier: MIT
"""Stand-in for buildozer's module extension: it makes no repository."""

def _buildozer_binary_impl(_module_ctx):
    pass

buildozer_binary = module_extension(
    implementation = _buildozer_binary_impl,
    doc = "Takes the place of buildozer's extension of the same name.",
)
