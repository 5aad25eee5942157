// SPDX-License-Identifier: MIT

package verify

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/gosqlite/gosqlite/tools/release/manifest"
	"github.com/gosqlite/gosqlite/tools/verify/container"
	"github.com/gosqlite/gosqlite/tools/verify/embedded"
	"github.com/gosqlite/gosqlite/tools/verify/image"
	"github.com/gosqlite/gosqlite/tools/verify/trust"
)

// Rules about signatures inside of programs.

// hasEmbedded reports whether the release has any, so that their programs are of interest.
func (r *release) hasEmbedded() bool {
	if r.signedManifest != nil {
		return true
	}
	for _, f := range r.files {
		if f.role == RoleEmbedded {
			return true
		}
	}
	return false
}

// signingTime is when the manifest was signed, as far as a timestamp says so; otherwise the clock.
func (r *release) signingTime() time.Time {
	for _, suffix := range []string{bundleSuffix, developmentSuffix} {
		if a := r.assessments[manifest.FileName+suffix]; a != nil && len(a.Times) > 0 {
			return a.Times[0]
		}
	}
	return r.options.Now
}

// unsignedOf is the archive that a signed one was made of.
func (r *release) unsignedOf(f *file) *file {
	for _, s := range r.signedFiles() {
		if s.Name == f.name {
			return r.byName[s.Unsigned.Name]
		}
	}
	return nil
}

// stripped takes the signature off a program in an archive.
func (r *release) stripped(f *file, p *program) (*image.Stripped, error) {
	var s *image.Stripped
	err := r.source(f, p.entry.Name, func(source image.Source) (err error) {
		s, err = image.Strip(p.entry.Head, p.entry.Size, source)
		return err
	})
	return s, err
}

// source hands out the contents of an entry while use runs.
func (r *release) source(f *file, name string, use func(image.Source) error) error {
	h, err := r.open(f)
	if err != nil || h == nil {
		return fmt.Errorf("open %s: %v", f.name, err)
	}
	defer h.Close()
	a, err := container.Open(h, f.size, f.name)
	if err != nil {
		return err
	}
	return use(func(read func(io.Reader) error) error { return a.Read(name, read) })
}

// stripsToUnsigned compares entry by entry: the same names and modes; the same bytes, or for programs the same bytes
// without signatures.
func (r *release) stripsToUnsigned(f *file) (class, detail string) {
	class = "embedded-mismatch"
	original := r.unsignedOf(f)
	if original == nil || r.archives[original.name] == nil || r.archives[f.name] == nil {
		return "", "" // signed-digests says so
	}
	signed, unsigned := r.archives[f.name], r.archives[original.name]
	if len(signed.entries) != len(unsigned.entries) {
		return class, fmt.Sprintf("%d entries; the unsigned archive has %d", len(signed.entries), len(unsigned.entries))
	}
	for i, e := range signed.entries {
		o := unsigned.entries[i]
		if inner(e.Name) != inner(o.Name) || e.Mode != o.Mode {
			return class, fmt.Sprintf("entry %.100q stands where the unsigned archive has %.100q", e.Name, o.Name)
		}
		if e.SHA256 == o.SHA256 {
			continue
		}
		p, q := signed.images[e.Name], unsigned.images[o.Name]
		if p == nil || q == nil {
			return class, fmt.Sprintf("%.100q differs and is no program", e.Name)
		}
		a, err := r.stripped(f, p)
		if err != nil {
			return class, fmt.Sprintf("%.100q: %v", e.Name, err)
		}
		b, err := r.stripped(original, q)
		if err != nil || a.SHA256 != b.SHA256 {
			return class, fmt.Sprintf("%.100q, stripped of its signature, is not the unsigned program", e.Name)
		}
	}
	return "", ""
}

