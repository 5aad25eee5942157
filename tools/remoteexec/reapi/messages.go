// SPDX-License-Identifier: MIT

package reapi

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"google.golang.org/protobuf/encoding/protowire"
)

// Digest names a blob.
type Digest struct {
	Hash string
	Size int64
}

// DigestOf is the digest of a blob.
func DigestOf(blob []byte) Digest {
	sum := sha256.Sum256(blob)
	return Digest{Hash: hex.EncodeToString(sum[:]), Size: int64(len(blob))}
}

// message is a message being written; fields follow one another.
type message []byte

func (m message) bytes(n protowire.Number, b []byte) message {
	return protowire.AppendBytes(protowire.AppendTag(m, n, protowire.BytesType), b)
}

func (m message) text(n protowire.Number, s string) message { return m.bytes(n, []byte(s)) }

func (m message) number(n protowire.Number, v uint64) message {
	return protowire.AppendVarint(protowire.AppendTag(m, n, protowire.VarintType), v)
}

func (d Digest) message() message {
	return message(nil).text(1, d.Hash).number(2, uint64(d.Size))
}

// GetCapabilities asks whether the instance is there.
func (c *Client) GetCapabilities(ctx context.Context) error {
	_, err := c.call(ctx, "Capabilities/GetCapabilities", message(nil).text(1, c.Instance))
	return err
}

// GetActionResult asks for an action's result and returns it as it is stored, an ActionResult.
func (c *Client) GetActionResult(ctx context.Context, action Digest) ([]byte, error) {
	return c.call(ctx, "ActionCache/GetActionResult", message(nil).text(1, c.Instance).bytes(2, action.message()))
}

// UpdateActionResult stores an action's result, an ActionResult.
func (c *Client) UpdateActionResult(ctx context.Context, action Digest, result []byte) error {
	_, err := c.call(ctx, "ActionCache/UpdateActionResult",
		message(nil).text(1, c.Instance).bytes(2, action.message()).bytes(3, result))
	return err
}

// UpdateBlob stores a blob under a digest, which the server is to check.
func (c *Client) UpdateBlob(ctx context.Context, digest Digest, blob []byte) error {
	request := message(nil).bytes(1, digest.message()).bytes(2, blob)
	answer, err := c.call(ctx, "ContentAddressableStorage/BatchUpdateBlobs", message(nil).text(1, c.Instance).bytes(2, request))
	if err != nil {
		return err
	}
	return eachField(answer, func(n protowire.Number, response []byte) error {
		if n != 1 {
			return nil
		}
		return eachField(response, func(n protowire.Number, status []byte) error {
			if n != 2 {
				return nil
			}
			return statusOf(status)
		})
	})
}

// statusOf reads a google.rpc.Status.
func statusOf(b []byte) error {
	var e Error
	if n, typ, size := protowire.ConsumeTag(b); size > 0 && n == 1 && typ == protowire.VarintType {
		code, _ := protowire.ConsumeVarint(b[size:])
		e.Code = Code(code)
	}
	err := eachField(b, func(n protowire.Number, text []byte) error {
		if n == 2 {
			e.Message = string(text)
		}
		return nil
	})
	if err != nil || e.Code == OK {
		return err
	}
	return &e
}

// eachField calls f for each field of a message that is bytes, a string or a message.
func eachField(b []byte, f func(n protowire.Number, v []byte) error) error {
	for len(b) > 0 {
		n, typ, size := protowire.ConsumeTag(b)
		if size < 0 {
			return fmt.Errorf("read message: %w", protowire.ParseError(size))
		}
		length := protowire.ConsumeFieldValue(n, typ, b[size:])
		if length < 0 {
			return fmt.Errorf("read message: %w", protowire.ParseError(length))
		}
		if typ == protowire.BytesType {
			v, _ := protowire.ConsumeBytes(b[size:])
			if err := f(n, v); err != nil {
				return err
			}
		}
		b = b[size+length:]
	}
	return nil
}
