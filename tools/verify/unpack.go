// SPDX-License-Identifier: MIT

package verify

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/gosqlite/gosqlite/tools/verify/container"
	"github.com/gosqlite/gosqlite/tools/verify/image"
)

// contents are what an archive holds.
type contents struct {
	entries []container.Entry
	faults  []container.Fault
	images  map[string]*program // by entry
}

// A program is an entry that is one, by its first bytes.
type program struct {
	entry container.Entry
	image *image.Image
	err   error // why it could not be read
}

// programs are the programs in the order of the archive.
func (c *contents) programs() []*program {
	var list []*program
	for _, e := range c.entries {
		if p := c.images[e.Name]; p != nil {
			list = append(list, p)
		}
	}
	return list
}

// isPacked tells archives, modules, and bills of materials and API descriptions that are archives.
func (f *file) isPacked() bool {
	packedName := strings.HasSuffix(f.name, ".tar.gz") || strings.HasSuffix(f.name, ".zip")
	return slices.Contains(packed, f.role) || (f.role == RoleSBOM || f.role == RoleModule || f.role == RoleAPI) && packedName
}

// An unpacking is an archive that is being read, and what that gave.
type unpacking struct {
	f    *file
	done chan opened
}

type opened struct {
	contents *contents
	err      error
}

// unpack reads the contents of every archive once, some at once. They are kept by the order of names, so that of a release
// that holds too much the same archives are refused each time; what was read and is not kept yet is bounded by the readers.
func (r *release) unpack() error {
	r.archives = map[string]*contents{}
	ctx, stop := context.WithCancel(r.ctx)
	var under sync.WaitGroup
	defer under.Wait()
	defer stop()
	queue := make(chan unpacking, min(runtime.GOMAXPROCS(0), maxReaders)-1) // and one is waited for
	under.Go(func() {
		defer close(queue)
		for _, f := range r.files {
			if !f.isPacked() {
				continue
			}
			u := unpacking{f, make(chan opened, 1)}
			select {
			case queue <- u:
			case <-ctx.Done():
				return
			}
			under.Go(func() {
				c, err := r.unpackOne(f)
				u.done <- opened{c, err}
			})
		}
	})
	for u := range queue {
		if err := r.ctx.Err(); err != nil {
			return err
		}
		got := <-u.done
		if got.err != nil {
			return got.err
		}
		if got.contents != nil {
			r.keepContents(u.f, got.contents)
		}
	}
	return r.ctx.Err()
}

func (r *release) keepContents(f *file, c *contents) {
	for _, e := range c.entries {
		r.bytes += e.Size
	}
	if err := r.keep(c.size(), func() { r.archives[f.name] = c }); err != nil {
		r.archives[f.name] = &contents{faults: []container.Fault{{Check: container.CheckLimits, Class: "archive-bomb", Detail: err.Error()}}}
	}
}

// unpackOne may run beside others, and changes nothing of the release.
func (r *release) unpackOne(f *file) (*contents, error) {
	h, err := r.open(f)
	if err != nil || h == nil {
		return nil, nil // the rules about files say so
	}
	defer h.Close()
	a, err := container.Open(h, f.size, f.name)
	if err != nil {
		return &contents{faults: []container.Fault{{Check: container.CheckForm, Class: "archive-malformed", Detail: err.Error()}}}, nil
	}
	c := &contents{images: map[string]*program{}}
	if c.entries, c.faults, err = a.Walk(); err != nil {
		return nil, fmt.Errorf("read %s: %w", f.name, err)
	}
	for i := range c.entries {
		e := &c.entries[i]
		if e.Head == nil {
			continue
		}
		p := &program{entry: *e}
		p.image, p.err = image.Read(e.Head, func(use func(io.Reader) error) error { return a.Read(e.Name, use) })
		c.images[e.Name] = p
		e.Head = nil
		if !r.hasEmbedded() || p.image == nil || p.image.Format == image.ELF {
			p.entry.Head = nil // only needed to take a signature off
		}
	}
	return c, nil
}

// inner is an entry's name below the one folder that an archive has.
func inner(name string) string {
	_, rest, _ := strings.Cut(name, "/")
	return rest
}

// inputs takes the digests of what the release was made of: of each file, and of each folder as a tree.
func (r *release) inputs() error {
	if r.options.Inputs == "" {
		return nil
	}
	r.inputSums = map[string]bool{}
	_, err := r.inputFolder(r.options.Inputs, 0)
	return err
}

// A listed is a file below a folder: its path there and its digest.
type listed struct{ path, sum string }

// maxInputs bounds the depth of folders.
const maxInputs = 64

// inputFolder takes the digests below a folder, and that of the folder: the SHA-256 of what
// find . -type f | LC_ALL=C sort | xargs sha256sum prints in it.
func (r *release) inputFolder(dir string, depth int) ([]listed, error) {
	entries, err := os.ReadDir(dir)
	if err == nil && depth > maxInputs {
		err = fmt.Errorf("%s: deeper than %d folders", dir, maxInputs)
	}
	if err != nil {
		return nil, fmt.Errorf("read inputs: %w", err)
	}
	var files []listed
	for _, e := range entries {
		if err := r.ctx.Err(); err != nil {
			return nil, err
		}
		path := filepath.Join(dir, e.Name())
		switch {
		case e.IsDir():
			below, err := r.inputFolder(path, depth+1)
			if err != nil {
				return nil, err
			}
			for _, f := range below {
				files = append(files, listed{e.Name() + "/" + f.path, f.sum})
			}
		case e.Type().IsRegular():
			sum, err := r.inputFile(path)
			if err != nil {
				return nil, fmt.Errorf("read inputs: %w", err)
			}
			files = append(files, listed{e.Name(), sum})
		}
	}
	slices.SortFunc(files, func(a, b listed) int { return strings.Compare(a.path, b.path) })
	listing := sha256.New()
	for _, f := range files {
		fmt.Fprintf(listing, "%s  ./%s\n", f.sum, f.path)
	}
	r.inputSums[hex.EncodeToString(listing.Sum(nil))] = true
	return files, nil
}

func (r *release) inputFile(path string) (string, error) {
	h, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer h.Close()
	digest := sha256.New()
	n, err := io.Copy(digest, h)
	r.bytes += n
	sum := hex.EncodeToString(digest.Sum(nil))
	r.inputSums[sum] = true
	return sum, err
}
