// SPDX-License-Identifier: MIT

package leak

import (
	"fmt"
	"path"
	"regexp"
	"strings"
	"time"
)

// temporary matches names that tools make up: mkstemp suffixes of gcc, tmp, and hexadecimal hashes or random numbers.
var temporary = regexp.MustCompile(`(?i)(^|[^a-z])te?mp([^a-z]|$)|^cc[A-Za-z0-9]{6}\.o$|go-link-`)

var hexRun = regexp.MustCompile(`(?i)[0-9a-f]{8,}`)

// isTemporary tells a name that differs from build to build. A run of digits alone is a counter, and a run of letters
// alone may be a word such as "deadbeef"; both together are a hash.
func isTemporary(name string) bool {
	if temporary.MatchString(name) {
		return true
	}
	for _, run := range hexRun.FindAllString(name, -1) {
		if strings.ContainsAny(run, "0123456789") && strings.ContainsAny(strings.ToLower(run), "abcdef") {
			return true
		}
	}
	return false
}

func checkArHeader(_ *Checker, u *unit) []Finding {
	var out []Finding
	for _, m := range u.members {
		mode := m.Mode &^ 0o100000
		if m.Date != 0 || m.UID != 0 || m.GID != 0 || mode != 0o644 && mode != 0 {
			out = append(out, Finding{Where: "member " + m.Name, Offset: m.Offset,
				Text: fmt.Sprintf("date %d, owner %d:%d, mode %o; want 0, 0:0 and 644 or 0", m.Date, m.UID, m.GID, m.Mode)})
		}
	}
	return out
}

func checkArOrder(_ *Checker, u *unit) []Finding {
	sorted, seen, twice, last := true, map[string]bool{}, "", ""
	for _, m := range u.members {
		if m.Index {
			continue
		}
		if m.Name < last {
			sorted = false
		}
		if seen[m.Name] {
			twice = m.Name
		}
		seen[m.Name], last = true, m.Name
	}
	// Members of an import library all have the name of their DLL.
	if sorted || twice == "" {
		return nil
	}
	return []Finding{{Where: "member " + twice, Text: "occurs twice in an archive that is not sorted"}}
}

func checkArName(c *Checker, u *unit) []Finding {
	var out []Finding
	for _, m := range u.members {
		if m.Index || c.allowed("ar-name", u.name, m.Name) {
			continue
		}
		if m.Name == "" || strings.ContainsAny(m.Name, `/\`) || isTemporary(m.Name) {
			out = append(out, Finding{Where: "member name", Offset: m.Offset, Text: m.Name})
		}
	}
	return out
}

func checkOrder(_ *Checker, u *unit) []Finding {
	var out []Finding
	for i := 1; i < len(u.entries); i++ {
		if a, b := u.entries[i-1].name, u.entries[i].name; a >= b {
			out = append(out, Finding{Where: "member " + b, Text: "comes after " + a})
		}
	}
	return out
}

func checkTime(c *Checker, u *unit) []Finding {
	var want time.Time
	var out []Finding
	for i, e := range u.entries {
		if i == 0 {
			want = e.times[0]
			if c.opts.Time != nil {
				want = *c.opts.Time
			}
		}
		for _, t := range e.times {
			if !sameTime(t, want, u.kind) {
				out = append(out, Finding{Where: "member " + e.name, Text: fmt.Sprintf("time %s, want %s", stamp(t), stamp(want))})
				break
			}
		}
	}
	return out
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

// sameTime compares to the grain of the format: zip's base form counts in two seconds.
func sameTime(a, b time.Time, kind string) bool {
	if kind == "zip" {
		return a.Unix()&^1 == b.Unix()&^1
	}
	return a.Equal(b)
}

func checkOwner(_ *Checker, u *unit) []Finding {
	var out []Finding
	for _, e := range u.entries {
		plain := func(s string) bool { return s == "" || s == "root" }
		if e.uid != 0 || e.gid != 0 || !plain(e.uname) || !plain(e.gname) {
			out = append(out, Finding{Where: "member " + e.name, Text: fmt.Sprintf("owner %d:%d %s:%s", e.uid, e.gid, e.uname, e.gname)})
		}
	}
	return out
}

func checkMode(c *Checker, u *unit) []Finding {
	var out []Finding
	for _, e := range u.entries {
		perm := e.mode.Perm()
		ok := e.mode.IsRegular() && (perm == 0o644 || perm == 0o755) || e.mode.IsDir() && perm == 0o755
		text := "mode " + e.mode.String()
		if (!ok || e.mode&^(0o777|1<<31) != 0) && !c.allowed("archive-mode", u.name, text) {
			out = append(out, Finding{Where: "member " + e.name, Text: text})
		}
	}
	return out
}

func checkName(c *Checker, u *unit) []Finding {
	var out []Finding
	for _, e := range u.entries {
		name := strings.TrimSuffix(e.name, "/")
		bad := name == "" || path.IsAbs(name) || path.Clean(name) != name || strings.HasPrefix(name, "..") || strings.Contains(name, `\`)
		if (bad || isTemporary(path.Base(name))) && !c.allowed("archive-name", u.name, e.name) {
			out = append(out, Finding{Where: "member name", Text: e.name})
		}
	}
	return out
}

func checkGzip(c *Checker, u *unit) []Finding {
	if u.gzip == nil {
		return nil
	}
	h := u.gzip
	timed := !h.ModTime.IsZero() && (c.opts.Time == nil || !h.ModTime.Equal(*c.opts.Time))
	if h.Name == "" && h.Comment == "" && len(h.Extra) == 0 && !timed {
		return nil
	}
	return []Finding{{Where: "gzip header", Text: fmt.Sprintf("name %q, comment %q, extra %d bytes, time %s", h.Name, h.Comment, len(h.Extra), stamp(h.ModTime))}}
}
