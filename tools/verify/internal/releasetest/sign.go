// SPDX-License-Identifier: MIT

package releasetest

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/sha256"
	"encoding/asn1"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/gosqlite/gosqlite/tools/release/manifest"
)

// Names of evidence.
const (
	Provenance     = "provenance.intoto.json"
	Commit         = "commit.intoto.json"
	Ledger         = "ledger.intoto.json"
	SignedManifest = "manifest_signed.json"
	Bundle         = ".sigstore.json"
	Development    = ".DEVELOPMENT.sigstore.json"
	SignedSBOM     = ".signed.json"
)

// statements writes the provenance and the attestations.
func (b *builder) statements() {
	m, err := manifest.Parse(b.files[manifest.FileName])
	subjects := []any{}
	if err == nil {
		for _, f := range m.Files {
			subjects = append(subjects, map[string]any{"name": f.Name, "digest": map[string]any{"sha256": fmt.Sprintf("%x", f.SHA256)}})
		}
	}
	whole := []any{map[string]any{"name": manifest.FileName, "digest": map[string]any{"sha256": HexSum(b.files[manifest.FileName])}}}
	sources := b.sources()
	b.statement(Provenance, subjects, "https://slsa.dev/provenance/v1", map[string]any{
		"buildDefinition": map[string]any{
			"buildType": BuildType, "externalParameters": b.parameters(m),
			"resolvedDependencies": []any{map[string]any{"name": "source", "content": b64(sources), "digest": map[string]any{"sha256": HexSum(sources)}}, map[string]any{"uri": "https://example.org/sqlite.zip", "digest": map[string]any{"sha256": HexSum([]byte(Upstream))}}},
		},
		"runDetails": map[string]any{"builder": map[string]any{"id": "https://example.org/builder"}},
	})
	var date time.Time
	if err == nil {
		date = m.Time
	}
	tag, release := signedTag("v"+b.config.Version, SourceCommit, date, b.signer(Commit).Key)
	b.statement(Commit, whole, CommitType, map[string]any{
		"commit": SourceCommit, "source": map[string]any{"sha256": HexSum(sources)}, "tag": tag, "release": release,
	})
	made := []any{map[string]any{"name": manifest.FileName, "sha256": HexSum(b.files[manifest.FileName])}}
	if err == nil {
		for _, f := range m.Files {
			made = append(made, map[string]any{"name": f.Name, "sha256": fmt.Sprintf("%x", f.SHA256)})
		}
	}
	b.statement(Ledger, whole, LedgerType, map[string]any{
		"schema": "gosqlite-ledger/1", "build": map[string]any{"files": made, "actions": []any{}, "inputs": []any{}}, "side": map[string]any{"cpu": "one"},
	})
	for i := range b.keys.Reproducers {
		b.statement(fmt.Sprintf("reproduced-%d.intoto.json", i+1), whole, ReproducedType, map[string]any{"identical": true, "demonstration": false})
	}
}

// parameters are those of a build of the release.
func (b *builder) parameters(m *manifest.Manifest) map[string]any {
	if m == nil {
		m = &manifest.Manifest{Version: b.config.Version} // whose text a test has spoilt
	}
	platforms := []string{}
	for _, f := range m.Files {
		if f.Platform != "" {
			platforms = append(platforms, f.Platform)
		}
	}
	slices.Sort(platforms)
	return map[string]any{
		"target": "//:release_all", "version": m.Version, "time": m.Time.UTC().Format(time.RFC3339), "platforms": slices.Compact(platforms),
	}
}

// Types of the build and of the predicates.
const (
	BuildType      = "https://github.com/gosqlite/gosqlite/blob/main/docs/provenance.md#build-type-1"
	CommitType     = "https://github.com/gosqlite/gosqlite/blob/main/docs/signing.md#commit-1"
	LedgerType     = "https://github.com/gosqlite/gosqlite/blob/main/docs/reproducing.md#ledger-1"
	ReproducedType = "https://github.com/gosqlite/gosqlite/blob/main/docs/reproducing.md#reproduced-1"
)

func (b *builder) statement(name string, subjects []any, kind string, predicate map[string]any) {
	s := map[string]any{"_type": "https://in-toto.io/Statement/v1", "subject": subjects, "predicateType": kind, "predicate": predicate}
	if b.hooks.Statement != nil {
		b.hooks.Statement(name, s)
	}
	b.files[name] = b.text(name, s)
}

