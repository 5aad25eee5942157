// SPDX-License-Identifier: MIT

package binary

import (
	"fmt"
	"slices"
	"strings"
)

// Platform describes an image the way that rows of the platform list are named: os/machine, and for Linux the C
// library: glibc and musl by interpreter, static where there is none.
func (m *Image) Platform() string {
	p := m.OS + "/" + m.Machine
	if m.OS != "linux" {
		return p
	}
	return p + "/" + m.libc()
}

func (m *Image) libc() string {
	switch {
	case strings.Contains(m.Interp, "ld-musl"):
		return "musl"
	case m.Interp != "":
		return "glibc"
	case len(m.Libraries) > 0:
		for _, l := range m.Libraries {
			if strings.HasPrefix(l, "libc.musl-") {
				return "musl"
			}
		}
		return "glibc"
	}
	return "static"
}

// platformFormats is the formats of files for each system.
var platformFormats = map[string][]Format{
	"linux": {ELF}, "freebsd": {ELF}, "netbsd": {ELF}, "windows": {PE, COFF, Import}, "darwin": {MachO},
}

// CheckPlatform returns an error unless a platform is written as Expect takes it.
func CheckPlatform(want string) error {
	parts := strings.Split(want, "/")
	if len(parts) < 2 || len(parts) > 3 || parts[1] == "" {
		return fmt.Errorf("read platform %q: write OS/MACHINE or OS/MACHINE/LIBC, such as linux/arm64/musl", want)
	}
	if _, ok := platformFormats[parts[0]]; !ok {
		return fmt.Errorf("read platform %q: the system is one of linux, windows, darwin, freebsd, netbsd", want)
	}
	if len(parts) == 3 && (parts[0] != "linux" || !slices.Contains([]string{"glibc", "musl", "static"}, parts[2])) {
		return fmt.Errorf("read platform %q: the C library is glibc, musl or static, and for linux only", want)
	}
	return nil
}

// Expect returns an error unless the image fits a platform written as OS/MACHINE or OS/MACHINE/LIBC, such as
// linux/arm64, linux/armv7/musl or windows/amd64. musl asks for a static program, which is how the musl rows are
// linked; linux without a C library asks for glibc or static. Objects have no system of their own in ELF, so only
// their machine is compared.
func (m *Image) Expect(want string) error {
	if err := CheckPlatform(want); err != nil {
		return err
	}
	parts := strings.Split(want, "/")
	if !slices.Contains(platformFormats[parts[0]], m.Format) {
		return fmt.Errorf("want %s, found format %s", want, m.Format)
	}
	if m.OS != parts[0] && m.OS != "" {
		return fmt.Errorf("want %s, found system %s", want, m.OS)
	}
	machine := parts[1]
	if machine == "armv7" {
		machine = "arm"
	}
	if m.Machine != machine {
		return fmt.Errorf("want %s, found machine %s", want, m.Machine)
	}
	if m.Kind == Object || parts[0] != "linux" {
		return nil
	}
	return m.expectLibc(parts[2:], want)
}

func (m *Image) expectLibc(libc []string, want string) error {
	found := m.libc()
	switch {
	case len(libc) == 0:
		if found == "musl" {
			return fmt.Errorf("want %s, found a program for the dynamic musl loader %s", want, m.Interp)
		}
	case libc[0] == "musl" || libc[0] == "static":
		if found != "static" {
			return fmt.Errorf("want %s as a static program, found interpreter %q and %d libraries", want, m.Interp, len(m.Libraries))
		}
	case libc[0] == "glibc":
		if found != "glibc" {
			return fmt.Errorf("want %s, found %s", want, found)
		}
	}
	return nil
}
