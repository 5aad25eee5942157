// SPDX-License-Identifier: MIT

package tamper

import (
	"crypto/ecdsa"
	"encoding/base64"
	"slices"
	"strings"

	"github.com/gosqlite/gosqlite/tools/verify/internal/releasetest"
	"github.com/gosqlite/gosqlite/tools/verify/policy"
)

// tagCases are well signed commit statements whose tag does not lead to the source commit that they name.
func tagCases() []Case {
	const malformed, mismatch, other = "tag-malformed", "tag-mismatch", "tag-source"
	says := func(change func(p object)) func(k *keys) hooks {
		return stated(releasetest.Commit, func(s object) { change(sub(s, "predicate")) })
	}
	// The release commit says something else, and the tag is of it.
	released := func(text string) func(k *keys) hooks {
		return says(func(p object) {
			commit := releasetest.GitObject("commit", text)
			p["release"], p["tag"] = commit, releasetest.TagOf("v1.2.0", "commit", commit["id"].(string))
		})
	}
	dated := func(who, date string) func(k *keys) hooks {
		text := releasetest.ReleaseCommit(releasetest.SourceCommit)
		return released(strings.Replace(text, who+" "+releasetest.Who, who+" Test <test@example.invalid> "+date, 1))
	}
	edited := func(field string, edit func(text string) string) func(k *keys) hooks {
		return says(func(p object) {
			text, _ := base64.StdEncoding.DecodeString(sub(p, field)["object"].(string))
			sub(p, field)["object"] = base64.StdEncoding.EncodeToString([]byte(edit(string(text))))
		})
	}
	const zeros = "0000000000000000000000000000000000000000"
	c := func(mutation, object, class string, hooks func(k *keys) hooks) Case {
		return one(familyStatement)(mutation, object, "tag", class, hooks)
	}
	return []Case{
		c("no id of a commit", "commit statement", malformed, says(func(p object) {
			p["commit"] = "main"
			delete(p, "tag")
			delete(p, "release")
		})),
		c("capital letters in the id of the commit", "commit statement", malformed, says(func(p object) { p["commit"] = strings.Repeat("A", 40) })),
		c("without the release commit", "tag", malformed, says(func(p object) { delete(p, "release") })),
		c("other bytes than its id has", "tag", malformed, edited("tag", func(text string) string { return text + "x" })),
		c("other bytes than its id has", "release commit", malformed, edited("release", func(text string) string { return text + "x" })),
		c("an id of another kind than the commit's", "release commit", malformed, says(func(p object) { sub(p, "release")["id"] = strings.Repeat("0", 64) })),
		c("without a message", "release commit", malformed, released("tree "+zeros+"\nparent "+releasetest.SourceCommit+"\n")),
		c("a header that is none", "release commit", malformed, released("tree\n\nx\n")),
		c("of 70 kB", "release commit", malformed, released(releasetest.ReleaseCommit(releasetest.SourceCommit)+strings.Repeat("x", 70_000))),
		c("of another version", "tag", mismatch, says(func(p object) {
			p["tag"] = releasetest.TagOf("v1.3.0", "commit", sub(p, "release")["id"].(string))
		})),
		c("another name than it says of itself", "tag", mismatch, says(func(p object) {
			p["tag"] = releasetest.TagOf("v1.3.0", "commit", sub(p, "release")["id"].(string))
			sub(p, "tag")["name"] = "v1.2.0"
		})),
		c("of another commit", "tag", mismatch, says(func(p object) { p["tag"] = releasetest.TagOf("v1.2.0", "commit", zeros) })),
		c("of the source commit", "tag", mismatch, says(func(p object) { p["tag"] = releasetest.TagOf("v1.2.0", "commit", releasetest.SourceCommit) })),
		c("of something else than a commit", "tag", mismatch, says(func(p object) {
			p["tag"] = releasetest.TagOf("v1.2.0", "tree", sub(p, "release")["id"].(string))
		})),
		c("written on another day", "release commit", mismatch, dated("author", "1795392001 +0000")),
		c("committed in another time zone", "release commit", mismatch, dated("committer", "1795392000 +0100")),
		c("made of another commit", "release commit", other, released(releasetest.ReleaseCommit(zeros))),
		c("made of two commits", "release commit", other, released(releasetest.ReleaseCommit(releasetest.SourceCommit, zeros))),
		c("made of no commit", "release commit", other, released(releasetest.ReleaseCommit())),
		c("its parent in the message alone", "release commit", other, released(releasetest.ReleaseCommit()+"\nparent "+releasetest.SourceCommit+"\n")),
		c("another source commit than the tag's", "commit statement", other, says(func(p object) { p["commit"] = zeros })),
	}
}

// tagSignatureCases are tags whose signature is not one of the release's key.
func tagSignatureCases() []Case {
	by := func(key func(k *keys) *ecdsa.PrivateKey, s releasetest.SSH, edit func(text string) string) func(k *keys) hooks {
		return func(k *keys) hooks {
			return stated(releasetest.Commit, func(st object) {
				p := sub(st, "predicate")
				tag := releasetest.SignTag(releasetest.TagOf("v1.2.0", "commit", sub(p, "release")["id"].(string)), key(k), s)
				if edit != nil {
					text, _ := base64.StdEncoding.DecodeString(tag["object"].(string))
					tag = releasetest.GitObject("tag", edit(string(text)))
					tag["name"] = "v1.2.0"
				}
				p["tag"] = tag
			})(k)
		}
	}
	release := func(k *keys) *ecdsa.PrivateKey { return k.Release }
	c := func(mutation string, hooks func(k *keys) hooks) Case {
		return one(familyStatement)(mutation, "tag", "tag-signature", "tag-signature", hooks)
	}
	edited := func(old, text string) func(k *keys) hooks {
		return by(release, releasetest.SSH{}, func(s string) string { return strings.Replace(s, old, text, 1) })
	}
	return []Case{
		c("signed by a key that nobody knows", by(func(*keys) *ecdsa.PrivateKey { return newPair().key }, releasetest.SSH{}, nil)),
		c("signed by a reproducer", by(func(k *keys) *ecdsa.PrivateKey { return k.Reproducers[0] }, releasetest.SSH{}, nil)),
		c("a signature of another tag", by(release, releasetest.SSH{Over: "object 0\n"}, nil)),
		c("a signature for files", by(release, releasetest.SSH{Namespace: "file"}, nil)),
		c("a signature by an unknown hash", by(release, releasetest.SSH{Hash: "md5"}, nil)),
		c("a signature of another kind", by(release, releasetest.SSH{Algorithm: "ssh-ed25519"}, nil)),
		c("a byte behind the signature's fields", by(release, releasetest.SSH{More: "x"}, nil)),
		c("a signature that is no base64", edited("-----END", "=\n-----END")),
		c("a signature without its last line", edited("-----END SSH SIGNATURE-----\n", "")),
		c("another message under the signature", edited("A release", "Another release")),
	}
}

// untagged is a release without a tag, where none is demanded.
func untagged(*keys) hooks {
	return hooks{
		Statement: func(name string, s map[string]any) {
			if name == releasetest.Commit {
				delete(sub(s, "predicate"), "tag")
				delete(sub(s, "predicate"), "release")
			}
		},
		Policy: func(p *policy.File) {
			p.Require.Evidence = slices.DeleteFunc(p.Require.Evidence, func(e policy.Evidence) bool { return e == policy.Tag })
		},
	}
}
