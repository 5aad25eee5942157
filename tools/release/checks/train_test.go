// SPDX-License-Identifier: MIT

package checks

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/tools/manual/page"
	"github.com/gosqlite/gosqlite/tools/release/jcs"
	"github.com/gosqlite/gosqlite/tools/release/manifest"
	"github.com/gosqlite/gosqlite/tools/release/provenance"
	"github.com/gosqlite/gosqlite/tools/verify/tamper/specimen"
)

// bazel stands for ./bazelw: what goes from the commit to the verified release is run, and the rest is there already.
const bazel = `#!/bin/sh
set -eu
while [ "${1#--}" != "$1" ]; do shift; done
verb=$1 label=${2-}
if [ "$verb" = build ]; then
	for arg; do
		case $arg in --execution_log_compact_file=*) echo log >"${arg#*=}" ;; esac
	done
	exit 0
fi
[ "$verb" = run ] && [ $# -gt 2 ] || exit 0
shift 3
for last; do :; done
case $label in
//tools/release/cmd/module) exec "$WORLD_PROGRAMS/module" --amalgamation "$WORLD_CAPI" "$@" ;;
//tools/release/cmd/sign) exec "$WORLD_PROGRAMS/sign" "$@" ;;
//:semver) exec "$WORLD_PROGRAMS/semver" "$@" ;;
//:verify) exec "$WORLD_PROGRAMS/gosqlite-verify" "$@" ;;
//:notes)
	mkdir -p "$last"
	for ext in md json; do cp "$WORLD_PAYLOAD"/gosqlite_*_notes.$ext "$last/notes.$ext"; done ;;
//tools/sbom/cmd/sbom) echo '{}' ;;
//:reproduce)
	[ "$1" != ledger ] || cp "$WORLD_LEDGER" "$5" ;;
esac
`

// A trip is a made-up release, from its commit to the folder that a stranger verifies.
type trip struct {
	*repository
	dir      string // beside the clone
	payload  string
	env, run []string
}