// signedArchives signs the programs for Windows and macOS, keeps the signatures detached too, and lists the archives.
func (b *builder) signedArchives() {
	list := []any{}
	for _, name := range slices.Sorted(maps.Keys(b.trees)) {
		if strings.Contains(name, "linux") || b.files[name] == nil {
			continue
		}
		stem, ext, _ := strings.Cut(strings.ReplaceAll(name, ".tar.gz", "|.tar.gz"), "|")
		if ext == "" {
			stem, ext = strings.TrimSuffix(name, ".zip"), ".zip"
		}
		t := &Tree{Entries: slices.Clone(b.trees[name].Entries)}
		for i, e := range t.Entries {
			folder, rest, _ := strings.Cut(e.Name, "/")
			t.Entries[i].Name = strings.Replace(e.Name, folder, stem+"_signed", 1)
			if strings.HasPrefix(rest, "bin/") {
				t.Entries[i].Data = attach(path.Base(rest), e.Data, b.keys)
			}
		}
		call(b.hooks.Signed, t)
		data := t.Pack(name)
		signed := stem + "_signed" + ext
		b.files[signed] = data
		list = append(list, map[string]any{
			"name": signed, "size": len(data), "sha256": HexSum(data), "signatures": b.detach(name, t),
			"unsigned": map[string]any{"name": name, "sha256": HexSum(b.files[name])},
		})
	}
	doc := map[string]any{"schema": "gosqlite-signed/1", "version": b.config.Version, "manifest": HexSum(b.files[manifest.FileName]), "files": list}
	call(b.hooks.SignedSet, doc)
	b.files[SignedManifest] = b.text(SignedManifest, doc)
}

// attach signs a program of its own format, with a timestamp as signers do there; of another one, it stays as it is.
func attach(name string, program []byte, k *Keys) []byte {
	switch {
	case strings.HasPrefix(string(program), "MZ"):
		return AttachPE(program, k.CodeLeaf, NewStamp(k.TSA[0]).Beside(MicrosoftStamp))
	case strings.HasPrefix(string(program), "\xcf\xfa"):
		return AttachMachOAs(name, program, k.CodeLeaf)
	}
	return program
}

// detach keeps the signatures of signed programs as files, and lists them.
func (b *builder) detach(archive string, t *Tree) []any {
	var list []map[string]any
	keep := func(entry, suffix string, blob []byte) {
		folder, rest, _ := strings.Cut(entry, "/")
		path := strings.TrimSuffix(folder, "_signed") + "/" + rest
		name := "embedded/" + archive + "/" + path + suffix
		if b.hooks.Detached != nil {
			blob = b.hooks.Detached(name, blob)
		}
		b.files[name] = blob
		list = append(list, map[string]any{"file": name, "path": path, "sha256": HexSum(blob)})
	}
	for _, e := range t.Entries {
		_, rest, _ := strings.Cut(e.Name, "/")
		switch {
		case !strings.HasPrefix(rest, "bin/"):
		case strings.HasPrefix(string(e.Data), "MZ") && le.Uint32(e.Data[peSecurity:]) != 0:
			keep(e.Name, ".authenticode", DetachPE(e.Data))
		case strings.HasPrefix(string(e.Data), "\xcf\xfa") && le.Uint32(e.Data[16:]) > 2:
			blob := e.Data[len(e.Data)-8192:]
			keep(e.Name, ".macho", blob[:min(len(blob), int(binary.BigEndian.Uint32(blob[4:])))])
		}
	}
	slices.SortFunc(list, func(x, y map[string]any) int { return strings.Compare(x["path"].(string), y["path"].(string)) })
	signatures := []any{}
	for _, s := range list {
		signatures = append(signatures, s)
	}
	return signatures
}

// A Signing is how a file is signed.
type Signing struct {
	Key         *ecdsa.PrivateKey
	Hint        string
	Leaf        *Cert  // instead of a key's hint
	Message     []byte // of a message signature
	Digest      []byte // named in the bundle
	Envelope    bool
	Payload     []byte
	PayloadType string
	KeyID       string
	Stamps      []Stamp
	Signature   []byte // instead of one by Key
	Logs        []*Log // that hold the signature
}

// signatures makes a bundle for everything that needs one, and signed copies of the CycloneDX documents.
func (b *builder) signatures() {
	var subjects []string
	for name, p := range b.payload {
		if p.Kind == manifest.Archive || p.Kind == manifest.Debug {
			subjects = append(subjects, name)
		}
		if strings.HasSuffix(name, ".cdx.json") {
			b.files[name+SignedSBOM] = SignJSF(p.Data, b.signer(name))
		}
	}
	for name := range b.files {
		if strings.HasSuffix(name, ".intoto.json") || name == manifest.FileName || name == SignedManifest {
			subjects = append(subjects, name)
		}
	}
	slices.Sort(subjects)
	suffix := Bundle
	if b.config.Development {
		suffix = Development
	}
	for _, name := range subjects {
		s := b.signer(name)
		if b.hooks.Sign != nil {
			b.hooks.Sign(name, s)
		}
		doc := s.bundle()
		if b.hooks.Bundle != nil {
			b.hooks.Bundle(name, doc)
		}
		b.files[name+suffix] = b.text(name+suffix, doc)
	}
}

