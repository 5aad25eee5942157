# SPDX-License-Identifier: MIT
"""License files of repositories whose own BUILD files let no target name them, as those of gazelle do.

    licenses = use_extension("@gosqlite//tools/sbom:licenses.bzl", "licenses")
    licenses.of(name = "zstd", beside = "@com_github_klauspost_compress//zstd:BUILD.bazel")
    use_repo(licenses, "licenses")

makes the file @licenses//:zstd, for an sbom_component to name as evidence.
"""

visibility("public")

_NAMES = ["LICENSE", "LICENSE.txt", "LICENSE.md", "LICENSE.code", "LICENCE", "COPYING", "COPYRIGHT"]

def license_of(folder):
    """Finds the license of a repository.

    Args:
      folder: path of its root
    Returns:
      the path of the file, or None
    """
    for name in _NAMES:
        if folder.get_child(name).exists:
            return folder.get_child(name)
    return None

def _licenses_impl(rctx):
    for name, label in rctx.attr.build_files.items():
        build_file = Label(label)
        folder = rctx.path(build_file).dirname
        for _ in build_file.package.split("/") if build_file.package else []:
            folder = folder.dirname
        file = license_of(folder)
        if not file:
            fail("find license of {}: the repository of {} has none of {} in its root".format(name, build_file, ", ".join(_NAMES)))
        rctx.symlink(file, name)
    rctx.file("BUILD.bazel", "exports_files(glob([\"*\"], exclude = [\"*.bazel\"]), visibility = [\"//visibility:public\"])\n")

_licenses = repository_rule(
    implementation = _licenses_impl,
    attrs = {
        # Two modules may name one file, which a list of labels does not allow.
        "build_files": attr.string_dict(doc = "name of a license: canonical label of a BUILD file"),
    },
)

_of = tag_class(attrs = {
    "beside": attr.label(doc = "any BUILD file of the repository", mandatory = True),
    "name": attr.string(doc = "of the file in @licenses", mandatory = True),
})

def _impl(mctx):
    build_files = {}
    for module in mctx.modules:
        for tag in module.tags.of:
            if build_files.setdefault(tag.name, str(tag.beside)) != str(tag.beside):
                fail("name license {}: {} and {} both have that name".format(tag.name, build_files[tag.name], tag.beside))
    _licenses(
        name = "licenses",
        build_files = build_files,
    )

licenses = module_extension(implementation = _impl, tag_classes = {"of": _of})
