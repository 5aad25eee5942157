# SPDX-License-Identifier: MIT
"""What a row of the matrix means to zig's compiler and linker.

`zig cc` works these out for itself and then needs a cache, /proc and the whole SDK. Compilations and links here call
zig's clang and linkers directly, with the flags below, on declared files only. They follow what `zig cc -c -v` prints of
each triple; the test in agreement/ holds them against each other.
"""

visibility(["//pins", "//toolchains/zig/...", "//tools/release/..."])

# clang's name of each target's processor, and the family under which zig files its headers.
_ARCH = {
    "386": struct(clang = "i386", dirs = ["x86"]),
    "amd64": struct(clang = "x86_64", dirs = ["x86", "x86_64"]),
    "arm": struct(clang = "armv7a", dirs = ["arm"]),
    "arm64": struct(clang = "aarch64", dirs = ["aarch64"]),
    "loong64": struct(clang = "loongarch64", dirs = ["loongarch", "loongarch64"]),
    "ppc64le": struct(clang = "powerpc64le", dirs = ["powerpc", "powerpc64"]),
    "riscv64": struct(clang = "riscv64", dirs = ["riscv", "riscv64"]),
    "s390x": struct(clang = "s390x", dirs = ["s390x"]),
}

_MACHINE_FLAGS = {
    "arm": ["-mfloat-abi=hard"],
    "ppc64le": ["-mabi=ieeelongdouble", "-Wno-unsupported-abi"],
}

# Clang calls compiler-rt for atomics there, and one object of that has memory and math functions in place of libc's.
_ROW_FLAGS = {
    "freebsd_arm64": ["-mno-outline-atomics"],
}

_LOADER = {
    "linux": {
        "386": "/lib/ld-linux.so.2",
        "amd64": "/lib64/ld-linux-x86-64.so.2",
        "arm": "/lib/ld-linux-armhf.so.3",
        "arm64": "/lib/ld-linux-aarch64.so.1",
        "loong64": "/lib64/ld-linux-loongarch-lp64d.so.1",
        "ppc64le": "/lib64/ld64.so.2",
        "riscv64": "/lib/ld-linux-riscv64-lp64d.so.1",
        "s390x": "/lib/ld64.so.1",
    },
    "freebsd": {
        "amd64": "/libexec/ld-elf.so.1",
        "arm64": "/libexec/ld-elf.so.1",
    },
    "netbsd": {"amd64": "/libexec/ld.elf_so"},
}

# Import libraries that Go's runtime and SQLite name on Windows, beside those that zig adds by itself.
_WINDOWS_LIBS = ["-lkernel32", "-lws2_32", "-lbcrypt", "-luserenv", "-ladvapi32"]

_MIB = 1024 * 1024

def clang_target(row):
    """Gives clang's --target.

    Args:
      row: of the matrix
    Returns:
      the triple in clang's spelling
    """
    abi, _, version = row.triple.split("-")[-1].partition(".")
    arch = _ARCH[row.goarch].clang
    if row.goos == "linux":
        return "{}-unknown-linux-{}".format(arch, abi)
    if row.goos == "windows":
        return arch + "-unknown-windows-gnu"
    if row.goos == "darwin":
        return "{}-apple-macosx{}.0".format("arm64" if row.goarch == "arm64" else arch, version)
    return "{}-unknown-{}{}".format(arch, row.goos, version)

def _defines(row):
    version = row.triple.split(".")[1:]
    if row.libc == "glibc":
        return ["-D__GLIBC_MINOR__=" + version[1]]
    if row.goos == "windows":
        return ["-D__MSVCRT_VERSION__=0xE00", "-D_WIN32_WINNT=0x0a00", "-D__CRT__NO_INLINE", "-Wno-pragma-pack"]
    if row.goos == "freebsd":
        return ["-D__FreeBSD_version=%s00500" % version[0]]
    if row.goos == "netbsd":
        return ["-D__NetBSD_Version__=%s0%s000000" % (version[0], version[1])]
    return []

def _nothing_of_the_machine(row):
    """Gives the flags without which clang's driver would look for a GCC and its headers where the machine has them."""
    if row.goos == "linux":
        return ["--sysroot=/dev/null", "--gcc-toolchain=/dev/null"]
    return ["--sysroot=/dev/null"] if row.goos == "windows" else []

def compile_flags(row):
    """Gives clang's flags, apart from header folders.

    Args:
      row: of the matrix
    Returns:
      a list
    """
    pic = [] if row.goos == "windows" else ["-fPIC"]

    # Mach-O keeps the paths of objects that have debug information; so none has any there.
    debug = ["-g0"] if row.goos == "darwin" else ["-gdwarf-4", "-gline-tables-only"]
    return ["--target=" + clang_target(row)] + _nothing_of_the_machine(row) + _MACHINE_FLAGS.get(row.goarch, []) + _ROW_FLAGS.get(row.name, []) + pic + debug + _defines(row)

def header_folders(row):
    """Gives the folders of zig's lib/libc/include that compilations read.

    Args:
      row: of the matrix
    Returns:
      their names, in order of search
    """
    if row.goos == "linux":
        env = "gnu" if row.libc == "glibc" else "musl"
        dirs = _ARCH[row.goarch].dirs

        # zig names glibc's and the kernel's folders after the family, musl's after the processor.
        arch = dirs[0] if env == "gnu" else dirs[-1]
        return [
            "{}-linux-{}".format(arch, env),
            "generic-" + ("glibc" if env == "gnu" else "musl"),
            dirs[0] + "-linux-any",
            "any-linux-any",
        ]
    if row.goos in ["freebsd", "netbsd"]:
        return ["{}-{}-none".format(_ARCH[row.goarch].clang, row.goos), "generic-" + row.goos]
    return ["any-{}-any".format(row.goos)]

def libc_folder(row):
    """Gives the folder of zig's lib/libc that a row's libc, or its stubs, are made from."""
    return {"apple": "darwin", "bsd": row.goos}.get(row.libc, row.libc)

def stack_size(row):
    """Gives the stack that a row's programs ask for.

    Args:
      row: of the matrix
    Returns:
      bytes, or None where the system's own size is right
    """
    if row.libc == "musl":
        # musl gives threads 128 KiB; the main program's PT_GNU_STACK raises that.
        return 8 * _MIB
    if row.goos == "windows":
        # A 32-bit process has no room for 8 MiB in each thread.
        return (2 if row.goarch == "386" else 8) * _MIB
    return None

def link_settings(row):
    """Gives what the link program needs to know.

    Args:
      row: of the matrix
    Returns:
      lines of its settings file
    """
    format = {"darwin": "macho", "windows": "pe"}.get(row.goos, "elf")
    out = ["format=" + format, "triple=" + row.triple]
    if row.libc == "musl":
        out += ["static=yes", "stack=%d" % stack_size(row)]
    elif format == "elf":
        out.append("loader=" + _LOADER[row.goos][row.goarch])
    elif format == "pe":
        out += ["stack=%d" % stack_size(row), "machine=" + {"386": "X86", "amd64": "X64", "arm64": "ARM64"}[row.goarch]]
    return out

def runtime_libs(row):
    """Further libraries that a row's runtime must hold."""
    return _WINDOWS_LIBS if row.goos == "windows" else []

def zig_flags(row):
    """What `zig cc` must be told of the processor to build the same target."""
    return ["-mcpu=generic+v7a"] if row.goarch == "arm" else []
