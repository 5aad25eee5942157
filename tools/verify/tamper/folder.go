// SPDX-License-Identifier: MIT

package tamper

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
)

// Families of mutations.
const (
	familyBytes     = "bytes"
	familySet       = "set"
	familySignature = "signature"
	familyTime      = "time"
	familyLog       = "transparency log"
	familyStatement = "statement"
	familyArchive   = "archive"
	familyProgram   = "program"
	familySBOM      = "bill of materials"
	familyEmbedded  = "embedded signature"
	familyDocument  = "document"
	familyDemand    = "demand"
)

// expected is how a changed byte of an object shows: by which rule and in which classes. Where a bit decides which part
// of a document it hits, several rules may be the first to see it.
var expected = map[string]struct{ rule, classes string }{
	"archive":                         {"signature", "bad-signature"},
	"zip archive":                     {"signature", "bad-signature"},
	"debug":                           {"signature", "bad-signature"},
	"CycloneDX document":              {"digests", "digest-mismatch"},
	"SPDX document":                   {"digests", "digest-mismatch"},
	"sbom":                            {"digests", "digest-mismatch"},
	"module .zip":                     {"digests", "digest-mismatch"},
	"module .mod":                     {"digests", "digest-mismatch"},
	"module .info":                    {"digests", "digest-mismatch"},
	"notes":                           {"digests", "digest-mismatch"},
	"api":                             {"digests", "digest-mismatch"},
	"vex":                             {"digests", "digest-mismatch"},
	"manifest":                        {"signature", "bad-signature"},
	"signed manifest":                 {"signature", "bad-signature"},
	"sums":                            {"sums|documents", "sums-mismatch|malformed-sums"},
	"provenance":                      {"payload", "payload-mismatch"},
	"commit statement":                {"payload", "payload-mismatch"},
	"ledger statement":                {"payload", "payload-mismatch"},
	"reproduced statement":            {"payload", "payload-mismatch"},
	"manifest's bundle":               {anyBundleRule, anyBundleClass},
	"archive's bundle":                {anyBundleRule, anyBundleClass},
	"provenance's bundle":             {anyBundleRule, anyBundleClass},
	"signed bill of materials":        {"documents|strict-json|signed-sbom|signed-sbom-signature", "malformed-signed-sbom|ambiguous-json|signed-sbom-mismatch|signed-sbom-signature"},
	"signed archive":                  {"signed-digests", "signed-digest-mismatch"},
	"detached Authenticode signature": {"embedded-detached", "detached-mismatch"},
	"detached Mach-O signature":       {"embedded-detached", "detached-mismatch"},
}

const (
	anyBundleRule = "documents|strict-json|signature|key|chain|payload|bundle-kind|digest-hint|timestamp-form|timestamp-imprint|timestamp-signature|timestamp-authority|timestamp-binding"
	// The middle of a bundle lies in a signature, a payload or a timestamp.
	anyBundleClass = "malformed-bundle|ambiguous-json|bad-signature|unknown-key|untrusted-certificate|malformed-certificate|payload-mismatch|wrong-payload-type|message-digest-mismatch|malformed-timestamp|timestamp-mismatch|timestamp-bad-signature|timestamp-untrusted|timestamp-unbound"
)

// byteMutations change bytes of one file.
var byteMutations = []struct {
	name string
	edit func([]byte) []byte
}{
	{"flip a bit at the start", func(b []byte) []byte { b[0] ^= 1; return b }},
	{"flip a bit in the middle", func(b []byte) []byte { b[len(b)/2] ^= 1; return b }},
	{"flip a bit at the end", func(b []byte) []byte { b[len(b)-1] ^= 1; return b }},
	// One of the two may be a newline. Zeros that pad a Mach-O signature are none of it, and go first.
	{"cut off the last two bytes", func(b []byte) []byte { b = bytes.TrimRight(b, "\x00"); return b[:len(b)-2] }},
	{"cut off the second half", func(b []byte) []byte { return b[:len(b)/2] }},
	{"empty", func([]byte) []byte { return nil }},
	{"append a byte", func(b []byte) []byte { return append(b, 'x') }},
}

