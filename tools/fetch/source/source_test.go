// SPDX-License-Identifier: MIT

package source

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
)

// fake is a source of these lists.
type fake struct {
	versions []string
	files    []File
}

func (f fake) Versions(context.Context) ([]string, error)      { return f.versions, nil }
func (f fake) Release(context.Context, string) ([]File, error) { return f.files, nil }
func (f fake) Open(context.Context, string, File, int64) (io.ReadCloser, int64, error) {
	return nil, 0, errors.New("it has no bytes")
}

func refused(err error, class string) bool {
	var r *RefusedError
	return errors.As(err, &r) && r.Class == class
}

func TestVersions(t *testing.T) {
	have, err := Versions(t.Context(), fake{versions: []string{"v1.10.0", "v1.2.0", "v1.2.0", "v1.10.0-rc.1"}})
	if err != nil || !slices.Equal(have, []string{"v1.2.0", "v1.10.0-rc.1", "v1.10.0"}) {
		t.Errorf("versions %v, %v", have, err)
	}
	for _, bad := range []string{"", "1.0.0", "v1.0", "v1.0.0+x", "v1.0.0/..", "../v1.0.0", "v1.0.0\n", "v1.0.0-" + strings.Repeat("x", 200)} {
		if _, err := Versions(t.Context(), fake{versions: []string{bad}}); !refused(err, BadList) {
			t.Errorf("version %q: %v", bad, err)
		}
	}
	if _, err := Versions(t.Context(), fake{versions: make([]string, MaxVersions+1)}); !refused(err, BadList) {
		t.Errorf("too many versions: %v", err)
	}
}

func TestPick(t *testing.T) {
	versions := []string{"v1.2.0", "v1.3.0-rc.1", "v1.3.0-rc.2"}
	for _, test := range []struct {
		asked   string
		channel Channel
		want    string
	}{
		{"", Stable, "v1.2.0"}, {"", Candidate, "v1.3.0-rc.2"}, {"v1.3.0-rc.1", Stable, "v1.3.0-rc.1"}, {"v1.3.0", Candidate, ""},
	} {
		have, err := Pick(versions, test.asked, test.channel)
		if have != test.want || (err != nil) != (test.want == "") {
			t.Errorf("%q of %s: %q, %v", test.asked, test.channel, have, err)
		}
	}
	if _, err := Pick([]string{"v1.0.0-rc.1"}, "", Stable); !refused(err, Unlisted) {
		t.Errorf("a channel without versions: %v", err)
	}
	if _, err := ParseChannel("nightly"); err == nil {
		t.Error("another channel: no error")
	}
}

func TestFiles(t *testing.T) {
	sum := strings.Repeat("0", 64)
	ordinary := []File{{"b", 1, sum}, {"embedded/a/b", -1, sum}, {"a.json", 0, sum}}
	have, err := Files(t.Context(), fake{files: ordinary}, "v1.0.0")
	if err != nil || len(have) != 3 || have[0].Name != "a.json" {
		t.Errorf("files %v, %v", have, err)
	}
	for name, bad := range map[string][]File{
		"out of the folder": {{"../x", 1, sum}},
		"out by a detour":   {{"a/../../x", 1, sum}},
		"from the root":     {{"/x", 1, sum}},
		"a backslash":       {{`a\x`, 1, sum}},
		"a drive":           {{"c:x", 1, sum}},
		"a device's stream": {{"x:y", 1, sum}},
		"hidden":            {{".x", 1, sum}},
		"a hidden folder":   {{"a/.git/x", 1, sum}},
		"an ending":         {{"x.", 1, sum}},
		"a control byte":    {{"x\x1b[2J", 1, sum}},
		"no name":           {{"", 1, sum}},
		"the folder":        {{".", 1, sum}},
		"a long name":       {{strings.Repeat("x", 600), 1, sum}},
		"twice":             {{"x", 1, sum}, {"x", 1, sum}},
		"another case":      {{"x", 1, sum}, {"X", 1, sum}},
		"a file as folder":  {{"x", 1, sum}, {"X/y", 1, sum}},
		"a short digest":    {{"x", 1, "00"}},
		"capital digits":    {{"x", 1, strings.Repeat("A", 64)}},
		"a negative size":   {{"x", -2, sum}},
		"too many":          make([]File, MaxFiles+1),
	} {
		if _, err := Files(t.Context(), fake{files: bad}, "v1.0.0"); !refused(err, BadList) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