// embeddedSigned judges the signature of each program in a signed archive.
func (r *release) embeddedSigned(f *file) (class, detail string) {
	c := r.archives[f.name]
	if c == nil {
		return "", ""
	}
	for _, p := range c.programs() {
		name := p.entry.Name
		if p.image == nil || p.image.Format == image.ELF {
			continue
		}
		s, err := r.stripped(f, p)
		if err != nil {
			return "embedded-bad-signature", fmt.Sprintf("%.100q: %v", name, err)
		}
		if s.Signature == nil {
			return "embedded-missing", fmt.Sprintf("%.100q has no signature", name)
		}
		if class, detail := r.judgeEmbedded(f, p, s, s.Signature); class != "" {
			return class, fmt.Sprintf("%.100q: %s", name, detail)
		}
	}
	return "", ""
}

// judgeEmbedded judges a signature over a program that has it inside, or could have.
func (r *release) judgeEmbedded(f *file, p *program, s *image.Stripped, signature []byte) (class, detail string) {
	var err error
	var verdict *embedded.Verdict
	if p.image.Format == image.PE {
		verdict, err = embedded.Authenticode(signature, s.Authenticode)
	} else {
		err = r.source(f, p.entry.Name, func(source image.Source) (err error) {
			verdict, err = embedded.MachO(signature, p.entry.Size-int64(len(signature)), source)
			return err
		})
	}
	if err != nil {
		return "embedded-bad-signature", err.Error()
	}
	if !r.options.Policy.Trust.Knows(trust.Code) {
		return "", "" // whose it is was not asked; notes says so
	}
	if why := verdict.Trusted(&r.options.Policy.Trust, r.signingTime()); why != "" {
		return "embedded-untrusted", why
	}
	return "", ""
}

// detachedAgrees holds embedded/ARCHIVE/ENTRY.SUFFIX against the program in the archive: an Authenticode signature by its
// digest; a Mach-O signature, whose digests are over the program that has it inside, by the signed archive.
func (r *release) detachedAgrees(f *file) (class, detail string) {
	class = "detached-mismatch"
	archive, entry, _ := strings.Cut(strings.TrimPrefix(f.name, embeddedFolder), "/")
	blob, err := r.read(f, image.MaxSignature)
	if err != nil {
		return class, err.Error()
	}
	authenticode := strings.HasSuffix(entry, ".authenticode")
	entry = inner(strings.TrimSuffix(strings.TrimSuffix(entry, ".authenticode"), ".macho"))
	for _, s := range r.signedFiles() {
		if s.Unsigned.Name == archive && r.byName[s.Name] != nil {
			return r.sameAsAttached(r.byName[s.Name], entry, blob)
		}
	}
	if !authenticode {
		return class, "no signed archive has it inside, so that it can't be checked"
	}
	p := r.programOf(r.byName[archive], entry)
	if p == nil {
		return class, fmt.Sprintf("%s holds no program %.100q", archive, entry)
	}
	s, err := r.stripped(r.byName[archive], p)
	if err != nil {
		return class, err.Error()
	}
	if why, detail := r.judgeEmbedded(r.byName[archive], p, s, blob); why == "embedded-untrusted" {
		return "detached-untrusted", detail
	} else if why != "" {
		return class, detail
	}
	return "", ""
}

// programOf is the program of an archive at a path below its folder.
func (r *release) programOf(f *file, path string) *program {
	if f == nil || r.archives[f.name] == nil {
		return nil
	}
	for _, p := range r.archives[f.name].programs() {
		if inner(p.entry.Name) == path {
			return p
		}
	}
	return nil
}

func (r *release) sameAsAttached(f *file, path string, blob []byte) (class, detail string) {
	p := r.programOf(f, path)
	if p == nil {
		return "detached-mismatch", fmt.Sprintf("%s holds no program %.100q", f.name, path)
	}
	s, err := r.stripped(f, p)
	if err != nil {
		return "detached-mismatch", err.Error()
	}
	if !bytes.Equal(image.Unpadded(s.Signature), image.Unpadded(blob)) {
		return "detached-mismatch", "the signature in " + f.name + " is another one"
	}
	return "", ""
}
