# SPDX-License-Identifier: MIT
"""The platforms of a release: the one list from which everything else is derived.

Platforms, C toolchains, release sets, tests and the table in the README come from here. This file loads nothing.

A row's fields:
  name    what a user writes behind --platforms=//platforms:
  goos    Go's name of the operating system
  goarch  Go's name of the processor
  libc    glibc, musl, mingw, apple or bsd: decides how a program is linked
  triple  zig's name of the target; a number behind the ABI is the oldest libc or system that runs the program
  floor   the same, for people
  tier    tested (tests run), smoke (runs SQL under an emulator), linked (parsed and leak-tested, never run)
"""

TIERS = ["tested", "smoke", "linked"]

def _row(name, goos, goarch, libc, triple, floor, tier):
    return struct(
        name = name,
        goos = goos,
        goarch = goarch,
        libc = libc,
        triple = triple,
        floor = floor,
        tier = tier,
    )

MATRIX = [
    _row("linux_amd64", "linux", "amd64", "glibc", "x86_64-linux-gnu.2.28", "glibc 2.28", "tested"),
    _row("linux_arm64", "linux", "arm64", "glibc", "aarch64-linux-gnu.2.28", "glibc 2.28", "smoke"),
    _row("linux_armv7", "linux", "arm", "glibc", "arm-linux-gnueabihf.2.28", "glibc 2.28", "smoke"),
    _row("linux_386", "linux", "386", "glibc", "x86-linux-gnu.2.28", "glibc 2.28", "smoke"),
    _row("linux_riscv64", "linux", "riscv64", "glibc", "riscv64-linux-gnu.2.28", "glibc 2.28", "smoke"),
    _row("linux_s390x", "linux", "s390x", "glibc", "s390x-linux-gnu.2.28", "glibc 2.28", "smoke"),
    # printf of IEEE long double came to this port with 2.32.
    _row("linux_ppc64le", "linux", "ppc64le", "glibc", "powerpc64le-linux-gnu.2.32", "glibc 2.32", "smoke"),
    # The port's first glibc.
    _row("linux_loong64", "linux", "loong64", "glibc", "loongarch64-linux-gnu.2.36", "glibc 2.36", "smoke"),
    _row("linux_amd64_musl", "linux", "amd64", "musl", "x86_64-linux-musl", "any Linux, static", "tested"),
    _row("linux_arm64_musl", "linux", "arm64", "musl", "aarch64-linux-musl", "any Linux, static", "smoke"),
    _row("linux_armv7_musl", "linux", "arm", "musl", "arm-linux-musleabihf", "any Linux, static", "smoke"),
    _row("linux_386_musl", "linux", "386", "musl", "x86-linux-musl", "any Linux, static", "smoke"),
    _row("linux_riscv64_musl", "linux", "riscv64", "musl", "riscv64-linux-musl", "any Linux, static", "smoke"),
    _row("linux_s390x_musl", "linux", "s390x", "musl", "s390x-linux-musl", "any Linux, static", "smoke"),
    _row("linux_ppc64le_musl", "linux", "ppc64le", "musl", "powerpc64le-linux-musl", "any Linux, static", "smoke"),
    _row("linux_loong64_musl", "linux", "loong64", "musl", "loongarch64-linux-musl", "any Linux, static", "smoke"),
    _row("windows_amd64", "windows", "amd64", "mingw", "x86_64-windows-gnu", "Windows 10", "linked"),
    _row("windows_arm64", "windows", "arm64", "mingw", "aarch64-windows-gnu", "Windows 10", "linked"),
    _row("windows_386", "windows", "386", "mingw", "x86-windows-gnu", "Windows 10", "linked"),
    _row("darwin_amd64", "darwin", "amd64", "apple", "x86_64-macos.13.0", "macOS 13", "linked"),
    _row("darwin_arm64", "darwin", "arm64", "apple", "aarch64-macos.13.0", "macOS 13", "linked"),
    _row("freebsd_amd64", "freebsd", "amd64", "bsd", "x86_64-freebsd.14.0", "FreeBSD 14", "linked"),
    _row("freebsd_arm64", "freebsd", "arm64", "bsd", "aarch64-freebsd.14.0", "FreeBSD 14", "linked"),
    _row("netbsd_amd64", "netbsd", "amd64", "bsd", "x86_64-netbsd.10.1", "NetBSD 10.1", "linked"),
]

# What a release is built for when no platform was asked for.
DEFAULT = "linux_amd64"

# What .ci/run builds: one row for each format and libc, and a second processor.
CI = ["linux_amd64", "linux_arm64", "linux_amd64_musl", "windows_amd64", "darwin_arm64"]
