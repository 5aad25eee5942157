// SPDX-License-Identifier: MIT

package debian

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/tools/bootstrap/internal/client"
)

func TestCompare(t *testing.T) {
	// Each is older than the next; from deb-version(7)'s rules.
	order := []string{"7.7.1~rc1-1", "7.7.1-1", "7.7.1+ds-1", "7.7.1+ds-2", "7.7.1+ds-10", "7.7.1+ds-10+b1", "7.7.2-1", "7.10.0-1", "1:1.0-1"}
	for i, a := range order {
		for j, b := range order {
			got := Compare(a, b)
			if (got < 0) != (i < j) || (got > 0) != (i > j) {
				t.Errorf("Compare(%q, %q) = %d", a, b, got)
			}
		}
	}
	if Compare("1.02-1", "1.2-1") != 0 {
		t.Error("leading zeros count")
	}
}

func TestChoose(t *testing.T) {
	for _, c := range []struct {
		name    string
		offered []string
		want    string
		moved   bool
	}{
		{"still there", []string{"8.0.0-1", "7.7.1+ds-9", "7.7.1+ds-8+b1"}, "7.7.1+ds-8+b1", false},
		{"a newer revision", []string{"7.7.1+ds-9", "7.7.1+ds-8"}, "7.7.1+ds-9", true},
		{"a newer release", []string{"7.7.1+ds-9", "7.10.0+ds-1", "7.8.0+ds-1"}, "7.10.0+ds-1", true},
		{"only another major version", []string{"8.0.0-1", "70.0.0-1", "4.2.3-1"}, "", false},
		{"nothing", nil, "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, moved, err := Choose("7.7.1+ds-8+b1", "7", c.offered)
			if got != c.want || moved != c.moved || (err == nil) != (c.want != "") {
				t.Errorf("Choose = %q, %v, %v; want %q, %v", got, moved, err, c.want, c.moved)
			}
		})
	}
}

func TestParseURIs(t *testing.T) {
	sum := strings.Repeat("a", 64)
	debs, err := parseURIs([]byte("Reading lists\n'http://m/b_1%3a2_all.deb' b_1%3a2_all.deb 12 SHA256:" + sum + "\n"))
	if err != nil || !slices.Equal(debs, []Deb{{"b_1%3a2_all.deb", 12, sum}}) {
		t.Errorf("%v, %v", debs, err)
	}
	for name, text := range map[string]string{
		"MD5 alone": "'u' a.deb 1 MD5Sum:00", "a path": "'u' ../a.deb 1 SHA256:" + sum, "too few fields": "'u' a.deb", "nothing": "",
	} {
		if _, err := parseURIs([]byte(text)); err == nil {
			t.Errorf("%s passes", name)
		}
	}
}

// mirror is a fake apt over a map of revision to package content.
type mirror struct {
	revisions map[string]string
	calls     []string
	arguments []string // of the calls that have our sources
	archives  string
	damage    bool
	unread    bool // the machine's apt has no lists
	nowhere   bool // and none of its sources is Debian's
	broken    error
}

func (m *mirror) Run(_ context.Context, c client.Command) ([]byte, error) {
	args := strings.Join(c.Args, " ")
	last := c.Args[len(c.Args)-1]
	if strings.Contains(args, "Dir::Etc::sourceparts=") {
		m.arguments = append(m.arguments, args)
	}
	switch {
	case strings.Contains(args, "indextargets"):
		if m.nowhere || m.unread && !strings.Contains(args, "/machine ") {
			return nil, nil
		}
		return []byte("http://m/debian-security/\nhttp://m/debian/\n"), nil
	case strings.Contains(args, " update"):
		m.calls = append(m.calls, "update")
		return nil, m.broken
	case strings.Contains(args, " madison "):
		var b strings.Builder
		for v := range m.revisions {
			fmt.Fprintf(&b, " bazel | %s | http://m/debian sid/main amd64 Packages\n", v)
		}
		return []byte(b.String()), nil
	case strings.Contains(args, " pkgnames "):
		return []byte("openjdk-17-jre-headless\nopenjdk-27-jre-headless\nopenjdk-25-jre-headless\nopenjdk-25-jre\n"), nil
	case strings.Contains(args, "--print-uris"):
		_, v, _ := strings.Cut(last, "=")
		return []byte(fmt.Sprintf("'u' bazel_%s.deb 1 SHA256:%x\n", v, sha256.Sum256([]byte(m.revisions[v])))), nil
	case strings.Contains(args, "--download-only"):
		m.calls = append(m.calls, "download")
		_, v, _ := strings.Cut(last, "=")
		text := m.revisions[v]
		if m.damage {
			text = "damaged"
		}
		return nil, os.WriteFile(filepath.Join(m.archives, "bazel_"+v+".deb"), []byte(text), 0o644)
	}
	return nil, nil
}