// ready brings a repository to the commit of v1.0.0, with what a build would have made of it and with keys.
func ready(t *testing.T) *trip {
	t.Helper()
	r := newRepository(t)
	for name, text := range map[string]string{
		"api/v1.txt": "", "api/next.txt": "", "bazelw": bazel, "tools/scan/programs/fetch": "#!/bin/sh\necho /programs\n",
	} {
		r.put(name, text)
	}
	for _, name := range []string{"bazelw", "tools/scan/programs/fetch"} {
		if err := os.Chmod(filepath.Join(r.root, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	r.put(".git/info/exclude", "/bazel-bin\n")
	r.commit("begin")
	r.change("tools/release/version.bzl", "0.9.0", "1.0.0")
	r.at(0, nil, "api", "write")
	r.at(0, nil, "api", "promote")
	r.at(0, nil, "semver", "--version", "v1.0.0", "--facts")
	r.commit("release v1.0.0")
	p := &trip{repository: r, dir: t.TempDir()}
	p.payload = filepath.Join(r.root, "bazel-bin", "tools", "release", "release_all")
	p.build()
	p.keys()
	p.env = []string{
		"WORLD_PROGRAMS=" + programs, "WORLD_CAPI=" + r.capi, "WORLD_PAYLOAD=" + p.payload, "WORLD_LEDGER=" + p.path("ledger.json"),
		"GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1",
	}
	p.run = []string{"--root", r.root, "--version", "v1.0.0", "--out", p.path("out"), "--config", p.path("signing.json"), "--policy", p.path("policy.json")}
	return p
}

func (p *trip) path(elem ...string) string { return filepath.Join(append([]string{p.dir}, elem...)...) }

func (p *trip) write(name string, text []byte) {
	p.t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		p.t.Fatal(err)
	}
	if err := os.WriteFile(name, text, 0o600); err != nil {
		p.t.Fatal(err)
	}
}

func (p *trip) read(name string) []byte {
	p.t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		p.t.Fatal(err)
	}
	return text
}

// build makes the payload: the files of a specimen, the module of the commit, and provenance of its sources.
func (p *trip) build() {
	p.t.Helper()
	if _, err := specimen.NewKeys().Write(p.path("specimen"), specimen.Spoil{Version: "1.0.0"}); err != nil {
		p.t.Fatal(err)
	}
	like, err := manifest.Parse(p.read(p.path("specimen", manifest.FileName)))
	if err != nil {
		p.t.Fatal(err)
	}
	m := &manifest.Manifest{Version: like.Version, Time: like.Time}
	add := func(f manifest.File, text []byte) {
		f.Size, f.SHA256 = int64(len(text)), sha256.Sum256(text)
		m.Files = append(m.Files, f)
		p.write(filepath.Join(p.payload, f.Name), text)
	}
	for _, f := range like.Files {
		if f.Kind != manifest.Module && f.Kind != manifest.Notes {
			add(f, p.read(p.path("specimen", f.Name)))
		}
	}
	p.at(0, nil, "module", "--version", "v1.0.0", "--out", p.path("module"), "--amalgamation", p.capi)
	for _, ext := range []string{"zip", "mod", "info"} {
		add(manifest.File{Name: "gosqlite_v1.0.0." + ext, Kind: manifest.Module}, p.read(p.path("module", "github.com", "gosqlite", "gosqlite", "@v", "v1.0.0."+ext)))
	}
	add(manifest.File{Name: "gosqlite_1.0.0_notes.md", Kind: manifest.Notes}, []byte("# gosqlite v1.0.0\n"))
	add(manifest.File{Name: "gosqlite_1.0.0_notes.json", Kind: manifest.Notes}, []byte(`{"schema":"gosqlite-notes/1","version":"v1.0.0","date":"2026-11-23","facts":{"files":[]}}`+"\n"))
	slices.SortFunc(m.Files, func(a, b manifest.File) int { return strings.Compare(a.Name, b.Name) })
	text, err := m.Encode()
	if err != nil {
		p.t.Fatal(err)
	}
	sums, err := m.EncodeSums(text)
	if err != nil {
		p.t.Fatal(err)
	}
	p.write(filepath.Join(p.payload, manifest.FileName), text)
	p.write(filepath.Join(p.payload, manifest.SumsName), sums)
	p.provenance(m)
	p.ledger(m, text)
}

func (p *trip) provenance(m *manifest.Manifest) {
	p.t.Helper()
	files := map[string][32]byte{}
	for name := range strings.SplitSeq(strings.TrimRight(must(p.t, p.root, gitEnv, "git", "ls-files", "-z"), "\x00"), "\x00") {
		files[name] = sha256.Sum256(p.read(filepath.Join(p.root, filepath.FromSlash(name))))
	}
	source, err := provenance.Source(files)
	if err != nil {
		p.t.Fatal(err)
	}
	s, err := provenance.New(m, "//:release_all", []provenance.Resource{source})
	if err != nil {
		p.t.Fatal(err)
	}
	text, err := s.Encode()
	if err != nil {
		p.t.Fatal(err)
	}
	p.write(filepath.Join(p.payload, provenance.FileName), text)
}

// ledger is what the build says of its own files.
func (p *trip) ledger(m *manifest.Manifest, text []byte) {
	p.t.Helper()
	sum := fmt.Sprintf("%x", sha256.Sum256(text))
	made := []any{map[string]any{"name": manifest.FileName, "sha256": sum}}
	for _, f := range m.Files {
		made = append(made, map[string]any{"name": f.Name, "sha256": hex.EncodeToString(f.SHA256[:])})
	}
	statement, err := jcs.File(map[string]any{
		"_type": provenance.StatementType, "predicateType": "https://github.com/gosqlite/gosqlite/blob/main/docs/reproducing.md#ledger-1",
		"subject":   []any{map[string]any{"name": manifest.FileName, "digest": map[string]any{"sha256": sum}}},
		"predicate": map[string]any{"schema": "gosqlite-ledger/1", "build": map[string]any{"files": made}},
	})
	if err != nil {
		p.t.Fatal(err)
	}
	p.write(p.path("ledger.json"), statement)
}

// keys makes a development CA, a configuration that signs by it, and a policy that demands the tag.
func (p *trip) keys() {
	p.t.Helper()
	p.write(p.path("passphrase"), []byte("of the test\n"))
	must(p.t, p.dir, nil, filepath.Join(programs, "sign"), "dev-ca", "--out", p.path("ca"), "--secret", "file:"+p.path("passphrase"))
	config, err := json.Marshal(map[string]any{"schema": "gosqlite-signing/1", "release": map[string]any{
		"key": "ca/release.DEVELOPMENT.key.pem", "chain": "ca/release.DEVELOPMENT.chain.pem", "secret": "file:passphrase",
	}})
	if err != nil {
		p.t.Fatal(err)
	}
	p.write(p.path("signing.json"), config)
	must(p.t, p.dir, nil, filepath.Join(programs, "gosqlite-verify"), "policy", "--authority", p.path("ca", "root.DEVELOPMENT.pem"), "--allow-development",
		"--evidence", "commit", "--evidence", "tag", "--evidence", "ledger", "--evidence", "module", "--out", p.path("policy.json"))
}

// train runs the release train.
func (p *trip) train(code int, says string, more ...string) {
	p.t.Helper()
	args := append(slices.Clone(p.run), more...)
	out, got := output(p.t, p.root, p.env, filepath.Join(programs, "release"), args...)
	if got != code || !strings.Contains(out, says) {
		logs, _ := filepath.Glob(p.path("out", "log", "*.log"))
		for _, log := range logs {
			out += "\n" + filepath.Base(log) + "\n" + string(p.read(log))
		}
		p.t.Fatalf("exit code %d, want %d, and %q in:\n%s", got, code, says, out)
	}
}

func (p *trip) git(args ...string) string {
	p.t.Helper()
	return strings.TrimSpace(must(p.t, p.root, gitEnv, "git", args...))
}

// TestTrain goes from a commit to a verified folder: the tag is of the release commit, that is made of the source commit, and
// the commit statement says so in git's own bytes.
func TestTrain(t *testing.T) {
	p := ready(t)
	p.train(0, "there is to publish")
	var s struct {
		Predicate struct {
			Commit       string
			Tag, Release struct{ Name, ID, Object string }
		}
	}
	if err := json.Unmarshal(p.read(p.path("out", "dist", "commit.intoto.json")), &s); err != nil {
		t.Fatal(err)
	}
	head, tag, release := p.git("rev-parse", "main"), p.git("rev-parse", "refs/tags/v1.0.0"), p.git("rev-parse", "v1.0.0^{commit}")
	if c := s.Predicate; c.Commit != head || c.Tag.Name != "v1.0.0" || c.Tag.ID != tag || c.Release.ID != release || p.git("rev-parse", "v1.0.0^{commit}^") != head {
		t.Errorf("the statement says %+v; git says %s, %s, %s", c, head, tag, release)
	}
	p.signedTag()
	for kind, object := range map[string]string{"tag": s.Predicate.Tag.Object, "commit": s.Predicate.Release.Object} {
		name := map[string]string{"tag": "refs/tags/v1.0.0", "commit": release}[kind]
		text, err := base64.StdEncoding.DecodeString(object)
		if want := must(t, p.root, gitEnv, "git", "cat-file", kind, name); err != nil || !bytes.Equal(text, []byte(want)) {
			t.Errorf("the %s is stated as %q, %v; git says %q", kind, text, err, want)
		}
	}
}

// signedTag: git takes the tag's signature for one of the release's key, and of no other. The train goes on with a tag that it
// has signed.
func (p *trip) signedTag() {
	p.t.Helper()
	// The block of docs/signing.md, as it stands there but for the version.
	blocks, err := page.Read("../../../docs/signing.md")
	if err != nil {
		p.t.Fatal(err)
	}
	i := slices.IndexFunc(blocks, func(b page.Block) bool { return strings.HasPrefix(b.Text, `echo "release $(ssh-keygen`) })
	if i < 0 || !strings.Contains(blocks[i].Text, " v1.2.3\n") {
		p.t.Fatal("the page does not ask git")
	}
	ask := func(chain, block string) (string, int) {
		der, _ := pem.Decode(p.read(chain))
		c, err := x509.ParseCertificate(der.Bytes)
		if err != nil {
			p.t.Fatal(err)
		}
		public, err := x509.MarshalPKIXPublicKey(c.PublicKey)
		if err != nil {
			p.t.Fatal(err)
		}
		p.write(p.path("release.pub"), pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public}))
		env := append(slices.Clone(gitEnv), "GIT_DIR="+filepath.Join(p.root, ".git"))
		return output(p.t, p.dir, env, "sh", "-euc", strings.Replace(block, " v1.2.3\n", " v1.0.0\n", 1))
	}
	own := p.path("ca", "release.DEVELOPMENT.chain.pem")
	if says, code := ask(own, blocks[i].Text); code != 0 || !strings.Contains(says, `Good "git" signature for release with ECDSA key`) {
		p.t.Errorf("git says %s", says)
	}
	if says, code := ask(p.path("ca", "timestamps.DEVELOPMENT.chain.pem"), blocks[i].Text); code == 0 {
		p.t.Errorf("git takes another key for the release's: %s", says)
	}
	if says, code := ask(own, strings.Replace(blocks[i].Text, "-f release.pub", "-f released.pub", 1)); code == 0 {
		p.t.Errorf("nothing sees another name on the page: %s", says)
	}
	tag := p.git("rev-parse", "refs/tags/v1.0.0")
	if err := os.RemoveAll(p.path("out", "dist")); err != nil {
		p.t.Fatal(err)
	}
	for _, step := range []string{"module", "sign", "state", "verify"} {
		p.train(0, "", "--step", step)
	}
	if again := p.git("rev-parse", "refs/tags/v1.0.0"); again != tag {
		p.t.Errorf("the tag was %s and is %s", tag, again)
	}
}