// FolderCases are what anyone can do to a release with these objects.
func FolderCases(objects map[string]string) []Case {
	var cases []Case
	for _, role := range slices.Sorted(maps.Keys(expected)) {
		name, want := objects[role], expected[role]
		if name == "" {
			continue
		}
		for _, m := range byteMutations {
			cases = append(cases, Case{
				Family: familyBytes, Mutation: m.name, Object: role, Kind: Folder, Rule: want.rule, Classes: strings.Split(want.classes, "|"),
				Change: func(d *Dir) error { return d.Edit(name, m.edit) },
			})
		}
		if role == "sums" || role == "manifest" || strings.Contains(role, "bundle") {
			continue
		}
		if c, ok := removal(role); ok {
			c.Change = func(d *Dir) error { return d.Remove(name) }
			cases = append(cases, c)
		}
	}
	return slices.Concat(cases, setCases(objects), signatureFolderCases(objects))
}

// removal is the case of a file that is not there. Evidence may be absent, except where something else names it.
func removal(role string) (Case, bool) {
	c := Case{Family: familySet, Mutation: "remove", Object: role, Kind: Folder, Rule: "closure", Classes: []string{"missing-file"}}
	switch {
	case role == "signed archive":
		c.Rule, c.Classes = "signed-digests", []string{"signed-missing"}
	case strings.Contains(role, "statement"), strings.Contains(role, "signed"), strings.Contains(role, "detached"):
		return c, false
	}
	return c, true
}

func setCases(o map[string]string) []Case {
	set := func(mutation, object, rule, class string, change func(d *Dir) error) Case {
		return Case{Family: familySet, Mutation: mutation, Object: object, Kind: Folder, Rule: rule, Classes: strings.Split(class, "|"), Change: change}
	}
	add := func(name string) func(d *Dir) error {
		return func(d *Dir) error { return d.Write(name, []byte("#!/bin/sh\n")) }
	}
	archive, notes := o["archive"], o["notes"]
	if notes == "" {
		notes = o["CycloneDX document"]
	}
	if notes == "" {
		notes = archive
	}
	cases := []Case{
		set("remove", "manifest", "closure", "missing-file", func(d *Dir) error { return d.Remove(o["manifest"]) }),
		set("remove", "sums", "closure", "missing-file", func(d *Dir) error { return d.Remove(o["sums"]) }),
		set("remove", "manifest's bundle", "closure", "missing-bundle", func(d *Dir) error { return d.Remove(o["manifest's bundle"]) }),
		set("remove", "archive's bundle", "closure", "missing-bundle", func(d *Dir) error { return d.Remove(o["archive's bundle"]) }),
		set("remove", "provenance's bundle", "closure", "missing-bundle", func(d *Dir) error { return d.Remove(o["provenance's bundle"]) }),
		set("add a file", "folder", "closure", "unlisted-file", add("install.sh")),
		set("add a hidden file", "folder", "closure", "unlisted-file", add(".hidden")),
		set("add a policy", "folder", "closure", "unlisted-file", add("policy.json")),
		set("add a bundle of a file that needs none", "notes", "closure", "unlisted-file", add(notes+".sigstore.json")),
		set("add a second bundle by another name", "archive", "closure", "two-bundles", func(d *Dir) error {
			other := archive + ".DEVELOPMENT.sigstore.json"
			if o["archive's bundle"] == other {
				other = archive + ".sigstore.json"
			}
			data, err := d.Read(o["archive's bundle"])
			if err != nil {
				return err
			}
			return d.Write(other, data)
		}),
		set("add a file in embedded/", "folder", "closure", "unlisted-file", add("embedded/"+archive+"/bin/gosqlite.sh")),
		set("add an empty folder in embedded/", "folder", "file-types", "not-regular", func(d *Dir) error { return os.MkdirAll(d.path("embedded/x/bin"), 0o755) }),
		set("add a statement by another name", "folder", "closure", "unlisted-file", add("audit.intoto.json")),
		set("add a folder", "folder", "file-types", "not-regular", func(d *Dir) error { return os.Mkdir(d.path("more"), 0o755) }),
		set("rename", "archive", "closure", "missing-file", func(d *Dir) error { return d.Rename(archive, "x"+archive) }),
		set("rename to another case", "archive", "closure", "missing-file|unlisted-file", func(d *Dir) error { return d.Rename(archive, strings.ToUpper(archive)) }),
		set("add the same name in another case", "notes", "file-types", "case-collision", add(strings.ToUpper(notes))),
		set("a link in its place, to the same bytes", "notes", "file-types", "not-regular", func(d *Dir) error { return d.Symlink(notes) }),
		set("a link in its place, to the same bytes", "archive", "file-types", "not-regular", func(d *Dir) error { return d.Symlink(archive) }),
		set("a link in its place, to the same bytes", "manifest's bundle", "file-types", "not-regular", func(d *Dir) error { return d.Symlink(o["manifest's bundle"]) }),
		set("a link to nothing in its place", "notes", "file-types", "not-regular", func(d *Dir) error {
			if err := d.Remove(notes); err != nil {
				return err
			}
			return os.Symlink(d.Aside+"/none", d.path(notes))
		}),
		set("a folder in its place", "archive", "file-types", "not-regular", func(d *Dir) error {
			if err := d.Remove(archive); err != nil {
				return err
			}
			return os.Mkdir(d.path(archive), 0o755)
		}),
	}
	if other := o["debug"]; other != "" {
		cases = append(cases, set("swap with the archive", "debug", "signature", "bad-signature", func(d *Dir) error { return d.Swap(archive, other) }))
	}
	if detached := o["detached Authenticode signature"]; detached != "" {
		cases = append(cases, set("add a copy under a path of no entry", "detached Authenticode signature", "closure", "unlisted-file", func(d *Dir) error {
			blob, err := d.Read(detached)
			if err != nil {
				return err
			}
			parts := strings.Split(detached, "/") // embedded/ARCHIVE/FOLDER/bin/PROGRAM
			parts[2] = "other"
			return d.Write(strings.Join(parts, "/"), blob)
		}))
	}
	if a, b := o["CycloneDX document"], o["SPDX document"]; a != "" && b != "" {
		cases = append(cases, set("swap the two formats", "CycloneDX document", "digests", "digest-mismatch", func(d *Dir) error { return d.Swap(a, b) }))
	}
	if text := o["notes in Markdown"]; text != "" { // after the title, which the rule notes reads
		cases = append(cases, set("add a line at the end", "notes in Markdown", "digests", "digest-mismatch", func(d *Dir) error {
			return d.Edit(text, func(b []byte) []byte { return append(b, "Run install.sh as root.\n"...) })
		}))
	}
	return append(cases, sumsCases(o)...)
}

