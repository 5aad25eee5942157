// SPDX-License-Identifier: MIT

package registry

import (
	"bytes"
	"crypto/tls"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gosqlite/gosqlite/tools/manual/page"
)

// TestRules publishes a release and the next as a publisher does, and tries every rule.
func TestRules(t *testing.T) {
	s := start(t)
	g := release(t, "1.2.0")
	r := s.registry(s.login("release"))
	if err := r.Push(t.Context(), g); err != nil {
		t.Fatal(err)
	}
	for _, rule := range rules {
		if err := rule.check(s, g); err != nil {
			t.Errorf("%s: %v", rule.name, err)
		}
	}
	if err := r.Push(t.Context(), g); err != nil {
		t.Errorf("the same release once more: %v", err)
	}
	if err := r.Push(t.Context(), release(t, "1.3.0")); err != nil {
		t.Errorf("the next release: %v", err)
	}
	versions, err := r.Versions(t.Context())
	slices.Sort(versions)
	if err != nil || !slices.Equal(versions, []string{"v1.2.0", "v1.3.0", "v9.9.9"}) {
		t.Errorf("versions %v, %v", versions, err)
	}
	old := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: s.roots, MaxVersion: tls.VersionTLS11, MinVersion: tls.VersionTLS10}}}
	if _, err := old.Get("https://" + s.host + "/v2/"); err == nil {
		t.Error("TLS 1.1 is spoken")
	}
	if a, err := http.Get("http://" + s.host + "/v2/"); err != nil || a.StatusCode != http.StatusBadRequest {
		t.Errorf("a request without TLS: %v, %v", a, err)
	}
}

// TestAnonymous reads as nobody, and does nothing else.
func TestAnonymous(t *testing.T) {
	s := start(t, "--pull", "anonymous")
	g := release(t, "1.2.0")
	if err := s.registry(s.login("release")).Push(t.Context(), g); err != nil {
		t.Fatal(err)
	}
	if there, err := s.registry(login{}).Published(t.Context(), g); !there || err != nil {
		t.Errorf("nobody sees the version: %v, %v", there, err)
	}
	if a := s.ask(nobody, "GET", "manifests/"+g.Version, nil, ""); digestOf(a.text) != g.Root.Digest.String() {
		t.Errorf("nobody gets other bytes: %d", a.status)
	}
	for _, l := range []login{nobody, s.login("reader"), {"release", "wrong"}} {
		if err := writes(s, l, 401); err != nil {
			t.Errorf("%q: %v", l.User, err)
		}
	}
}

// TestExpired lets passwords end while the registry runs: what could push can no longer even read.
func TestExpired(t *testing.T) {
	s := start(t, "--valid", "60")
	g := release(t, "1.2.0")
	release, reader := s.login("release"), s.login("reader")
	if err := s.registry(release).Push(t.Context(), g); err != nil {
		t.Fatal(err)
	}
	for until := time.Now().Add(3 * time.Minute); s.ask(release, "GET", "tags/list", nil, "").status != http.StatusUnauthorized; time.Sleep(time.Second / 4) {
		if time.Now().After(until) {
			t.Fatal("the passwords never end")
		}
	}
	for _, l := range []login{release, reader} {
		if err := writes(s, l, 401); err != nil {
			t.Errorf("%s: %v", l.User, err)
		}
		if err := want(s.ask(l, "GET", "manifests/"+g.Version, nil, ""), "pull", 401); err != nil {
			t.Errorf("%s: %v", l.User, err)
		}
	}
	if _, err := s.registry(release).Versions(t.Context()); err == nil || !strings.Contains(err.Error(), "401") {
		t.Errorf("the publisher with a password that ended: %v", err)
	}
}

// TestManual starts the registry as docs/publishing.md says, of which only folder and port are others; what the page has
// installed is what run asks for. What the page then publishes into it is publish's own test.
func TestManual(t *testing.T) {
	blocks, err := page.Read("../../../docs/publishing.md")
	if err != nil {
		t.Fatal(err)
	}
	commands, err := page.Of(blocks, "### One that can be run", "sh")
	if err != nil || len(commands) != 4 {
		t.Fatalf("%d commands, %v", len(commands), err)
	}
	install, run := commands[0].Words, commands[1].Words
	script, err := os.ReadFile("run")
	if err != nil {
		t.Fatal(err)
	}
	if want := "# Needs " + strings.Join(install, " ") + ". Exit"; !bytes.Contains(script, []byte(want)) {
		t.Errorf("run says nothing like %q", want)
	}
	if run[0] != "tools/publish/registry/run" || len(run) != 7 || run[1] != "--dir" || run[3] != "--address" || !strings.HasPrefix(run[4], "127.0.0.1:") {
		t.Fatalf("the page runs %q", run)
	}
	s := start(t, run[5:]...)
	if err := writes(s, nobody, 401); err != nil {
		t.Error(err)
	}
	for _, flag := range []string{"--ca", "--credentials"} {
		i := slices.Index(commands[2].Words, flag)
		if i < 0 {
			t.Fatalf("the page publishes without %s", flag)
		}
		name, ok := strings.CutPrefix(commands[2].Words[i+1], run[2]+"/")
		if info, err := os.Stat(s.in(name)); !ok || err != nil || info.Size() == 0 {
			t.Errorf("%s %s: %v", flag, commands[2].Words[i+1], err)
		}
	}
	// Plant: a flag that run does not have ends it.
	if out, err := exec.Command("./run", "--dir", t.TempDir(), "--pulls", "authenticated").CombinedOutput(); err == nil || !bytes.Contains(out, []byte("no flag --pulls")) {
		t.Errorf("a wrong flag: %v, %s", err, out)
	}
}