// TestTrainRefusesOtherTags: a tag that does not stand for the module of this source is not signed, and never signed for.
func TestTrainRefusesOtherTags(t *testing.T) {
	p := ready(t)
	p.train(0, "", "--step", "facts")
	for _, step := range []string{"build", "ledger", "reproduce", "sbom", "scan", "api", "semver", "notes", "module"} {
		p.train(0, "", "--step", step)
	}
	tag := p.git("rev-parse", "refs/tags/v1.0.0")
	tree := p.git("rev-parse", "v1.0.0^{tree}")
	made := func(args ...string) string { return p.git(append([]string{"commit-tree", "-m", "x"}, args...)...) }
	for _, test := range []struct{ name, says, of string }{
		{"of the source", "a release commit has the source commit alone", p.git("rev-parse", "main")},
		{"of another source", "a release commit has the source commit alone", made(tree, "-p", "main^")},
		{"of two sources", "a release commit has the source commit alone", made(tree, "-p", "main", "-p", "main^")},
		{"of the source's files alone", "a release commit adds", made("main^{tree}", "-p", "main")},
		{"of other files", "a release commit adds files and changes none", made("main^^{tree}", "-p", "main")},
	} {
		p.git("tag", "-f", "-a", "-m", "x", "v1.0.0", test.of)
		p.train(3, "said no; ", "--step", "sign")
		if log := string(p.read(p.path("out", "log", "sign.log"))); !strings.Contains(log, test.says) {
			t.Errorf("a tag %s: it does not say %q:\n%s", test.name, test.says, log)
		}
		if text := p.git("cat-file", "tag", "refs/tags/v1.0.0"); strings.Contains(text, "BEGIN SSH SIGNATURE") {
			t.Errorf("a tag %s was signed:\n%s", test.name, text)
		}
	}
	p.git("tag", "-f", "v1.0.0", "v1.0.0^{commit}")
	p.train(3, "said no", "--step", "sign")
	// A signature of somebody else is not replaced.
	p.git("update-ref", "refs/tags/v1.0.0", tag)
	text := must(t, p.root, gitEnv, "git", "cat-file", "tag", tag)
	p.write(p.path("tag"), []byte(text+"-----BEGIN SSH SIGNATURE-----\nAAAA\n-----END SSH SIGNATURE-----\n"))
	p.git("update-ref", "refs/tags/v1.0.0", p.git("hash-object", "-t", "tag", "-w", p.path("tag")))
	p.train(3, "said no; ", "--step", "sign")
	p.git("update-ref", "refs/tags/v1.0.0", tag)
	p.train(0, "", "--step", "sign")
}

// TestUntracked: a clone that is configured to leave out what git does not track is no less dirty.
func TestUntracked(t *testing.T) {
	p := ready(t)
	p.git("config", "status.showUntrackedFiles", "no")
	p.put("sqlite/more.go", "package sqlite\n")
	p.train(3, "the tree is dirty:\n?? sqlite/more.go", "--step", "clean")
	p.at(3, []string{"the tree is dirty: ?? sqlite/more.go"}, "semver", "--version", "v1.0.0")
}
