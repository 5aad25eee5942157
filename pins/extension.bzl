# SPDX-License-Identifier: MIT
"""Everything from outside that is not a Bazel module: SDKs and SQLite's source, and schemas that tests read."""

load(":repository.bzl", "pinned_repository")

def _impl(_mctx):
    pinned_repository(
        name = "go_sdk_files",
        build_file = "//toolchains/go:go_sdk_files.BUILD",
        env = "GOSQLITE_GO_SDK",
        per_machine = True,
        pin = "go_sdk",
    )
    pinned_repository(
        name = "zig_sdk",
        build_file = "//toolchains/zig:zig_sdk.BUILD",
        env = "GOSQLITE_ZIG",
        per_machine = True,
        pin = "zig",
    )
    pinned_repository(
        name = "sqlite3_source",
        build_file = "//sqlite3_amalgamation:sqlite3_source.BUILD",
        env = "GOSQLITE_SQLITE",
        pin = "sqlite_amalgamation",
    )
    for name in ["cyclonedx_schemas", "spdx_schemas"]:
        pinned_repository(
            name = name,
            build_file = "//tools/sbom/conformance/schema:schemas.BUILD",
            env = "GOSQLITE_" + name.upper(),
            group = "schemas",
            pin = name,
        )

pins = module_extension(implementation = _impl)