// TestUsage: what run is not told to do.
func TestUsage(t *testing.T) {
	for words, args := range map[string][]string{"loopback only": {"--address", "0.0.0.0:5443"}, "anonymous or authenticated": {"--pull", "all"},
		"there is no flag": {"--x", "y"}, "needs a value": {"--dir"}, "seconds": {"--valid", "0"}, "small letters": {"--repository", "../x"}, "a size": {"--max-blob", "0"}} {
		out, err := exec.Command("./run", args...).CombinedOutput()
		if exit, ok := err.(*exec.ExitError); !ok || exit.ExitCode() != 2 || !bytes.Contains(out, []byte(words)) {
			t.Errorf("run %q: %v, %s", args, err, out)
		}
	}
	// A machine without the programs.
	cmd := exec.Command("/bin/bash", "./run", "--dir", t.TempDir())
	bin := t.TempDir()
	for _, name := range []string{"sed", "dirname", "bash"} {
		path, err := exec.LookPath(name)
		if err == nil {
			err = os.Symlink(path, filepath.Join(bin, name))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	cmd.Env = []string{"PATH=" + bin}
	if out, err := cmd.CombinedOutput(); err == nil || cmd.ProcessState.ExitCode() != 1 || !bytes.Contains(out, []byte("apt-get install")) {
		t.Errorf("without programs: %v, %s", err, out)
	}
}

// TestPlants leaves one rule out of a configuration. The check named first has to be red, and no others than those that stand
// on the same rule.
func TestPlants(t *testing.T) {
	for _, plant := range []struct {
		name, file, old, new string
		red                  []string
	}{
		{"everybody pulls", "nginx.conf.tmpl", `GET "@PULL@"`, `GET off`, []string{"nobody", "wrong password"}},
		{"readers push", "nginx.conf.tmpl", "default pushers;", "default pullers;", []string{"reader", "referrers", "audit"}},
		{"tags move", "nginx.conf.tmpl", "default taken;", "default registry;", []string{"tag", "spelling", "race", "delete", "referrers", "audit"}},
		{"two at once", "nginx.conf.tmpl", "limit_conn tags 1;", "", []string{"race"}},
		{"deleting", "", "", "", []string{"delete", "referrers", "audit"}},
		{"any tag", "nginx.conf.tmpl", "(?<tag>v[0-9]", "(?<tag>(?!sha256)[a-z0-9]", []string{"names"}},
		{"large manifests", "nginx.conf.tmpl", "client_max_body_size 4m;", "client_max_body_size 64m;", []string{"oversize"}},
		{"large blobs", "nginx.conf.tmpl", "client_max_body_size @MAXBLOB@;", "client_max_body_size 64m;", []string{"oversize"}},
		{"absolute addresses", "registry.yml.tmpl", "relativeurls: true", "relativeurls: false", []string{"elsewhere", "digest", "oversize"}},
		{"no log", "nginx.conf.tmpl", "access_log run/audit.log audit;", "log_format none '{}'; access_log run/audit.log none;", []string{"audit"}},
	} {
		t.Run(plant.name, func(t *testing.T) {
			dir := t.TempDir()
			for _, name := range []string{"nginx.conf.tmpl", "registry.yml.tmpl"} {
				text, err := os.ReadFile(name)
				if err != nil {
					t.Fatal(err)
				}
				if plant.name == "deleting" { // two lines of defence
					text = bytes.ReplaceAll(text, []byte("^(GET|HEAD|PUT)$"), []byte("^(GET|HEAD|PUT|DELETE)$"))
					text = bytes.ReplaceAll(text, []byte("enabled: false"), []byte("enabled: true"))
					text = bytes.ReplaceAll(text, []byte(`"PUT 404" registry;`), []byte(`"PUT 404" registry; "~^DELETE" registry;`))
				}
				if name == plant.file {
					spoilt := bytes.ReplaceAll(text, []byte(plant.old), []byte(plant.new))
					if bytes.Equal(spoilt, text) {
						t.Fatalf("%q is not in %s", plant.old, name)
					}
					text = spoilt
				}
				if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			s := start(t, "--templates", dir)
			g := release(t, "1.2.0")
			if err := s.registry(s.login("release")).Push(t.Context(), g); err != nil {
				t.Fatal(err)
			}
			var red []string
			for _, rule := range rules {
				if err := rule.check(s, g); err != nil {
					red = append(red, rule.name)
					t.Logf("%s: %v", rule.name, err)
					if strings.Contains(err.Error(), " 500,") {
						text, _ := os.ReadFile(s.in("run/registry.log"))
						t.Logf("the registry says: %.2000s", text)
					}
				}
			}
			for _, name := range plant.red[:1] {
				if !slices.Contains(red, name) {
					t.Errorf("%q is not red: %v", name, red)
				}
			}
			for _, name := range red {
				if !slices.Contains(plant.red, name) {
					t.Errorf("%q is red, too", name)
				}
			}
		})
	}
}
