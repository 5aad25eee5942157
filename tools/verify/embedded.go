// SPDX-License-Identifier: MIT

package verify

import (
	"bytes"
	"fmt"
	"io"
	"path"
	"strings"
	"time"

	"github.com/gosqlite/gosqlite/tools/verify/container"
	"github.com/gosqlite/gosqlite/tools/verify/embedded"
	"github.com/gosqlite/gosqlite/tools/verify/image"
	"github.com/gosqlite/gosqlite/tools/verify/trust"
)

// Rules about signatures inside of programs.

// Endings of detached signatures, by the format of their programs.
const (
	authenticodeSuffix = ".authenticode"
	machoSuffix        = ".macho"
)

// hasEmbedded reports whether the release has any, so that their programs are of interest.
func (r *release) hasEmbedded() bool { return r.signedManifest != nil }

// signingTimes are when a file was signed, as far as timestamps say so; otherwise the clock.
func (r *release) signingTimes(name string) []time.Time {
	for _, suffix := range []string{bundleSuffix, developmentSuffix} {
		if a := r.assessments[name+suffix]; a != nil && len(a.Times) > 0 {
			return a.Times
		}
	}
	return []time.Time{r.options.Now}
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
		if why := otherIdentifier(a.Signature, b.Signature, path.Base(o.Name)); why != "" {
			return "embedded-identifier", fmt.Sprintf("%.100q: %s", e.Name, why)
		}
	}
	return "", ""
}

// otherIdentifier says that a code signature calls its program by another name than the program has: that of the linker's
// ad hoc signature or, where there is none, that of its file. macOS grants what was granted to a name and a signer.
func otherIdentifier(signed, adHoc []byte, name string) string {
	c, err := image.ParseCodeSignature(signed)
	if err != nil {
		return "" // no code signature, or embedded-signature says so
	}
	if adHoc != nil {
		linked, err := image.ParseCodeSignature(adHoc)
		if err != nil {
			return "the signature of the unsigned program: " + err.Error()
		}
		name = linked.Identifier
	}
	if c.Identifier != name {
		return fmt.Sprintf("the signature calls it %.100q; its name is %.100q", c.Identifier, name)
	}
	return ""
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
	if len(verdict.Unsigned) > 0 {
		return "embedded-unsigned", fmt.Sprintf("beside the signature lies the attribute %v, which nothing signs and nobody judges", verdict.Unsigned[0])
	}
	stamped, why := verdict.Stamped(&r.options.Policy.Trust, r.options.Now)
	if why != "" {
		return "embedded-timestamp", why
	}
	if !r.options.Policy.Trust.Knows(trust.Code) {
		return "", "" // whose it is was not asked; notes says so
	}
	// The signed manifest lists the program, so that its timestamps say when the signature was there; those beside the
	// signature say so, too.
	if why := verdict.Trusted(&r.options.Policy.Trust, append(stamped, r.signingTimes(signedManifestName)...)); why != "" {
		return "embedded-untrusted", why
	}
	return "", ""
}

// detachedAgrees holds a detached signature against the program that the signed manifest names, and against the one that
// is attached, which embedded-signature judges.
func (r *release) detachedAgrees(f *file) (class, detail string) {
	class = "detached-mismatch"
	list, named := r.signatureOf(f.name)
	format := image.PE
	if strings.HasSuffix(f.name, machoSuffix) {
		format = image.MachO
	}
	program := r.program(list.Unsigned.Name, func(name string) bool { return name == named.Path })
	attached := r.program(list.Name, func(name string) bool { return inner(name) == inner(named.Path) })
	if program == nil || program.image == nil || program.image.Format != format || attached == nil {
		return class, fmt.Sprintf("%s and %s do not both hold a program %.100q of this format", list.Unsigned.Name, list.Name, named.Path)
	}
	blob, err := r.read(f, image.MaxSignature)
	if err != nil {
		return class, err.Error()
	}
	s, err := r.stripped(r.byName[list.Name], attached)
	if err != nil {
		return class, err.Error()
	}
	if !bytes.Equal(image.Unpadded(s.Signature), image.Unpadded(blob)) {
		return class, "the signature in " + list.Name + " is another one"
	}
	return "", ""
}

// program is the first program of an archive whose entry is the one that is asked for.
func (r *release) program(archive string, is func(entry string) bool) *program {
	if r.archives[archive] == nil {
		return nil
	}
	for _, p := range r.archives[archive].programs() {
		if is(p.entry.Name) {
			return p
		}
	}
	return nil
}
