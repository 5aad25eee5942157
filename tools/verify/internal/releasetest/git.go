// SPDX-License-Identifier: MIT

package releasetest

import (
	"cmp"
	"crypto/ecdsa"
	"crypto/sha1"
	"crypto/sha512"
	"encoding/asn1"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"math/big"
	"strings"
	"time"
)

// SourceCommit is the commit of the source.
const SourceCommit = "0123456789012345678901234567890123456789"

// Who is who made tag and release commit, at the date of what Build makes.
const Who = "Test <test@example.invalid> 1795392000 +0000"

// GitObject is an object as a commit statement has it.
func GitObject(kind, content string) map[string]any {
	sum := sha1.Sum(fmt.Appendf(nil, "%s %d\x00%s", kind, len(content), content))
	return map[string]any{"id": fmt.Sprintf("%x", sum), "object": b64([]byte(content))}
}

// ReleaseCommit is the text of a release commit made of other commits.
func ReleaseCommit(parents ...string) string {
	text := "tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n"
	for _, p := range parents {
		text += "parent " + p + "\n"
	}
	return text + "author " + Who + "\ncommitter " + Who + "\n\nA release\n"
}

// signedTag is a signed tag, and the release commit that it is of, with the release's date.
func signedTag(name, source string, date time.Time, key *ecdsa.PrivateKey) (tag, release map[string]any) {
	release = GitObject("commit", strings.ReplaceAll(ReleaseCommit(source), Who, fmt.Sprintf("Test <test@example.invalid> %d +0000", date.Unix())))
	return SignTag(TagOf(name, "commit", release["id"].(string)), key, SSH{}), release
}

// SSH is what a signature of a tag says of itself; each field has the right value when it is empty.
type SSH struct {
	Namespace, Hash, Algorithm string
	Over                       string // what is signed in place of the tag
	More                       string // behind the last field
}

// SignTag is a tag with a signature in OpenSSH's form.
func SignTag(tag map[string]any, key *ecdsa.PrivateKey, s SSH) map[string]any {
	plain, err := base64.StdEncoding.DecodeString(tag["object"].(string))
	must(err)
	s.Namespace, s.Hash = cmp.Or(s.Namespace, "git"), cmp.Or(s.Hash, "sha512")
	s.Algorithm, s.Over = cmp.Or(s.Algorithm, "ecdsa-sha2-nistp256"), cmp.Or(s.Over, string(plain))
	field := func(list ...string) string {
		var b []byte
		for _, text := range list {
			b = append(binary.BigEndian.AppendUint32(b, uint32(len(text))), text...)
		}
		return string(b)
	}
	sum := sha512.Sum512([]byte(s.Over))
	var sig struct{ R, S *big.Int }
	_, err = asn1.Unmarshal(Sign(key, []byte("SSHSIG"+field(s.Namespace, "", s.Hash, string(sum[:])))), &sig)
	must(err)
	number := func(n *big.Int) string {
		return strings.TrimPrefix("\x00"+string(n.Bytes()), map[bool]string{true: "\x00"}[n.Bytes()[0] < 0x80])
	}
	point, err := key.PublicKey.Bytes()
	must(err)
	public := field(s.Algorithm, "nistp256", string(point))
	blob := "SSHSIG\x00\x00\x00\x01" + field(public, s.Namespace, "", s.Hash, field(s.Algorithm, field(number(sig.R), number(sig.S)))) + s.More
	name := tag["name"]
	tag = GitObject("tag", string(plain)+"-----BEGIN SSH SIGNATURE-----\n"+b64([]byte(blob))+"\n-----END SSH SIGNATURE-----\n")
	tag["name"] = name
	return tag
}

// TagOf is a tag of an object of a kind.
func TagOf(name, kind, id string) map[string]any {
	tag := GitObject("tag", "object "+id+"\ntype "+kind+"\ntag "+name+"\ntagger "+Who+"\n\nA release\n")
	tag["name"] = name
	return tag
}