func newApt(t *testing.T, m *mirror) (*Apt, string) {
	t.Helper()
	dir := t.TempDir()
	keyring := filepath.Join(dir, "keys")
	if err := os.WriteFile(keyring, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	m.archives = filepath.Join(dir, "debs")
	return &Apt{Runner: m, Dir: filepath.Join(dir, "apt"), Archives: m.archives, Suite: "sid", Keyring: keyring}, filepath.Join(dir, "debs/list")
}

func TestFetch(t *testing.T) {
	want := Wanted{Package: "bazel", Revision: "7.7.1-8"}
	var notices []string
	notice := func(s string) { notices = append(notices, s) }

	m := &mirror{revisions: map[string]string{"7.7.1-8": "one"}}
	apt, list := newApt(t, m)
	debs, err := apt.Fetch(context.Background(), want, list, notice)
	if err != nil || len(debs) != 1 || debs[0].File != "bazel_7.7.1-8.deb" || notices != nil {
		t.Fatalf("%v, %v, notices %q", debs, err, notices)
	}
	source, err := os.ReadFile(filepath.Join(apt.Dir, "sources/suite.sources"))
	if err != nil || !strings.Contains(string(source), "URIs: http://m/debian\nSuites: sid\n") {
		t.Errorf("source %q, %v", source, err)
	}

	// Again: nothing is asked, nor when the revision has gone meanwhile.
	m.calls, m.revisions = nil, map[string]string{"7.7.2-1": "two"}
	if again, err := apt.Fetch(context.Background(), want, list, notice); err != nil || len(m.calls) != 0 || again[0].File != debs[0].File {
		t.Errorf("again: %v, %v, calls %q", again, err, m.calls)
	}

	// A damaged package is fetched anew; now the mirror has moved.
	if err := os.WriteFile(filepath.Join(m.archives, "bazel_7.7.1-8.deb"), []byte("x"), 0o644); err != nil {
		t.Fatal(err)
	}
	moved, err := apt.Fetch(context.Background(), want, list, notice)
	if err != nil || moved[0].File != "bazel_7.7.2-1.deb" {
		t.Errorf("moved: %v, %v", moved, err)
	}
	if len(notices) != 1 || !strings.Contains(notices[0], "bazel 7.7.1-8 has gone from the mirror; taking 7.7.2-1") {
		t.Errorf("notices %q", notices)
	}
}

// An apt.conf of the machine may allow an index that nobody signed; no call of ours does.
func TestFetchRefusesUnsigned(t *testing.T) {
	m := &mirror{revisions: map[string]string{"7.7.1-8": "one"}}
	apt, list := newApt(t, m)
	if _, err := apt.Fetch(context.Background(), Wanted{Package: "bazel", Revision: "7.7.1-8"}, list, nil); err != nil {
		t.Fatal(err)
	}
	for _, call := range []string{" update", " madison ", "--print-uris", "--download-only"} {
		i := slices.IndexFunc(m.arguments, func(args string) bool { return strings.Contains(args, call) })
		if i < 0 {
			t.Errorf("no call of%s", call)
			continue
		}
		for _, option := range []string{"Acquire::AllowInsecureRepositories", "Acquire::AllowWeakRepositories",
			"Acquire::AllowDowngradeToInsecureRepositories", "APT::Get::AllowUnauthenticated"} {
			if !strings.Contains(m.arguments[i], "-o "+option+"=false ") {
				t.Errorf("%s leaves %s to the machine", call, option)
			}
		}
	}
}

func TestUpdateTakesTheMachinesMirror(t *testing.T) {
	for _, c := range []struct {
		name string
		fake mirror
		want string
	}{
		{"lists are there", mirror{}, "http://m/debian"},
		{"lists are empty", mirror{unread: true}, "http://m/debian"},
		{"no source is Debian's", mirror{nowhere: true}, ""},
	} {
		apt, _ := newApt(t, &c.fake)
		err := apt.Update(context.Background())
		if c.want == "" {
			if err == nil || !strings.Contains(err.Error(), "apt on this machine names none") {
				t.Errorf("%s: %v, want it to say that there is no mirror", c.name, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		source, err := os.ReadFile(filepath.Join(apt.Dir, "sources/suite.sources"))
		if err != nil || !strings.Contains(string(source), "URIs: "+c.want+"\n") {
			t.Errorf("%s: source %q, %v, want %s", c.name, source, err, c.want)
		}
	}
}

// A source that cannot be read is the machine's affair; Ctrl-C is not.
func TestUpdateEndsByInterrupt(t *testing.T) {
	for _, c := range []struct {
		broken error
		want   string
		calls  int
	}{
		{errors.New("a source is gone"), "a source is gone", 2},
		{fmt.Errorf("run apt-get update: %w", context.Canceled), "run apt-get update: context canceled", 1},
	} {
		m := &mirror{unread: true, broken: c.broken}
		apt, _ := newApt(t, m)
		if err := apt.Update(context.Background()); err == nil || !strings.HasSuffix(err.Error(), c.want) || len(m.calls) != c.calls {
			t.Errorf("%v: %v after %q", c.broken, err, m.calls)
		}
	}
}

func TestFetchRefusesDamagedDownload(t *testing.T) {
	m := &mirror{revisions: map[string]string{"7.7.1-8": "one"}, damage: true}
	apt, list := newApt(t, m)
	_, err := apt.Fetch(context.Background(), Wanted{Package: "bazel", Revision: "7.7.1-8"}, list, func(string) {})
	var wrong *client.WrongDigest
	if !errors.As(err, &wrong) {
		t.Errorf("error %v, want a wrong digest", err)
	}
	if _, err := os.Stat(list); err == nil {
		t.Error("the damaged closure was recorded")
	}
}

func TestFetchSaysWhatIsMissing(t *testing.T) {
	m := &mirror{}
	apt, list := newApt(t, m)
	want := Wanted{Package: "bazel", Revision: "7.7.1-8"}
	if _, err := apt.Fetch(context.Background(), want, list, nil); err == nil || !strings.Contains(err.Error(), "no other 7.x") {
		t.Errorf("empty mirror: %v", err)
	}
	apt.Keyring += "-gone"
	if _, err := apt.Fetch(context.Background(), want, list, nil); err == nil || !strings.Contains(err.Error(), "apt-get install debian-archive-keyring") {
		t.Errorf("no keyring: %v", err)
	}
}

func TestJREPrefersTheTriedOne(t *testing.T) {
	m := &mirror{}
	apt, _ := newApt(t, m)
	if got, err := apt.JRE(context.Background()); err != nil || got != "openjdk-25-jre-headless" {
		t.Errorf("JRE = %q, %v", got, err)
	}
}

func TestReadListRefuses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "list")
	for _, text := range []string{"", "abc  a.deb\n", strings.Repeat("a", 64) + "  ../../x.deb\n", strings.Repeat("a", 64) + " a.deb\n"} {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if debs, err := ReadList(path); err == nil {
			t.Errorf("%q passes as %v", text, debs)
		}
	}
}
