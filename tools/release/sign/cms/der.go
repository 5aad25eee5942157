// SPDX-License-Identifier: MIT

package cms

import (
	"encoding/asn1"
	"errors"
)

// The functions below put DER together from parts that are DER already, which encoding/asn1 does not do for types that
// are chosen at run time. They can't fail: a RawValue with bytes always has an encoding.

func tagged(class, tag int, parts ...[]byte) []byte {
	var content []byte
	for _, p := range parts {
		content = append(content, p...)
	}
	der, err := asn1.Marshal(asn1.RawValue{Class: class, Tag: tag, IsCompound: true, Bytes: content})
	if err != nil {
		panic("cms: a raw value has no encoding: " + err.Error())
	}
	return der
}

// Sequence is a SEQUENCE of parts.
func Sequence(parts ...[]byte) []byte { return tagged(asn1.ClassUniversal, asn1.TagSequence, parts...) }

// Set is a SET of parts, which the caller gives in DER's order.
func Set(parts ...[]byte) []byte { return tagged(asn1.ClassUniversal, asn1.TagSet, parts...) }

// Explicit is a value with the context-specific tag n around it.
func Explicit(n int, parts ...[]byte) []byte { return tagged(asn1.ClassContextSpecific, n, parts...) }

// Must is the DER of a value whose type encoding/asn1 knows to write: an object identifier, an integer, a byte string.
func Must(v any) []byte {
	der, err := asn1.Marshal(v)
	if err != nil {
		panic("cms: a constant value has no encoding: " + err.Error())
	}
	return der
}

// Unmarshal reads exactly one value.
func Unmarshal(der []byte, v any) error {
	rest, err := asn1.Unmarshal(der, v)
	if err == nil && len(rest) > 0 {
		err = errors.New("asn1: there is something after the value")
	}
	return err
}
