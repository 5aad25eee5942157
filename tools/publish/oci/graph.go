// SPDX-License-Identifier: MIT

package oci

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/opencontainers/go-digest"
	"github.com/opencontainers/image-spec/specs-go"
	v1 "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/gosqlite/gosqlite/tools/release/manifest"
)

// Media types and artifact types.
const (
	TypeRelease   = "application/vnd.gosqlite.release.v1"
	TypePlatform  = "application/vnd.gosqlite.platform.v1"
	TypeCommon    = "application/vnd.gosqlite.common.v1"
	TypeVEX       = "application/vnd.gosqlite.vex.v1"
	TypeSBOM      = "application/vnd.gosqlite.sbom.v1"
	TypeCycloneDX = "application/vnd.cyclonedx+json"
	TypeSPDX      = "application/spdx+json"
	TypeStatement = "application/vnd.in-toto+json"
	TypeBundle    = "application/vnd.dev.sigstore.bundle.v0.3+json"
	TypeClosure   = "application/vnd.gosqlite.closure.v1" // what sha256sum prints for all files
	typeBytes     = "application/octet-stream"
)

// AnnotationPlatform has the row of the platform list; the platform of OCI knows no C library.
const AnnotationPlatform = "io.github.gosqlite.platform"

// AnnotationClosure has the SHA-256 of what sha256sum prints for all files of the release, ordered by name. Referrers can
// be added by anybody who may push; by this, the tag says which files belong to the release. That text is the blob of this
// digest, and the configuration of the common manifest, so that who has the tag finds every file by its digest.
const AnnotationClosure = "io.github.gosqlite.closure"

// A File is one of a signed release.
type File struct {
	Name   string // in the release's folder, with slashes
	Size   int64
	SHA256 string // in hexadecimal
}

// A node is a blob or manifest that is pushed by its digest.
type node struct {
	v1.Descriptor
	title  string
	refers bool // it is a referrer: registries or their clients list it with its subject
	open   func() (io.ReadCloser, error)
}

// A Graph is everything of one release, in an order in which nothing comes before what it names, but for subjects.
type Graph struct {
	Version   string // with a leading v: the tag
	Root      v1.Descriptor
	blobs     []node
	manifests []node // the root is the last one
}

// builder makes one graph.
type builder struct {
	dir   string
	graph *Graph
	seen  map[digest.Digest]bool
	// holder is the manifest, by file name, that a signature of the file refers to; missing for the root.
	holder map[string]v1.Descriptor
	// closure is the blob with the list of all files.
	closure v1.Descriptor
}

// NewGraph lays out a release. The same release makes the same bytes and so the same digests.
func NewGraph(dir string, m *manifest.Manifest, files []File) (*Graph, error) {
	b := &builder{dir: dir, graph: &Graph{Version: "v" + m.Version}, seen: map[digest.Digest]bool{}, holder: map[string]v1.Descriptor{}}
	if strings.ContainsAny(b.graph.Version, "+") {
		return nil, fmt.Errorf("lay out %s: a tag can't have build metadata", b.graph.Version)
	}
	files = slices.Clone(files)
	slices.SortFunc(files, func(x, y File) int { return strings.Compare(x.Name, y.Name) })
	b.list(files)
	rows := map[string][]File{} // layers by platform; "" is common
	entries := map[string]manifest.File{}
	for _, f := range m.Files {
		entries[f.Name] = f
	}
	var referring []File
	for _, f := range files {
		e := entries[f.Name]
		switch {
		case e.Kind == manifest.Archive || e.Kind == manifest.Debug:
			rows[e.Platform] = append(rows[e.Platform], f)
		case e.Kind == manifest.SBOM || e.Kind == manifest.VEX || strings.HasSuffix(f.Name, ".sigstore.json") || strings.HasSuffix(f.Name, ".intoto.json"):
			referring = append(referring, f)
		default:
			rows[""] = append(rows[""], f)
		}
	}
	if err := b.root(rows, m); err != nil {
		return nil, err
	}
	for _, f := range referring {
		if err := b.refer(f, entries[f.Name]); err != nil {
			return nil, err
		}
	}
	// The root comes last: what refers to it is there when it is.
	i := slices.IndexFunc(b.graph.manifests, func(n node) bool { return n.Digest == b.graph.Root.Digest })
	root := b.graph.manifests[i]
	b.graph.manifests = append(slices.Delete(b.graph.manifests, i, i+1), root)
	return b.graph, nil
}

// list adds the configurations of manifests: that of artifacts, which is empty, and the list of all files.
func (b *builder) list(files []File) {
	b.text(v1.MediaTypeEmptyJSON, "empty configuration", v1.DescriptorEmptyJSON.Data)
	var list bytes.Buffer
	for _, f := range files {
		fmt.Fprintf(&list, "%s  %s\n", f.SHA256, f.Name)
	}
	b.closure = b.text(TypeClosure, "list of all files", list.Bytes())
}

// text adds a blob that is no file.
func (b *builder) text(mediaType, title string, text []byte) v1.Descriptor {
	d := v1.Descriptor{MediaType: mediaType, Digest: digest.FromBytes(text), Size: int64(len(text))}
	b.add(&b.graph.blobs, node{Descriptor: d, title: title, open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(text)), nil }})
	return d
}

// add keeps what is not there yet: files of equal bytes are one blob.
func (b *builder) add(to *[]node, n node) {
	if !b.seen[n.Digest] {
		b.seen[n.Digest] = true
		*to = append(*to, n)
	}
}