// sumsCases change the list that sha256sum reads: with the file, so that sha256sum is content, and without.
func sumsCases(o map[string]string) []Case {
	lines := func(edit func([]string) []string) func(*Dir) error {
		return func(d *Dir) error {
			return d.Edit(o["sums"], func(b []byte) []byte {
				return []byte(strings.Join(edit(strings.SplitAfter(string(b), "\n")), ""))
			})
		}
	}
	set := func(mutation, rule, class string, change func(*Dir) error) Case {
		return Case{Family: familySet, Mutation: mutation, Object: "sums", Kind: Folder, Rule: rule, Classes: strings.Split(class, "|"), Change: change}
	}
	cases := []Case{
		set("remove a line", "sums", "sums-mismatch", lines(func(l []string) []string { return l[1:] })),
		set("repeat a line", "documents", "malformed-sums", lines(func(l []string) []string { return append([]string{l[0]}, l...) })),
		set("add a line for another file", "sums", "sums-mismatch", lines(func(l []string) []string {
			return append(l, strings.Repeat("0", 64)+"  zzz\n")
		})),
		set("a path in a line", "documents", "malformed-sums", lines(func(l []string) []string {
			return append(l, strings.Repeat("0", 64)+"  zz/../../x\n")
		})),
		set("text mode instead of binary", "documents", "malformed-sums", lines(func(l []string) []string {
			l[0] = strings.Replace(l[0], "  ", " *", 1)
			return l
		})),
	}
	for role, rule := range map[string]string{"archive": "signature", "CycloneDX document": "digests", "manifest": "signature"} {
		if o[role] == "" {
			continue
		}
		class := map[string]string{"signature": "bad-signature", "digests": "digest-mismatch"}[rule]
		cases = append(cases, Case{
			Family: familySet, Mutation: "replace, and its line in SHA256SUMS", Object: role, Kind: Folder, Rule: rule, Classes: []string{class},
			Change: func(d *Dir) error { return replaceWithLine(d, o[role], o["sums"]) },
		})
	}
	slices.SortFunc(cases, func(a, b Case) int { return strings.Compare(a.Name(), b.Name()) })
	return cases
}

