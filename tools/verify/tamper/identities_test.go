// SPDX-License-Identifier: MIT

package tamper

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/gosqlite/gosqlite/tools/verify"
	"github.com/gosqlite/gosqlite/tools/verify/internal/releasetest"
)

// TestIdentitiesStayApart: nobody whom a policy trusts for one thing can do another's. Each identity signs what each other
// one has to sign, in a release that is right otherwise.
func TestIdentitiesStayApart(t *testing.T) {
	b, err := NewBench(t.TempDir(), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	byKey := func(key func(k *keys) *releasetest.Cert) func(k *keys, s *signing) {
		return func(k *keys, s *signing) {
			c := key(k)
			s.Key, s.Hint, s.Leaf = c.Key, releasetest.Hint(c.Key), nil
		}
	}
	byLeaf := func(leaf func(k *keys) *releasetest.Cert) func(k *keys, s *signing) {
		return func(k *keys, s *signing) { s.Key, s.Leaf = leaf(k).Key, leaf(k) }
	}
	identities := map[string]func(k *keys, s *signing){
		"reproducer": func(k *keys, s *signing) {
			s.Key, s.Hint, s.Leaf = k.Reproducers[1], releasetest.Hint(k.Reproducers[1]), nil
		},
		"code signer":               byLeaf(func(k *keys) *releasetest.Cert { return k.CodeLeaf }),
		"code signer's key":         byKey(func(k *keys) *releasetest.Cert { return k.CodeLeaf }),
		"timestamp authority":       byLeaf(func(k *keys) *releasetest.Cert { return k.TSA[0] }),
		"timestamp authority's key": byKey(func(k *keys) *releasetest.Cert { return k.TSA[0] }),
		"nobody of the policy, as a cache writer, feed or publisher is": func(_ *keys, s *signing) { use(s, newPair()) },
	}
	jobs := []string{"manifest.json", releasetest.Provenance, releasetest.Commit, "archive", releasetest.SignedManifest}
	for name, identity := range identities {
		for _, job := range jobs {
			refused(t, b, name+" signs "+job, signed(job, identity), "signature", "key", "role", "chain")
		}
	}
	for name, identity := range map[string]func(k *keys, s *signing){
		"release key": func(k *keys, s *signing) { s.Key, s.Hint = k.Release, releasetest.Hint(k.Release) },
		"code signer": identities["code signer"], "timestamp authority": identities["timestamp authority"],
	} {
		refused(t, b, name+" is a reproducer", signed("reproduced-1.intoto.json", identity), "role", "chain")
	}
	refused(t, b, "the release authority stamps the time", third(func(k *keys) stamp { return releasetest.NewStamp(k.Leaf) }), "timestamp-authority")
	refused(t, b, "the code signer stamps the time", third(func(k *keys) stamp { return releasetest.NewStamp(k.CodeLeaf) }), "timestamp-authority")
	for name, leaf := range map[string]func(k *keys) *releasetest.Cert{
		"release authority": func(k *keys) *releasetest.Cert { return k.Leaf }, "timestamp authority": func(k *keys) *releasetest.Cert { return k.TSA[0] },
	} {
		refused(t, b, name+" signs a program", func(k *keys) hooks {
			return hooks{Signed: func(tree *releasetest.Tree) {
				for i, e := range tree.Entries {
					if e.Name == windowsStem+"_signed/bin/gosqlite.exe" {
						tree.Entries[i].Data = releasetest.AttachPE(releasetest.PE("windows", "code of the shell"), leaf(k))
					}
				}
			}}
		}, "embedded-signature")
	}
}

// refused demands that one of the rules refuses.
func refused(t *testing.T, b *Bench, name string, h func(k *keys) hooks, rules ...string) {
	t.Helper()
	err := b.prepared(Case{Mutation: name, Hooks: h}, func(_ *Dir, o verify.Options) error {
		report, err := verify.Run(context.Background(), o)
		if err == nil && !slices.ContainsFunc(report.Faults, func(f verify.Fault) bool { return slices.Contains(rules, f.Rule) }) {
			t.Errorf("%s: rules %v say nothing, got %v", name, rules, report.Classes())
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
