// SPDX-License-Identifier: MIT

package verify

import (
	"crypto/sha1" // git's
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/gosqlite/gosqlite/tools/verify/sshsig"
	"github.com/gosqlite/gosqlite/tools/verify/strictjson"
)

// A commitPredicate is what is read of docs/signing.md#commit-1.
type commitPredicate struct {
	Commit  string            `json:"commit"`
	Source  map[string]string `json:"source"`
	Tag     *gitObject        `json:"tag"`
	Release *gitObject        `json:"release"`
}

// A gitObject is a tag or a commit with the bytes that git keeps of it.
type gitObject struct {
	Name   string            `json:"name"` // of a tag
	ID     string            `json:"id"`
	Object strictjson.Base64 `json:"object"`
}

// maxGitObject bounds a tag or commit, in bytes.
const maxGitObject = 64 << 10

func tagRule(r *release, v *verdicts) {
	s := r.statements[commitName]
	if s == nil || s.PredicateType != predicateType(commitName) || s.unread != nil {
		return // other rules say so
	}
	if class, err := r.tag(&s.commit); class != "" {
		v.fail(commitName, class, "%v", err)
	}
}

// tag follows the tag of the release to the release commit, and that to the source commit, which the statement is about: each
// by the hash that git has for it. What the source commit holds, whoever signed the statement has looked up; a stranger needs
// a clone for that.
func (r *release) tag(p *commitPredicate) (class string, err error) {
	if !isCommit(p.Commit) {
		return "tag-malformed", fmt.Errorf("commit %.80q is no id of git", p.Commit)
	}
	if p.Tag == nil && p.Release == nil {
		return "", nil // a release without a tag; rule evidence says whether one is demanded
	}
	if p.Tag == nil || p.Release == nil {
		return "tag-malformed", errors.New("tag and release commit belong together")
	}
	tag, err := p.Tag.parse("tag", len(p.Commit))
	if err != nil {
		return "tag-malformed", err
	}
	release, err := p.Release.parse("commit", len(p.Commit))
	if err != nil {
		return "tag-malformed", err
	}
	if r.manifest == nil {
		return "", nil
	}
	name := "v" + r.manifest.Version
	if p.Tag.Name != name || !slices.Equal(tag["tag"], []string{name}) {
		return "tag-mismatch", fmt.Errorf("tag %.80q says %.200q of itself; the release's is %s", p.Tag.Name, tag["tag"], name)
	}
	if !slices.Equal(tag["object"], []string{p.Release.ID}) || !slices.Equal(tag["type"], []string{"commit"}) {
		return "tag-mismatch", fmt.Errorf("tag %s is of the %.80q %.200q, and not of the release commit", name, tag["type"], tag["object"])
	}
	if !slices.Equal(release["parent"], []string{p.Commit}) {
		return "tag-source", fmt.Errorf("the release commit has the parents %.400q; the source commit is %s", release["parent"], p.Commit)
	}
	for _, who := range []string{"author", "committer"} {
		if at := release[who]; len(at) != 1 || !strings.HasSuffix(at[0], "> "+strconv.FormatInt(r.manifest.Time.Unix(), 10)+" +0000") {
			return "tag-mismatch", fmt.Errorf("the %s of the release commit is %.200q; its date has to be the release's", who, at)
		}
	}
	return "", nil
}

// tagSignatureRule judges the signature inside of the tag, by which git verify-tag knows it. Its key has to be the one that
// signed the commit statement, whose bundle says when that was and is judged by other rules.
func tagSignatureRule(r *release, v *verdicts) {
	s := r.statements[commitName]
	if s == nil || s.unread != nil || !s.commit.isSigned() {
		return // a tag without a signature is one by the statement alone; rule evidence says whether more is demanded
	}
	fail := func(err error) { v.fail(commitName, "tag-signature", "%v", err) }
	unsigned, text := sshsig.Split(s.commit.Tag.Object)
	signature, err := sshsig.Parse(text)
	if err == nil {
		err = signature.Verify(unsigned)
	}
	if err != nil {
		fail(err)
		return
	}
	for _, suffix := range []string{bundleSuffix, developmentSuffix} {
		if a := r.assessments[commitName+suffix]; a != nil && a.Key != signature.Key.Hint() {
			fail(fmt.Errorf("the tag is signed by the key %s, and the commit statement by another", signature.Key.Hint()))
		}
	}
}

// isSigned reports whether there is a tag with a signature in it.
func (p *commitPredicate) isSigned() bool {
	if p.Tag == nil {
		return false
	}
	_, signature := sshsig.Split(p.Tag.Object)
	return signature != nil
}

// isCommit tells the ids of git.
func isCommit(id string) bool {
	_, err := hex.DecodeString(id)
	return err == nil && id == strings.ToLower(id) && (len(id) == hex.EncodedLen(sha1.Size) || len(id) == hex.EncodedLen(sha256.Size))
}

// parse holds an object against its id, and returns its headers.
func (o *gitObject) parse(kind string, idLength int) (map[string][]string, error) {
	if !isCommit(o.ID) || len(o.ID) != idLength {
		return nil, fmt.Errorf("%s %.80q is no id of the commit's kind", kind, o.ID)
	}
	if len(o.Object) > maxGitObject {
		return nil, fmt.Errorf("the %s has %d bytes, at most %d", kind, len(o.Object), maxGitObject)
	}
	if sum := gitSum(kind, o.Object, idLength); sum != o.ID {
		return nil, fmt.Errorf("the %s has the id %s, and not %s", kind, sum, o.ID)
	}
	head, _, ok := strings.Cut(string(o.Object), "\n\n")
	if !ok {
		return nil, fmt.Errorf("the %s has no message", kind)
	}
	headers := map[string][]string{}
	for line := range strings.Lines(head) {
		key, value, ok := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		if !ok {
			return nil, fmt.Errorf("the %s has a header %.80q", kind, line)
		}
		headers[key] = append(headers[key], value)
	}
	return headers, nil
}

// gitSum is the id that git gives to an object, by the hash of ids of a length. SHA-1 is what most repositories have; that the
// bytes are those that were signed, the SHA-256 of the statement says.
func gitSum(kind string, content []byte, idLength int) string {
	text := append(fmt.Appendf(nil, "%s %d\x00", kind, len(content)), content...)
	if idLength == hex.EncodedLen(sha256.Size) {
		sum := sha256.Sum256(text)
		return hex.EncodeToString(sum[:])
	}
	sum := sha1.Sum(text)
	return hex.EncodeToString(sum[:])
}
