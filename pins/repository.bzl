# SPDX-License-Identifier: MIT
"""A repository whose content is pinned by a digest of its files, whichever channel brought them."""

visibility("//pins")

# The same pipeline as in README.md: anybody can recompute a tree digest by hand.
_TREE_DIGEST = "cd \"$1\" && find -L . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum"

# Leaves exactly the declared files of an unpacked archive: $1 is the folder; patterns with a slash name folders.
_REMOVE = """
cd "$1" && shift
for pattern; do
    case $pattern in
    */) find . -depth -type d -name "${pattern%/}" -exec rm -rf {} + ;;
    *) find . -type f -name "$pattern" -exec rm -f {} + ;;
    esac
done
"""

# Machines that build: Bazel's name of the processor, and what tells its pins and variables from those of amd64.
_MACHINES = {
    "aarch64": struct(cpu = "aarch64", goarch = "arm64", suffix = "_linux_arm64"),
    "amd64": struct(cpu = "x86_64", goarch = "amd64", suffix = ""),
}

def _machine(rctx):
    machine = _MACHINES.get(rctx.os.arch)
    if not machine or rctx.os.name != "linux":
        fail("fetch {}: no SDK is pinned for a machine with {} on {}: build on Linux with one of {}".format(
            rctx.attr.pin,
            rctx.os.name,
            rctx.os.arch,
            ", ".join(_MACHINES.keys()),
        ))
    return machine

def _run(rctx, what, script, arguments):
    result = rctx.execute(["sh", "-c", script, "sh"] + arguments)
    if result.return_code:
        fail("{} {}: {}".format(what, rctx.attr.pin, result.stderr.strip()))
    return result.stdout

def archive_channel(pin):
    """Finds the channel that is an archive behind a public address.

    Args:
      pin: an entry of pins.json
    Returns:
      the channel, or None
    """
    for channel in pin["channels"]:
        if channel["kind"] == "archive":
            return channel
    return None

def _download(rctx, pin, env):
    """Unpacks the archive of the public origin and keeps the declared files."""
    channel = archive_channel(pin)
    if not channel:
        fail("fetch {}: no channel has an address; set --repo_env={}=FOLDER".format(rctx.attr.pin, env))
    rctx.download_and_extract(
        url = channel["url"],
        sha256 = channel["sha256"] or "",
        # A wheel is a zip archive.
        type = "zip" if channel["url"].endswith(".whl") else "",
        stripPrefix = channel["strip_prefix"],
        output = "unpacked",
    )
    for old, new in pin.get("rename", {}).items():
        if rctx.path("unpacked/" + old).exists:
            _run(rctx, "rename file of", "mv \"$1\" \"$2\"", ["unpacked/" + old, "unpacked/" + new])
    _run(rctx, "remove undeclared files of", _REMOVE, ["unpacked"] + pin.get("exclude", []))
    for name in pin["files"]:
        _run(rctx, "keep file of", "mkdir -p \"$(dirname \"$2\")\" && mv \"$1\" \"$2\"", ["unpacked/" + name, "declared/" + name])
    rctx.delete("unpacked")
    return rctx.path("declared")

def _pinned_impl(rctx):
    machine = _machine(rctx) if rctx.attr.per_machine else None
    suffix = machine.suffix if machine else ""
    name = rctx.attr.pin + suffix
    pins = json.decode(rctx.read(rctx.attr.pins))
    pin = (pins.get(rctx.attr.group, {}) if rctx.attr.group else pins).get(name)
    if not pin:
        fail("fetch {}: pins/pins.json has no entry {}: build on Linux with amd64, or add the pin".format(rctx.attr.pin, name))
    env = rctx.attr.env + suffix.upper()
    given = rctx.getenv(env)
    folder = rctx.path(given) if given else _download(rctx, pin, env)
    if not folder.exists:
        fail("read {}: folder {} of --repo_env={} does not exist: run ./bazelw fetch".format(rctx.attr.pin, folder, env))
    seen = _run(rctx, "compute digest of", _TREE_DIGEST, [str(folder)]).split(" ")[0]
    if seen != pin["tree"]:
        fail("verify {} {}: the files in {} have tree digest {}, the pin in pins/pins.json says {}: nothing is used; fetch it again with ./bazelw fetch, or review and pin the new content with ./bazelw update".format(
            rctx.attr.pin,
            pin["version"],
            folder,
            seen,
            pin["tree"],
        ))
    for entry in folder.readdir():
        rctx.symlink(entry, entry.basename)
    rctx.symlink(rctx.attr.build_file, "BUILD.bazel")
    lines = ["PINNED_VERSION = %r" % pin["version"]]
    if machine:
        lines += ["EXEC_CPU = %r" % machine.cpu, "EXEC_GOARCH = %r" % machine.goarch]
    rctx.file("pin.bzl", "\n".join(lines) + "\n")

pinned_repository = repository_rule(
    implementation = _pinned_impl,
    doc = "Files from the folder that an environment variable names, else from the public origin; verified either way.",
    attrs = {
        "build_file": attr.label(mandatory = True, doc = "the repository's BUILD file"),
        "env": attr.string(mandatory = True, doc = "the variable, given by --repo_env, that names a folder of the declared files"),
        "group": attr.string(doc = "the key in pins.json below which the pin stands"),
        "pin": attr.string(mandatory = True, doc = "the key in pins.json"),
        "per_machine": attr.bool(doc = "whether there is a pin for each kind of machine that builds"),
        "pins": attr.label(default = "//pins:pins.json"),
    },
)
