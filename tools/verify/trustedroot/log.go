// SPDX-License-Identifier: MIT

package trustedroot

import (
	"fmt"
	"net/url"
	"slices"

	"github.com/gosqlite/gosqlite/tools/verify/pki"
	"github.com/gosqlite/gosqlite/tools/verify/strictjson"
	"github.com/gosqlite/gosqlite/tools/verify/tlog"
)

// log is a transparency log.
type log struct {
	URL           string `json:"baseUrl"`
	HashAlgorithm string `json:"hashAlgorithm"`
	Key           struct {
		RawBytes strictjson.Base64 `json:"rawBytes"`
		Details  string            `json:"keyDetails"`
		ValidFor span              `json:"validFor"`
	} `json:"publicKey"`
	ID            id     `json:"logId"`
	CheckpointKey id     `json:"checkpointKeyId"`
	Operator      string `json:"operator"`
}

type id struct {
	KeyID strictjson.Base64 `json:"keyId"`
}

// readKeys are the kinds of keys by which checkpoints are verified.
var readKeys = []string{"PKIX_ED25519", "PKIX_ECDSA_P256_SHA_256"}

// read is the log, by the origin that Rekor v2 has: the host of its address. One whose key is of another kind is left out.
func (l *log) read() ([]tlog.Log, error) {
	if !slices.Contains(readKeys, l.Key.Details) || l.HashAlgorithm != "SHA2_256" {
		return nil, nil
	}
	u, err := url.Parse(l.URL)
	if err != nil || u.Host == "" {
		return nil, fmt.Errorf("trusted root: the address of a log is %.80q", l.URL)
	}
	key, err := pki.ParseKey(l.Key.RawBytes)
	if err != nil {
		return nil, fmt.Errorf("trusted root: log %s: %w", u.Host, err)
	}
	from, until, err := l.Key.ValidFor.read()
	if err != nil {
		return nil, err
	}
	return []tlog.Log{{Name: u.Host, Origin: u.Host, Key: key, From: from, Until: until}}, nil
}
