# SPDX-License-Identifier: MIT
"""The release that this tree builds. Time is data: nothing in the build reads a clock."""

visibility("public")

VERSION = "0.1.0"

# Modification time of every released file; zip archives can say even seconds only.
RELEASE_TIME = "2026-11-27T00:00:00Z"