func replaceWithLine(d *Dir, name, sums string) error {
	if err := d.Edit(name, func(b []byte) []byte { return bytes.Replace(b, b[len(b)-1:], append(b[len(b)-1:], ' '), 1) }); err != nil {
		return err
	}
	data, err := d.Read(name)
	if err != nil {
		return err
	}
	return d.Edit(sums, func(b []byte) []byte {
		lines := strings.SplitAfter(string(b), "\n")
		for i, l := range lines {
			if strings.HasSuffix(l, "  "+name+"\n") {
				lines[i] = fmt.Sprintf("%x  %s\n", digest(data), name)
			}
		}
		return []byte(strings.Join(lines, ""))
	})
}

// signatureFolderCases move signatures to where they do not belong.
func signatureFolderCases(o map[string]string) []Case {
	c := func(mutation, object, rule, class string, change func(d *Dir) error) Case {
		return Case{Family: familySignature, Mutation: mutation, Object: object, Kind: Folder, Rule: rule, Classes: strings.Split(class, "|"), Change: change}
	}
	edit := func(role, from, to string) func(*Dir) error {
		return func(d *Dir) error {
			return d.Edit(o[role], func(b []byte) []byte { return bytes.Replace(b, []byte(from), []byte(to), 1) })
		}
	}
	media := `"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json"`
	return []Case{
		c("the archive's bundle in its place", "manifest's bundle", "signature", "bad-signature", func(d *Dir) error { return d.Swap(o["manifest's bundle"], o["archive's bundle"]) }),
		c("the manifest's bundle in its place", "provenance's bundle", "bundle-kind", "wrong-bundle-kind", func(d *Dir) error { return d.Swap(o["manifest's bundle"], o["provenance's bundle"]) }),
		c("unknown version", "manifest's bundle", "documents", "malformed-bundle", edit("manifest's bundle", "v0.3+json", "v0.9+json")),
		c("no version", "manifest's bundle", "documents", "malformed-bundle", edit("manifest's bundle", media, `"mediaType":""`)),
		c("unknown field", "manifest's bundle", "strict-json", "ambiguous-json", edit("manifest's bundle", media, media+`,"note":1`)),
		c("key in another case", "manifest's bundle", "strict-json", "ambiguous-json", edit("manifest's bundle", `"mediaType"`, `"MediaType"`)),
		c("duplicate key", "manifest's bundle", "strict-json", "ambiguous-json", edit("manifest's bundle", media, media+","+media)),
		c("a second document after it", "manifest's bundle", "strict-json", "ambiguous-json", func(d *Dir) error {
			return d.Edit(o["manifest's bundle"], func(b []byte) []byte { return append(b, b...) })
		}),
		c("a byte order mark", "manifest's bundle", "documents", "malformed-bundle", func(d *Dir) error {
			return d.Edit(o["manifest's bundle"], func(b []byte) []byte { return append([]byte("\ufeff"), b...) })
		}),
		c("base64 without padding", "manifest's bundle", "documents", "malformed-bundle", func(d *Dir) error {
			// A digest always has padding; the length of a signature differs.
			return d.Edit(o["manifest's bundle"], func(b []byte) []byte { return bytes.ReplaceAll(b, []byte("="), nil) })
		}),
		c("base64 in the alphabet of URLs", "provenance's bundle", "documents", "malformed-bundle", func(d *Dir) error {
			return d.Edit(o["provenance's bundle"], func(b []byte) []byte {
				head, tail, _ := bytes.Cut(b, []byte(`"payload":"`))
				payload, rest, _ := bytes.Cut(tail, []byte(`"`))
				payload = bytes.ReplaceAll(bytes.ReplaceAll(payload, []byte("+"), []byte("-")), []byte("/"), []byte("_"))
				if !bytes.ContainsAny(payload, "-_") {
					payload[0] = '-'
				}
				return slices.Concat(head, []byte(`"payload":"`), payload, []byte(`"`), rest)
			})
		}),
		c("line breaks in base64", "provenance's bundle", "documents", "malformed-bundle", edit("provenance's bundle", `"payload":"`, `"payload":"\n`)),
		c("nested 10 000 deep", "manifest's bundle", "documents", "malformed-bundle", func(d *Dir) error {
			return d.Write(o["manifest's bundle"], []byte(strings.Repeat("[", 10_000)+strings.Repeat("]", 10_000)))
		}),
		c("8 MB of spaces", "manifest's bundle", "documents", "malformed-bundle", func(d *Dir) error {
			return d.Edit(o["manifest's bundle"], func(b []byte) []byte { return append(bytes.Repeat([]byte(" "), 8<<20), b...) })
		}),
	}
}
