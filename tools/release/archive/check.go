// SPDX-License-Identifier: MIT

package archive

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"
)

// Check reports why the archive can't be written: order, names, times or modes that a writer would have to change.
// The writers call it.
func (a *Archive) Check() error {
	if len(a.Files) == 0 {
		return errors.New("archive is empty")
	}
	if len(a.Files) > MaxFiles {
		return fmt.Errorf("archive has more than %d files", MaxFiles)
	}
	for i, f := range a.Files {
		if err := checkName(f.Name); err != nil {
			return err
		}
		if i > 0 && a.Files[i-1].Name >= f.Name {
			return fmt.Errorf("file %s: not in the order of names after %s", f.Name, a.Files[i-1].Name)
		}
		if f.Mode != 0o644 && f.Mode != 0o755 {
			return fmt.Errorf("file %s: mode %v is neither 0644 nor 0755", f.Name, f.Mode)
		}
		if err := checkTime(f.Time); err != nil {
			return fmt.Errorf("file %s: %w", f.Name, err)
		}
	}
	return checkSameFile(a.Files)
}

// checkTime accepts what both tar and zip hold without rounding: DOS times have a resolution of two seconds and run from
// 1980 to 2107.
func checkTime(t time.Time) error {
	switch u := t.UTC(); {
	case t.IsZero():
		return errors.New("no time is set")
	case u.Year() < 1980 || u.Year() > 2107:
		return fmt.Errorf("time %s: a zip file holds the years 1980 to 2107", u.Format(time.RFC3339))
	case u.Nanosecond() != 0 || u.Second()%2 != 0:
		return fmt.Errorf("time %s: a zip file holds even seconds only", u.Format(time.RFC3339Nano))
	}
	return nil
}

// checkName refuses names that some system reads as another place, or can't create.
func checkName(name string) error {
	switch {
	case !fs.ValidPath(name) || name == ".":
		return fmt.Errorf("file name %q: not a plain relative path", name)
	case len(name) > MaxName:
		return fmt.Errorf("file name %s: longer than %d bytes", name, MaxName)
	}
	for _, c := range []byte(name) {
		if !strings.ContainsRune("/._-+@", rune(c)) && !isAlphanumeric(c) {
			return fmt.Errorf("file name %q: only letters, digits and ._-+@ are portable", name)
		}
	}
	for element := range strings.SplitSeq(name, "/") {
		stem, _, _ := strings.Cut(strings.ToLower(element), ".")
		if strings.HasSuffix(element, ".") || slices.Contains(deviceNames, stem) {
			return fmt.Errorf("file name %s: Windows can't create %s", name, element)
		}
	}
	return nil
}

// deviceNames are devices in every folder of Windows, whatever the extension.
// See https://learn.microsoft.com/en-us/windows/win32/fileio/naming-a-file
var deviceNames = []string{"con", "prn", "aux", "nul",
	"com0", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8", "com9",
	"lpt0", "lpt1", "lpt2", "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9"}

func isAlphanumeric(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}

// checkSameFile refuses names that collide once unpacked: equal but for case, or a file where another has a folder.
func checkSameFile(files []File) error {
	seen := map[string]string{} // lower-case path -> as it is spelled
	for _, f := range files {
		lower := strings.ToLower(f.Name)
		if other, ok := seen[lower]; ok {
			return fmt.Errorf("file %s: the same as %s where case does not count", f.Name, other)
		}
		seen[lower] = f.Name
	}
	for _, f := range files {
		for i, c := range f.Name {
			if c != '/' {
				continue
			}
			if other, ok := seen[strings.ToLower(f.Name[:i])]; ok {
				return fmt.Errorf("file %s: %s is a file and a folder", f.Name, other)
			}
		}
	}
	return nil
}
