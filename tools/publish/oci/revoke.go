// SPDX-License-Identifier: MIT

package oci

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"

	"github.com/opencontainers/go-digest"
	"github.com/opencontainers/image-spec/specs-go"
	v1 "github.com/opencontainers/image-spec/specs-go/v1"
)

// TypeRevocation is the artifact type of a referrer that says of a version that nobody should use it any more.
const TypeRevocation = "application/vnd.gosqlite.revocation.v1"

// AnnotationRevoked has the reason, on that referrer.
const AnnotationRevoked = "io.github.gosqlite.revoked"

// A Document is a file of a revocation.
type Document struct {
	Name, MediaType string
	Text            []byte
}

// Revoke adds a referrer to a version. The version's tag and files stay as they are. The same revocation has the same
// digest: a second time it changes nothing.
func (r *Registry) Revoke(ctx context.Context, version, reason string, documents []Document) (digest.Digest, error) {
	subject, err := r.repository.Resolve(ctx, version)
	if err != nil {
		return "", fmt.Errorf("revoke %s: %w", version, err)
	}
	m := v1.Manifest{Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: v1.MediaTypeImageManifest, ArtifactType: TypeRevocation,
		Config: v1.DescriptorEmptyJSON, Subject: &v1.Descriptor{MediaType: subject.MediaType, Digest: subject.Digest, Size: subject.Size},
		Annotations: map[string]string{AnnotationRevoked: reason, v1.AnnotationVersion: version}}
	documents = append([]Document{{"", v1.MediaTypeEmptyJSON, v1.DescriptorEmptyJSON.Data}}, documents...)
	for _, d := range documents {
		n := bytesNode(d.Name, d.MediaType, d.Text)
		if err := r.pushBlob(ctx, n); err != nil {
			return "", fmt.Errorf("revoke %s: push %s: %w", version, d.Name, err)
		}
		if d.Name != "" {
			n.Annotations = map[string]string{v1.AnnotationTitle: d.Name}
			m.Layers = append(m.Layers, n.Descriptor)
		}
	}
	text, err := json.Marshal(m)
	if err != nil {
		return "", err
	}
	n := bytesNode("revocation", v1.MediaTypeImageManifest, text)
	n.refers = true
	if err := r.pushManifest(ctx, n); err != nil {
		return "", fmt.Errorf("revoke %s: %w", version, err)
	}
	return n.Digest, nil
}

func bytesNode(title, mediaType string, text []byte) node {
	d := v1.Descriptor{MediaType: mediaType, Digest: digest.FromBytes(text), Size: int64(len(text))}
	return node{Descriptor: d, title: title, open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(text)), nil }}
}

// Revocations are the reasons that referrers of a version give. Whoever may push can add one, and none is signed.
func (r *Registry) Revocations(ctx context.Context, version string) (reasons []string, err error) {
	subject, err := r.repository.Resolve(ctx, version)
	if err == nil {
		err = r.repository.Referrers(ctx, subject, TypeRevocation, func(list []v1.Descriptor) error {
			for _, d := range list {
				reasons = append(reasons, d.Annotations[AnnotationRevoked])
			}
			if len(reasons) > maxTags {
				return fmt.Errorf("more than %d referrers", maxTags)
			}
			return nil
		})
	}
	if err != nil {
		return nil, fmt.Errorf("list revocations of %s: %w", version, err)
	}
	return reasons, nil
}
