# SPDX-License-Identifier: MIT
"""Tells Bazel's C++ rules how the tools of one row are called."""

load("@bazel_tools//tools/build_defs/cc:action_names.bzl", "ACTION_NAMES")
load("@bazel_tools//tools/cpp:cc_toolchain_config_lib.bzl", "action_config", "feature", "flag_group", "flag_set", "tool", "tool_path")
load(":providers.bzl", "ZigToolsInfo")

visibility("//toolchains/zig/...")

_COMPILE = [ACTION_NAMES.c_compile, ACTION_NAMES.cpp_compile, ACTION_NAMES.assemble, ACTION_NAMES.preprocess_assemble]

_LINK = [ACTION_NAMES.cpp_link_executable, ACTION_NAMES.cpp_link_dynamic_library, ACTION_NAMES.cpp_link_nodeps_dynamic_library]

_LINK_FEATURES = [
    "output_execpath_flags",
    "library_search_directories",
    "libraries_to_link",
    "force_pic_flags",
    "user_link_flags",
    "linker_param_file",
]

_COMPILE_FLAGS = [
    # Said explicitly: neither Bazel nor cgo optimises by itself.
    "-O2",
    "-Werror=date-time",
]

def _config_impl(ctx):
    tools = ctx.attr.tools[ZigToolsInfo]
    action_configs = [action_config(action_name = a, tools = [tool(tool = tools.cc)]) for a in _COMPILE]
    action_configs += [action_config(action_name = a, tools = [tool(tool = tools.ld)], implies = _LINK_FEATURES) for a in _LINK]
    action_configs.append(action_config(
        action_name = ACTION_NAMES.cpp_link_static_library,
        tools = [tool(tool = tools.zig)],
        implies = ["zig_archive"],
    ))
    features = [
        feature(
            name = "default_flags",
            enabled = True,
            flag_sets = [flag_set(actions = _COMPILE, flag_groups = [flag_group(flags = _COMPILE_FLAGS)])],
        ),
        # zig is its own archiver: its first argument says so.
        feature(
            name = "zig_archive",
            flag_sets = [flag_set(
                actions = [ACTION_NAMES.cpp_link_static_library],
                flag_groups = [
                    flag_group(flags = ["ar", "rcsD", "%{output_execpath}"]),
                    flag_group(
                        iterate_over = "libraries_to_link",
                        flag_groups = [
                            flag_group(
                                flags = ["%{libraries_to_link.name}"],
                                expand_if_available = "libraries_to_link.name",
                            ),
                        ],
                        expand_if_available = "libraries_to_link",
                    ),
                ],
            )],
        ),
        # The legacy flags of an archiver would come after the ones above.
        feature(name = "archiver_flags"),
    ]

    # buildifier: disable=native-cc-common  # rules_cc of the registries mode exports none
    return cc_common.create_cc_toolchain_config_info(
        ctx = ctx,
        toolchain_identifier = ctx.label.name,
        host_system_name = "local",
        target_system_name = ctx.attr.triple,
        target_cpu = ctx.attr.cpu,
        target_libc = ctx.attr.libc,
        compiler = "zig",
        abi_version = "unknown",
        abi_libc_version = "unknown",
        features = features,
        action_configs = action_configs,
        # Header folders are inputs of every compilation; Bazel need not find them by itself.
        cxx_builtin_include_directories = [],
        # The tools are files of the build, named by the action configs; these names must exist all the same.
        tool_paths = [
            tool_path(name = t, path = "/bin/false")
            for t in ["gcc", "cpp", "ld", "ar", "nm", "objdump", "objcopy", "strip", "gcov", "dwp"]
        ],
    )

zig_config = rule(
    implementation = _config_impl,
    attrs = {
        "cpu": attr.string(mandatory = True),
        "libc": attr.string(mandatory = True),
        "tools": attr.label(mandatory = True, cfg = "exec", providers = [ZigToolsInfo]),
        "triple": attr.string(mandatory = True),
    },
    provides = [CcToolchainConfigInfo],
)
