// SPDX-License-Identifier: MIT

package authenticode_test

import (
	"context"
	"crypto/sha256"
	"encoding/asn1"

	"github.com/gosqlite/gosqlite/tools/release/sign/cms"
	"github.com/gosqlite/gosqlite/tools/release/sign/timestamp"
)

// local is an authority without a network.
type local struct{ server *timestamp.Server }

func (l local) Timestamp(ctx context.Context, message []byte) ([]byte, error) {
	sum := sha256.Sum256(message)
	return l.server.Answer(ctx, cms.Sequence(cms.Must(1), cms.Sequence(cms.Sequence(cms.Must(cms.OIDSHA256)), cms.Must(sum[:]))))
}

func oid(numbers ...int) asn1.ObjectIdentifier { return numbers }