// signer is the right way to sign a file.
func (b *builder) signer(name string) *Signing {
	data := b.files[name]
	sum := sha256.Sum256(data)
	s := &Signing{Key: b.keys.Release, Message: data, Digest: sum[:], PayloadType: "application/vnd.in-toto+json"}
	if b.config.Certificate {
		s.Key, s.Leaf = b.keys.Leaf.Key, b.keys.Leaf
	}
	for i, k := range b.keys.Reproducers {
		if strings.HasPrefix(name, fmt.Sprintf("reproduced-%d.", i+1)) {
			s.Key, s.Leaf = k, nil
		}
	}
	s.Hint = Hint(s.Key)
	if strings.HasSuffix(name, ".intoto.json") {
		s.Envelope, s.Payload = true, data
	}
	for _, tsa := range b.keys.TSA {
		s.Stamps = append(s.Stamps, NewStamp(tsa))
	}
	if b.config.Logged {
		s.Logs = b.keys.Logs[:]
	}
	return s
}

func b64(data []byte) string { return base64.StdEncoding.EncodeToString(data) }

// bundle makes the JSON of a bundle.
func (s *Signing) bundle() map[string]any {
	message := s.Message
	if s.Envelope {
		message = append(fmt.Appendf(nil, "DSSEv1 %d %s %d ", len(s.PayloadType), s.PayloadType, len(s.Payload)), s.Payload...)
	}
	sig := s.Signature
	if sig == nil {
		sig = Sign(s.Key, message)
	}
	material := map[string]any{"publicKey": map[string]any{"hint": s.Hint}}
	if s.Leaf != nil {
		material = map[string]any{"certificate": map[string]any{"rawBytes": b64(s.Leaf.DER)}}
	}
	stamps := []any{}
	for _, t := range s.Stamps {
		stamps = append(stamps, map[string]any{"signedTimestamp": b64(t.Response(sig))})
	}
	if len(stamps) > 0 {
		material["timestampVerificationData"] = map[string]any{"rfc3161Timestamps": stamps}
	}
	if len(s.Logs) > 0 {
		material["tlogEntries"] = s.entries(message, sig)
	}
	doc := map[string]any{"mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json", "verificationMaterial": material}
	if s.Envelope {
		signature := map[string]any{"sig": b64(sig)}
		if s.KeyID != "" {
			signature["keyid"] = s.KeyID
		}
		doc["dsseEnvelope"] = map[string]any{"payload": b64(s.Payload), "payloadType": s.PayloadType, "signatures": []any{signature}}
	} else {
		doc["messageSignature"] = map[string]any{"messageDigest": map[string]any{"algorithm": "SHA2_256", "digest": b64(s.Digest)}, "signature": b64(sig)}
	}
	return doc
}

// entries are those of the logs.
func (s *Signing) entries(message, sig []byte) []any {
	digest := sha256.Sum256(message)
	list := []any{}
	for i, l := range s.Logs {
		e := LogEntry{Log: l, Digest: digest[:], Signature: sig, Key: SPKI(s.Key), Before: 5 * i, After: i}
		if s.Leaf != nil {
			e.Leaf = s.Leaf.DER
		}
		list = append(list, e.JSON())
	}
	return list
}

// SignJSF adds a signature to a JSON document that encoding/json writes in the form of RFC 8785: plain ASCII keys and
// whole numbers.
func SignJSF(text []byte, s *Signing) []byte {
	var doc map[string]any
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	must(dec.Decode(&doc))
	url := base64.RawURLEncoding
	point, err := s.Key.PublicKey.Bytes()
	must(err)
	object := map[string]any{"algorithm": "ES256", "publicKey": map[string]any{"kty": "EC", "crv": "P-256", "x": url.EncodeToString(point[1:33]), "y": url.EncodeToString(point[33:])}}
	if s.Leaf != nil {
		delete(object, "publicKey")
		object["certificatePath"] = []any{base64.RawURLEncoding.EncodeToString(s.Leaf.DER)}
	}
	doc["signature"] = object
	var sig struct{ R, S *big.Int }
	_, err = asn1.Unmarshal(Sign(s.Key, compact(doc)), &sig)
	must(err)
	object["value"] = url.EncodeToString(append(sig.R.FillBytes(make([]byte, 32)), sig.S.FillBytes(make([]byte, 32))...))
	return append(compact(doc), '\n')
}
