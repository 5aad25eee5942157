# SPDX-License-Identifier: MIT
"""`go build` as a build action, for the tools that come before Go's rules: no shell, no state, no path but declared."""

visibility("//toolchains/...")

GO_BUILD_ATTRS = {
    "_anchor": attr.label(default = "//toolchains/anchor", executable = True, cfg = "exec"),
    "_go": attr.label(default = "@go_sdk_files//:bin/go", allow_single_file = True, cfg = "exec"),
    "_go_files": attr.label(default = "@go_sdk_files//:files", cfg = "exec"),
}

# Compilers and linkers collect garbage only beyond a GiB: they end soon, and a fifth of their time went into it. What they
# write is the same.
COLLECT_LATE = {
    "GOGC": "off",
    "GOMEMLIMIT": "1GiB",
}

def go_build(ctx, *, arguments, inputs, outputs, mnemonic, message, gopath = "%TMP%/path"):
    """Declares an action that runs `go build`.

    Args:
      ctx: of a rule that has GO_BUILD_ATTRS
      arguments: an Args or a list behind `go build -trimpath …`
      inputs: files beside the SDK
      outputs: files
      mnemonic: of the action
      message: shown while it runs
      gopath: where packages are, from the working folder; by default nowhere
    """
    go = ctx.file._go
    first = ctx.actions.args()
    first.add(go)
    first.add_all(["build"])
    ctx.actions.run(
        executable = ctx.executable._anchor,
        arguments = [first] + arguments,
        inputs = depset(inputs, transitive = [ctx.attr._go_files[DefaultInfo].files]),
        outputs = outputs,
        env = {
            "CGO_ENABLED": "0",
            "GO111MODULE": "off",
            "GOCACHE": "%TMP%/cache",
            "GOENV": "off",
            "GOPATH": gopath if gopath.startswith("%") else "%PWD%/" + gopath,
            "GOPROXY": "off",
            # Said, because go would follow the link to itself and find the SDK's undeclared neighbours.
            "GOROOT": "%PWD%/" + go.dirname.rpartition("/")[0],
            "GOTELEMETRY": "off",
            "GOTMPDIR": "%TMP%",
            "GOTOOLCHAIN": "local",
            "GOWORK": "off",
            "HOME": "%TMP%",
            # Said, because go would read the machine's /etc/localtime.
            "TZ": "UTC",
        } | COLLECT_LATE,
        mnemonic = mnemonic,
        progress_message = message,
    )
