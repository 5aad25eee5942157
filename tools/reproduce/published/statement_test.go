// SPDX-License-Identifier: MIT

package published_test

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/tools/release/sign"
	"github.com/gosqlite/gosqlite/tools/release/sign/bundle"
	"github.com/gosqlite/gosqlite/tools/release/sign/identity"
	"github.com/gosqlite/gosqlite/tools/release/sign/signtest"
	"github.com/gosqlite/gosqlite/tools/reproduce/compare"
	"github.com/gosqlite/gosqlite/tools/reproduce/execlog"
	lt "github.com/gosqlite/gosqlite/tools/reproduce/execlog/execlogtest"
	"github.com/gosqlite/gosqlite/tools/reproduce/ledger"
	"github.com/gosqlite/gosqlite/tools/reproduce/published"
	"github.com/gosqlite/gosqlite/tools/verify"
	"github.com/gosqlite/gosqlite/tools/verify/policy"
	"github.com/gosqlite/gosqlite/tools/verify/trust"
)

// reproduction is what a rebuilder fills in.
func reproduction() published.Reproduction {
	return published.Reproduction{Target: "//:x", Platforms: []string{"linux_amd64"}, Varied: []string{"path"}, Ledger: strings.Repeat("0", 64)}
}

func TestStatementIsRefusedWhereAnythingDiffers(t *testing.T) {
	dir, built := signed(t, nil)
	r, err := published.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	files, err := r.Compare(built)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Statement(reproduction(), files); err != nil {
		t.Fatal(err)
	}
	for name, edit := range map[string]func(files []compare.File, p *published.Reproduction) []compare.File{
		"a file differs":     func(f []compare.File, _ *published.Reproduction) []compare.File { f[0].Status = compare.Fail; return f },
		"a file was skipped": func(f []compare.File, _ *published.Reproduction) []compare.File { f[0].Status = compare.Skip; return f },
		"a file has no verdict": func(f []compare.File, _ *published.Reproduction) []compare.File {
			return slices.DeleteFunc(f, func(x compare.File) bool { return x.Name == signtest.Notes })
		},
		"nothing was compared": func([]compare.File, *published.Reproduction) []compare.File { return nil },
		"no ledger":            func(f []compare.File, p *published.Reproduction) []compare.File { p.Ledger = ""; return f },
	} {
		p := reproduction()
		if _, err := r.Statement(p, edit(slices.Clone(files), &p)); err == nil {
			if _, err = r.Statement(p, edit(slices.Clone(files), &p)); err == nil {
				t.Errorf("%s: it was stated all the same", name)
			}
		}
	}
}

func TestCheckName(t *testing.T) {
	for _, c := range []struct {
		name string
		demo bool
		good bool
	}{
		{"x/reproduced-alice.intoto.json", false, true}, {"reproduced-demonstration-1.intoto.json", true, true},
		{"reproduced-demonstration-1.intoto.json", false, false}, {"reproduced-alice.intoto.json", true, false},
		{"alice.intoto.json", false, false}, {"reproduced-.intoto.json", false, false}, {"reproduced-a.json", false, false},
	} {
		if err := published.CheckName(c.name, c.demo); (err == nil) != c.good {
			t.Errorf("%s, demonstration %t: %v", c.name, c.demo, err)
		}
	}
}

func public(t *testing.T, name string, id *identity.Identity, role trust.Role) policy.Key {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(id.Key.Public())
	if err != nil {
		t.Fatal(err)
	}
	return policy.Key{Name: name, PEM: string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})), Roles: []trust.Role{role}}
}

func put(t *testing.T, dir, name string, text []byte, id *identity.Identity) {
	t.Helper()
	file := filepath.Join(dir, name)
	if err := os.WriteFile(file, text, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := sign.Statement(t.Context(), file, &bundle.Writer{Identity: id}); err != nil {
		t.Fatal(err)
	}
}

// TestVerifierCountsThem signs a ledger and what two people state, and lets the verifier demand two of them: as demonstrators
// they count where the policy accepts that and nowhere else. The programs of this release are no real ones, so only what it
// says of statements is looked at.
func TestVerifierCountsThem(t *testing.T) {
	release := &identity.Identity{Key: signtest.Key(t)}
	dir, built := signed(t, release)
	log, err := execlog.Read(bytes.NewReader(lt.Log(lt.Spawn{Mnemonic: "Link", Label: "//:x", Outputs: map[string]string{"x": "1"}})))
	if err != nil {
		t.Fatal(err)
	}
	l, err := ledger.New(built, []*execlog.Log{log}, ledger.Side{CPU: "one"})
	if err != nil {
		t.Fatal(err)
	}
	r, err := published.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	text, err := l.Statement(r.Manifest)
	if err != nil {
		t.Fatal(err)
	}
	put(t, dir, ledger.StatementName, text, release)
	f := policy.File{Schema: policy.Schema, Keys: []policy.Key{public(t, "release", release, trust.Release)},
		Require: policy.Require{Reproduced: 2, Evidence: []policy.Evidence{policy.Ledger}}}
	ids := []*identity.Identity{{Key: signtest.Key(t)}, {Key: signtest.Key(t)}}
	for i, id := range ids {
		f.Keys = append(f.Keys, public(t, fmt.Sprintf("demonstration-%d", i+1), id, trust.Reproducer))
	}
	demonstrations := f
	demonstrations.Development = true
	for _, x := range []struct {
		name          string
		demonstration bool
		counts        *policy.File
	}{{"reproduced-demonstration-%d.intoto.json", true, &demonstrations}, {"reproduced-%d.intoto.json", false, &f}} {
		for i, id := range ids {
			files, err := r.Compare(built)
			if err != nil {
				t.Fatal(err)
			}
			p := reproduction()
			p.Demonstration = x.demonstration
			if text, err = r.Statement(p, files); err != nil {
				t.Fatal(err)
			}
			put(t, dir, fmt.Sprintf(x.name, i+1), text, id)
			classes := verdict(t, dir, x.counts)
			if enough := !slices.Contains(classes, "reproduced-threshold"); enough != (i == 1) {
				t.Errorf("%d of 2 demanded, demonstrations %v: faults %v", i+1, x.demonstration, classes)
			}
			if classes := verdict(t, dir, &f); x.demonstration && !slices.Contains(classes, "reproduced-threshold") {
				t.Errorf("%d demonstrations are reproducers: faults %v", i+1, classes)
			}
		}
	}
	// The statements about another release count for nothing.
	other := bytes.Replace(text, []byte(`"name":"`+signtest.Notes+`"`), []byte(`"name":"other.md"`), 2)
	if err := os.WriteFile(filepath.Join(dir, "reproduced-2.intoto.json"), other, 0o644); err != nil {
		t.Fatal(err)
	}
	if classes := verdict(t, dir, &f); !slices.Contains(classes, "reproduced-threshold") {
		t.Errorf("a statement about another release: faults %v", classes)
	}
}

// verdict gives the classes of faults of statements and evidence; there are none on ledger and reproducers but those.
func verdict(t *testing.T, dir string, f *policy.File) []string {
	t.Helper()
	p, err := f.Policy()
	if err != nil {
		t.Fatal(err)
	}
	report, err := verify.Run(t.Context(), verify.Options{Dir: dir, Policy: p, Now: signtest.Now})
	if err != nil {
		t.Fatal(err)
	}
	var classes []string
	for _, x := range report.Faults {
		if x.File == "" || strings.Contains(x.File, ledger.StatementName) || strings.Contains(x.File, "reproduced-") {
			classes = append(classes, x.Class)
		}
	}
	return classes
}
