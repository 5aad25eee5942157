// SPDX-License-Identifier: MIT

package trial

import (
	"context"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/tools/reproduce/report"
	"github.com/gosqlite/gosqlite/tools/reproduce/variation"
)

// shared makes build A for all variations, and gives a trial of one of them.
func shared(t *testing.T, f *fakeBuilder, name string) (*Trial, []*Baseline) {
	t.Helper()
	tr := newTrial(t, f, name)
	tr.Side, tr.Platforms = byOne, []string{"//platforms:a", "//platforms:b"}
	one := tr.Variations
	tr.Variations = variation.Table
	first, err := tr.First(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	tr.Variations = one
	return tr, first
}

func TestNextIsRedForItsPlantAlone(t *testing.T) {
	for _, v := range variation.Table {
		t.Run(v.Name, func(t *testing.T) {
			f := &fakeBuilder{all: true, release: "text\n"}
			tr, first := shared(t, f, v.Name)
			reports, err := tr.Next(t.Context(), first)
			if err != nil || len(reports) != 2 || f.builds != 4 {
				t.Fatalf("%d reports, %d builds: %v", len(reports), f.builds, err)
			}
			for _, r := range reports {
				red := map[string]bool{}
				for _, a := range r.Actions.NotPassed {
					if a.Mnemonic == "Plant" {
						red[strings.TrimPrefix(a.Label, ":")] = true
					}
				}
				delete(red, "leak_clock") // builds in a row can't share a time
				if !red[v.Plant] && v.Name != "clock" {
					t.Errorf("%s varied, and not seen", v.Name)
				}
				for name := range red {
					// Kinds of sandboxes are one fact.
					if name != v.Plant && v.Group == "" {
						t.Errorf("%s is red where %s alone is varied", name, v.Name)
					}
				}
				if r.ExitCode() != report.ExitDifferent || len(r.Variations) != 1 {
					t.Errorf("verdict %s, varied %v", r.Verdict(), r.Variations)
				}
			}
		})
	}
}

func TestNextPasses(t *testing.T) {
	f := &fakeBuilder{release: "text\n"}
	tr, first := shared(t, f, "tz")
	reports, err := tr.Next(t.Context(), first)
	if err != nil || len(reports) != 2 {
		t.Fatalf("%d reports: %v", len(reports), err)
	}
	for _, r := range reports {
		if r.ExitCode() != report.ExitPass || len(r.Files) != 1 || r.Actions.Pass != len(variation.Table)+2 || r.Leaks.Files() != 1 || len(r.Digest) != 64 {
			t.Errorf("verdict %s: %d files, %d actions, %d searched", r.Verdict(), len(r.Files), r.Actions.Pass, r.Leaks.Files())
		}
	}
	if strings.Join(f.down, "") != "AB" {
		t.Errorf("servers ended: %v", f.down)
	}
}

// TestNextComparesWholeBuilds takes an action out of one build or the other, or changes all of it.
func TestNextComparesWholeBuilds(t *testing.T) {
	for name, edit := range map[string]func(b *Baseline){
		"an action that build A alone has": func(b *Baseline) {
			extra := b.Ledger.Build.Actions[0]
			extra.Label = "//:extra"
			b.Ledger.Build.Actions = append(b.Ledger.Build.Actions, extra)
		},
		"an action that build B alone has": func(b *Baseline) { b.Ledger.Build.Actions = b.Ledger.Build.Actions[1:] },
		"an action of which all differs": func(b *Baseline) {
			a := &b.Ledger.Build.Actions[0]
			zeros := strings.Repeat("0", 64)
			a.Command, a.Inputs, a.Outputs[0].SHA256 = zeros, zeros, zeros
		},
	} {
		t.Run(name, func(t *testing.T) {
			tr, first := shared(t, &fakeBuilder{release: "text\n"}, "tz")
			edit(first[0])
			reports, err := tr.Next(t.Context(), first)
			if err != nil || reports[0].ExitCode() != report.ExitDifferent || reports[0].Actions.Fail != 1 || reports[1].ExitCode() != report.ExitPass {
				t.Errorf("%v: %+v", err, reports)
			}
		})
	}
}

// twiceInA runs an action a second time in build A alone.
type twiceInA struct{ twice }

func (b twiceInA) Build(ctx context.Context, s variation.Setting, r Request) (*Product, error) {
	if s.Name != "A" {
		return b.fakeBuilder.Build(ctx, s, r)
	}
	return b.twice.Build(ctx, s, r)
}

func TestUnstableFirstIsADifferenceOfEachNext(t *testing.T) {
	tr := newTrial(t, twiceInA{twice{&fakeBuilder{release: "text\n"}}}, "tz")
	tr.Side, tr.Platforms = byOne, []string{"//platforms:a"}
	first, err := tr.First(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	reports, err := tr.Next(t.Context(), first)
	if err != nil || reports[0].ExitCode() != report.ExitDifferent || !strings.Contains(strings.Join(reports[0].Faults, ""), "build A: make ledger: Again //:again, which ran more than once") {
		t.Errorf("%v: %+v", err, reports)
	}
}

// hostBuilder writes the host's name into the release, equally in both builds.
type hostBuilder struct{ *fakeBuilder }

func (b hostBuilder) Build(ctx context.Context, s variation.Setting, r Request) (*Product, error) {
	b.release = s.Env["HOSTNAME"] + "\n"
	return b.fakeBuilder.Build(ctx, s, r)
}

func TestNextSearchesForWhatIsNotVaried(t *testing.T) {
	tr := newTrial(t, hostBuilder{&fakeBuilder{}}, "tz", "host")
	tr.Side = byOne
	first, err := tr.First(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	tr.Variations = tr.Variations[1:] // the table's order
	if reports, err := tr.Next(t.Context(), first); err != nil || reports[0].Variations[0].Name != "tz" || reports[0].ExitCode() == report.ExitPass || reports[0].Actions.Fail != 0 {
		t.Errorf("a value of both builds that lies in the release: %+v, %v", reports, err)
	}
}

// storeBuilder writes down the stores of its requests, and which of them held something.
type storeBuilder struct {
	*fakeBuilder
	stores []string
	used   []bool
}

func (b *storeBuilder) Build(ctx context.Context, s variation.Setting, r Request) (*Product, error) {
	_, err := os.Stat(r.Store)
	b.stores, b.used = append(b.stores, r.Store), append(b.used, r.Store != "" && err == nil)
	if r.Store != "" {
		if err := os.MkdirAll(r.Store, 0o755); err != nil {
			return nil, err
		}
	}
	return b.fakeBuilder.Build(ctx, s, r)
}

func TestStoreIsOfOneSide(t *testing.T) {
	b := &storeBuilder{fakeBuilder: &fakeBuilder{release: "text\n"}}
	tr := newTrial(t, b, "tz")
	tr.Side, tr.Platforms = byOne, []string{"//platforms:a", "//platforms:b"}
	first, err := tr.First(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tr.Next(t.Context(), first[:1]); err == nil {
		t.Error("another number of platforms was taken")
	}
	if _, err := tr.Next(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(b.used, []bool{false, true, false, true}) {
		t.Errorf("stores %q; which of them held something: %v", b.stores, b.used)
	}
	if _, err := tr.Run(t.Context()); err != nil || b.stores[len(b.stores)-1] != "" {
		t.Errorf("a run has a store: %q, %v", b.stores, err)
	}
}