// blob adds a file.
func (b *builder) blob(f File, mediaType string) (v1.Descriptor, error) {
	d := v1.Descriptor{MediaType: mediaType, Digest: digest.NewDigestFromEncoded(digest.SHA256, f.SHA256), Size: f.Size}
	if err := d.Digest.Validate(); err != nil {
		return d, fmt.Errorf("lay out %s: %w", f.Name, err)
	}
	name := filepath.Join(b.dir, filepath.FromSlash(f.Name))
	b.add(&b.graph.blobs, node{Descriptor: d, title: f.Name, open: func() (io.ReadCloser, error) { return os.Open(name) }})
	d.Annotations = map[string]string{v1.AnnotationTitle: f.Name}
	return d, nil
}

// document adds a manifest or index.
func (b *builder) document(mediaType, artifactType, title string, refers bool, v any) (v1.Descriptor, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return v1.Descriptor{}, err
	}
	if len(text) > maxDocument {
		return v1.Descriptor{}, fmt.Errorf("lay out %s: its manifest has %d bytes, registries take %d", title, len(text), maxDocument)
	}
	d := v1.Descriptor{MediaType: mediaType, Digest: digest.FromBytes(text), Size: int64(len(text))}
	open := func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(text)), nil }
	b.add(&b.graph.manifests, node{d, title, refers, open})
	d.ArtifactType = artifactType
	return d, nil
}

// artifact adds a manifest of files.
func (b *builder) artifact(artifactType, title string, subject *v1.Descriptor, files []File, mediaType string) (v1.Descriptor, error) {
	m := v1.Manifest{Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: v1.MediaTypeImageManifest, ArtifactType: artifactType,
		Config: v1.DescriptorEmptyJSON, Subject: subject}
	if artifactType == TypeCommon {
		m.Config = b.closure
	}
	for _, f := range files {
		d, err := b.blob(f, mediaType)
		if err != nil {
			return d, err
		}
		m.Layers = append(m.Layers, d)
	}
	return b.document(v1.MediaTypeImageManifest, artifactType, title, subject != nil, m)
}

// root adds the manifests of platforms, and the index of the release.
func (b *builder) root(rows map[string][]File, m *manifest.Manifest) error {
	index := v1.Index{Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: v1.MediaTypeImageIndex, ArtifactType: TypeRelease,
		Annotations: map[string]string{v1.AnnotationVersion: m.Version, v1.AnnotationCreated: m.Time.UTC().Format("2006-01-02T15:04:05Z"),
			AnnotationClosure: b.closure.Digest.Encoded()}}
	var platforms []string
	for p := range rows {
		platforms = append(platforms, p)
	}
	slices.Sort(platforms)
	for _, p := range platforms {
		kind := TypePlatform
		if p == "" {
			kind = TypeCommon
		}
		d, err := b.artifact(kind, "manifest of "+p, nil, rows[p], typeBytes)
		if err != nil {
			return err
		}
		if p != "" {
			if d.Platform, err = platform(p); err != nil {
				return err
			}
			d.Annotations = map[string]string{AnnotationPlatform: p}
		}
		index.Manifests = append(index.Manifests, d)
		for _, f := range rows[p] {
			if p != "" {
				b.holder[f.Name] = v1.Descriptor{MediaType: d.MediaType, Digest: d.Digest, Size: d.Size}
			}
		}
		b.holder["platform "+p] = v1.Descriptor{MediaType: d.MediaType, Digest: d.Digest, Size: d.Size}
	}
	if len(platforms) == 0 {
		return errors.New("lay out release: it has no files")
	}
	d, err := b.document(v1.MediaTypeImageIndex, TypeRelease, "index of "+m.Version, false, index)
	b.graph.Root = v1.Descriptor{MediaType: d.MediaType, Digest: d.Digest, Size: d.Size}
	return err
}

// refer adds a referrer: of the platform's manifest where the file is about the platform, else of the whole release.
func (b *builder) refer(f File, e manifest.File) error {
	subject, kind := b.graph.Root, TypeStatement
	of := func(key string) {
		if d, ok := b.holder[key]; ok {
			subject = d
		}
	}
	switch {
	case strings.HasSuffix(f.Name, ".sigstore.json"):
		kind = TypeBundle
		of(strings.TrimSuffix(strings.TrimSuffix(f.Name, ".sigstore.json"), ".DEVELOPMENT"))
	case strings.HasSuffix(f.Name, ".intoto.json"):
	case e.Kind == manifest.VEX:
		kind = TypeVEX
	default:
		kind = TypeSBOM
		if strings.HasSuffix(f.Name, ".cdx.json") {
			kind = TypeCycloneDX
		} else if strings.HasSuffix(f.Name, ".spdx.json") {
			kind = TypeSPDX
		}
		if e.Platform != "" {
			of("platform " + e.Platform)
		}
	}
	_, err := b.artifact(kind, "referrer "+f.Name, &subject, []File{f}, kind)
	return err
}

// platform is how OCI calls a row of the platform list.
func platform(row string) (*v1.Platform, error) {
	words := strings.Split(row, "_")
	if len(words) < 2 {
		return nil, fmt.Errorf("lay out platform %q: it names no system and architecture", row)
	}
	p := &v1.Platform{OS: words[0], Architecture: words[1]}
	if words[1] == "armv7" {
		p.Architecture, p.Variant = "arm", "v7"
	}
	return p, nil
}
