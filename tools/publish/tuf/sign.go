// SPDX-License-Identifier: MIT

package tuf

import (
	"crypto"
	"crypto/ed25519"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/secure-systems-lab/go-securesystemslib/cjson"
	"github.com/theupdateframework/go-tuf/v2/metadata"
)

// maxMetadata bounds a file of metadata, in bytes: what clients read of targets.
const maxMetadata = 5_000_000

// A Count says how far signing has come.
type Count struct {
	Of         string // whose keys count, as "root 1" or "targets 3"
	Have, Need int
}

// Sign adds the signature of a key to metadata, whose file has the given name. by is who says whose keys count: for a root,
// the root before it (none for the first, which speaks for itself, too); for targets, the root; for a delegated role,
// targets. A key that none of them names is refused. A signature of the key that is there is replaced.
func Sign(name string, text []byte, by []byte, signer crypto.Signer) ([]byte, []Count, error) {
	role, version, err := parseName(name)
	if err != nil {
		return nil, nil, err
	}
	k, err := NewKey(signer.Public())
	if err != nil {
		return nil, nil, err
	}
	var out []byte
	var counts []Count
	switch {
	case role == metadata.ROOT:
		out, counts, err = signRoot(text, by, version, k.ID, signer)
	case role == metadata.TARGETS || delegated.MatchString(role):
		out, counts, err = signTargets(role, text, by, version, k.ID, signer)
	default:
		err = errors.New("only root, targets and delegated roles are signed so: snapshot and timestamp are made by tuf snapshot")
	}
	if err != nil {
		return nil, nil, fmt.Errorf("sign %s: %w", name, err)
	}
	return out, counts, nil
}

func signRoot(text, by []byte, version int64, id string, signer crypto.Signer) ([]byte, []Count, error) {
	m, err := parseRoot(text)
	if err != nil {
		return nil, nil, err
	}
	delegators := []*metadata.Metadata[metadata.RootType]{m}
	if version > 1 {
		before, err := parseRoot(by)
		if err != nil {
			return nil, nil, fmt.Errorf("read the root before it: %w", err)
		}
		if before.Signed.Version != version-1 {
			return nil, nil, fmt.Errorf("the root before it has version %d, and should have %d", before.Signed.Version, version-1)
		}
		delegators = append(delegators, before)
	}
	if m.Signed.Version != version {
		return nil, nil, fmt.Errorf("its version is %d", m.Signed.Version)
	}
	named := false
	for _, d := range delegators {
		named = named || slices.Contains(d.Signed.Roles[metadata.ROOT].KeyIDs, id)
	}
	if !named {
		return nil, nil, fmt.Errorf("key %.12s is none of root's", id)
	}
	if err := addSignature(m, id, signer); err != nil {
		return nil, nil, err
	}
	out, err := m.ToBytes(true)
	var counts []Count
	for _, d := range delegators {
		r := d.Signed.Roles[metadata.ROOT]
		counts = append(counts, Count{"root " + strconv.FormatInt(d.Signed.Version, 10), signatures(m.Signatures, r.KeyIDs), r.Threshold})
	}
	return append(out, '\n'), counts, err
}

func signTargets(role string, text, by []byte, version int64, id string, signer crypto.Signer) ([]byte, []Count, error) {
	m, err := parseTargets(text)
	if err != nil {
		return nil, nil, err
	}
	if m.Signed.Version != version {
		return nil, nil, fmt.Errorf("its version is %d", m.Signed.Version)
	}
	var ids []string
	count := Count{}
	if role == metadata.TARGETS {
		root, err := parseRoot(by)
		if err != nil {
			return nil, nil, fmt.Errorf("read root: %w", err)
		}
		r := root.Signed.Roles[metadata.TARGETS]
		ids, count.Need, count.Of = r.KeyIDs, r.Threshold, "root "+strconv.FormatInt(root.Signed.Version, 10)
	} else {
		targets, err := parseTargets(by)
		if err != nil {
			return nil, nil, fmt.Errorf("read targets: %w", err)
		}
		if targets.Signed.Delegations != nil {
			for _, d := range targets.Signed.Delegations.Roles {
				if d.Name == role {
					ids, count.Need, count.Of = d.KeyIDs, d.Threshold, "targets "+strconv.FormatInt(targets.Signed.Version, 10)
				}
			}
		}
	}
	if !slices.Contains(ids, id) {
		return nil, nil, fmt.Errorf("key %.12s is none of %s's", id, role)
	}
	if err := addSignature(m, id, signer); err != nil {
		return nil, nil, err
	}
	count.Have = signatures(m.Signatures, ids)
	out, err := m.ToBytes(true)
	return append(out, '\n'), []Count{count}, err
}

// addSignature signs the canonical form. A nil source of randomness makes an ECDSA signature depend on key and text alone
// (RFC 6979).
func addSignature[T metadata.Roles](m *metadata.Metadata[T], id string, signer crypto.Signer) error {
	text, err := cjson.EncodeCanonical(m.Signed)
	if err != nil {
		return err
	}
	var raw []byte
	if _, ok := signer.Public().(ed25519.PublicKey); ok {
		raw, err = signer.Sign(nil, text, crypto.Hash(0))
	} else {
		digest := sha256.Sum256(text)
		raw, err = signer.Sign(nil, digest[:], crypto.SHA256)
	}
	if err != nil {
		return fmt.Errorf("key %.12s: %w", id, err)
	}
	m.Signatures = slices.DeleteFunc(m.Signatures, func(s metadata.Signature) bool { return s.KeyID == id })
	m.Signatures = append(m.Signatures, metadata.Signature{KeyID: id, Signature: raw})
	slices.SortFunc(m.Signatures, func(a, b metadata.Signature) int {
		if a.KeyID < b.KeyID {
			return -1
		}
		return 1
	})
	return nil
}

func signatures(all []metadata.Signature, ids []string) int {
	n := 0
	for _, s := range all {
		if slices.Contains(ids, s.KeyID) {
			n++
		}
	}
	return n
}

// parseName is the role and version of a file such as 2.stable-v1.json.
func parseName(name string) (role string, version int64, err error) {
	m := stagedName.FindStringSubmatch(name)
	if m == nil {
		return "", 0, fmt.Errorf("read metadata %.100q: a name is VERSION.ROLE.json, such as 2.root.json", name)
	}
	version, err = strconv.ParseInt(m[1], 10, 64)
	return m[2], version, err
}
