// SPDX-License-Identifier: MIT

package verify

import (
	"cmp"
	"context"
	"crypto/sha256"
	"crypto/sha512"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/gosqlite/gosqlite/tools/verify/manifest"
)

// A Role is what a file of a release folder is for. A file of the manifest has its kind as role.
type Role string

// The roles beside the kinds of the manifest.
const (
	RoleArchive        = Role(manifest.Archive)
	RoleDebug          = Role(manifest.Debug)
	RoleSBOM           = Role(manifest.SBOM)
	RoleModule         = Role(manifest.Module)
	RoleVEX            = Role(manifest.VEX)
	RoleNotes          = Role(manifest.Notes)
	RoleAPI            = Role(manifest.API)
	RoleManifest       = Role("manifest")
	RoleSums           = Role("sums")
	RoleStatement      = Role("statement")
	RoleBundle         = Role("bundle")
	RoleSignedSBOM     = Role("signed-sbom")
	RoleSignedManifest = Role("signed-manifest")
	RoleSignedArchive  = Role("signed-archive")
	RoleEmbedded       = Role("embedded")
	RoleUnlisted       = Role("unlisted")
)

var (
	payload = []Role{RoleArchive, RoleDebug, RoleSBOM, RoleModule, RoleVEX, RoleNotes, RoleAPI}
	packed  = []Role{RoleArchive, RoleDebug, RoleSignedArchive}
	all     = append(payload[:len(payload):len(payload)], RoleManifest, RoleSums, RoleStatement, RoleBundle, RoleSignedSBOM,
		RoleSignedManifest, RoleSignedArchive, RoleEmbedded, RoleUnlisted)
)

// Names and endings of files.
const (
	provenanceName     = "provenance.intoto.json"
	commitName         = "commit.intoto.json"
	ledgerName         = "ledger.intoto.json"
	signedManifestName = "manifest_signed.json"
	statementSuffix    = ".intoto.json"
	bundleSuffix       = ".sigstore.json"
	developmentSuffix  = ".DEVELOPMENT.sigstore.json"
	signedSBOMSuffix   = ".signed.json"
	embeddedFolder     = "embedded/"
	reproducedPrefix   = "reproduced-"
)

// maxDeep bounds the folders in embedded/: one of the archive, and those of the entry.
const maxDeep = 8

// maxFolder bounds the files of a folder: payload, a bundle for each, and evidence.
const maxFolder = 4 * manifest.MaxFiles

// A file is one of the folder.
type file struct {
	name    string // with slashes
	role    Role
	mode    fs.FileMode
	size    int64
	sha256  [32]byte
	sha512  [64]byte
	entry   *manifest.File // nil for what the manifest does not list
	subject string         // of a bundle: the file that it signs
}

// regular reports whether the file can be read.
func (f *file) regular() bool { return f.mode.IsRegular() }

// A release is everything that was read.
type release struct {
	ctx     context.Context
	options Options
	files   []*file // ordered by name
	byName  map[string]*file
	folded  map[string]int // files by name in lower case
	bytes   int64
	kept    int64 // see keep
	documented

	archives  map[string]*contents // by file name
	inputSums map[string]bool      // SHA-256 of the files of Options.Inputs; nil without
}

// list finds the files. Folders beside embedded/ are files of no role, whatever they hold.
func (r *release) list() error {
	if err := r.listFolder(""); err != nil {
		return err
	}
	slices.SortFunc(r.files, func(a, b *file) int { return strings.Compare(a.name, b.name) })
	return nil
}

func (r *release) listFolder(folder string) error {
	entries, err := r.readFolder(folder, maxFolder)
	if err != nil {
		return fmt.Errorf("read release: %w", err)
	}
	if len(entries) == 0 && folder != "" {
		return r.listFile(strings.TrimSuffix(folder, "/"), fs.ModeDir, 0) // an empty folder belongs to nothing
	}
	for _, e := range entries {
		name := folder + e.Name()
		if e.IsDir() && strings.HasPrefix(name+"/", embeddedFolder) && strings.Count(name, "/") < maxDeep {
			if err := r.listFolder(name + "/"); err != nil {
				return err
			}
			continue
		}
		info, err := e.Info()
		if err != nil {
			return fmt.Errorf("read release: %w", err)
		}
		if err := r.listFile(name, info.Mode(), info.Size()); err != nil {
			return err
		}
	}
	return nil
}

// readFolder lists a folder, and no more of it than may be there: a listing takes memory.
func (r *release) readFolder(folder string, most int) ([]fs.DirEntry, error) {
	h, err := os.Open(r.path(folder))
	if err != nil {
		return nil, err
	}
	defer h.Close()
	entries, err := h.ReadDir(most + 1)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if len(entries) > most {
		return nil, fmt.Errorf("%s: more than %d files; that is no release", h.Name(), most)
	}
	return entries, nil
}

func (r *release) listFile(name string, mode fs.FileMode, size int64) error {
	f := &file{name: name, role: RoleUnlisted, mode: mode, size: size}
	r.files = append(r.files, f)
	r.byName[name] = f
	r.folded[strings.ToLower(name)]++
	if len(r.files) > maxFolder {
		return fmt.Errorf("read release: more than %d files; that is no release", maxFolder)
	}
	return nil
}

func (r *release) path(name string) string {
	return filepath.Join(r.options.Dir, filepath.FromSlash(name))
}

// open opens what a name leads to, if that is a regular file. The rule file-types refuses links.
func (r *release) open(f *file) (*os.File, error) {
	info, err := os.Stat(r.path(f.name))
	if err != nil {
		return nil, fmt.Errorf("read release: %w", err)
	}
	if !info.Mode().IsRegular() {
		return nil, nil
	}
	h, err := os.Open(r.path(f.name))
	if err != nil {
		return nil, fmt.Errorf("read release: %w", err)
	}
	return h, nil
}

// digest reads every file once, and counts the bytes of those that were read whole.
func (r *release) digest() error {
	sizes, err := r.eachFile(func(f *file, in io.Reader, buffer []byte) (int64, error) {
		short := sha256.New()
		n, err := io.CopyBuffer(short, in, buffer)
		if err != nil {
			return 0, err
		}
		f.size = n
		short.Sum(f.sha256[:0])
		return n, nil
	})
	for _, n := range sizes {
		r.bytes += n
	}
	return err
}

// longDigest takes the SHA-512 that bills of materials name beside it: apart, since it takes five times as long and only what
// stands in them is held against it. Both are of the same bytes, or the folder changed meanwhile. They are not counted again.
func (r *release) longDigest() error {
	_, err := r.eachFile(func(f *file, in io.Reader, buffer []byte) (int64, error) {
		short, long := sha256.New(), sha512.New()
		n, err := io.CopyBuffer(io.MultiWriter(short, long), in, buffer)
		if err != nil {
			return 0, err
		}
		if [sha256.Size]byte(short.Sum(nil)) != f.sha256 {
			return 0, fmt.Errorf("%s changed while it was read", f.name)
		}
		long.Sum(f.sha512[:0])
		return n, nil
	})
	return err
}

// A reading reads a file whole and says how many bytes it had. It may change its file and nothing else.
type reading func(f *file, in io.Reader, buffer []byte) (int64, error)

// maxReaders bounds the files that are read at once; each has a buffer and takes a processor.
const maxReaders = 4

// eachFile reads what is a regular file, some at once and the largest first, and returns what read said of each, by the order
// of names. After an error no further file is begun, and reads that are under way end; the error is that of the first file by
// name among those that failed by themselves.
func (r *release) eachFile(read reading) ([]int64, error) {
	order := make([]int, len(r.files))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(r.files[b].size, r.files[a].size) })
	sizes, errs := make([]int64, len(r.files)), make([]error, len(r.files))
	next := make(chan int)
	ctx, stop := context.WithCancelCause(r.ctx)
	defer stop(nil)
	var readers sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), maxReaders, len(order)) {
		readers.Go(func() {
			buffer := make([]byte, 256<<10)
			for i := range next {
				if ctx.Err() != nil {
					continue
				}
				if sizes[i], errs[i] = r.readOne(ctx, r.files[i], buffer, read); errs[i] != nil {
					stop(errStopped)
				}
			}
		})
	}
	for _, i := range order {
		next <- i
	}
	close(next)
	readers.Wait()
	byThemselves := slices.DeleteFunc(errs, func(err error) bool { return errors.Is(err, errStopped) })
	return sizes, cmp.Or(append(byThemselves, r.ctx.Err())...)
}

// errStopped ends reads because another one failed.
var errStopped = errors.New("another file could not be read")

// readOne reads what is a regular file, or a link to one; of another there is nothing to read.
func (r *release) readOne(ctx context.Context, f *file, buffer []byte, read reading) (int64, error) {
	if f.mode.IsDir() {
		return 0, nil
	}
	h, err := r.open(f)
	if err != nil && f.mode&fs.ModeSymlink == 0 {
		return 0, err
	}
	if h == nil {
		return 0, nil
	}
	n, err := read(f, untilDone{ctx, h}, buffer)
	h.Close()
	if err != nil {
		return 0, fmt.Errorf("read release: %w", err)
	}
	return n, nil
}

// untilDone reads until the context is done.
type untilDone struct {
	ctx context.Context
	in  io.Reader
}

func (u untilDone) Read(p []byte) (int, error) {
	if u.ctx.Err() != nil {
		return 0, context.Cause(u.ctx)
	}
	return u.in.Read(p)
}

// read returns the bytes of a file of at most limit bytes; nil when it can't be one.
func (r *release) read(f *file, limit int64) ([]byte, error) {
	if f.size > limit {
		return nil, fmt.Errorf("%d bytes, at most %d", f.size, limit)
	}
	h, err := r.open(f)
	if err != nil || h == nil {
		return nil, fmt.Errorf("no regular file: %v", err)
	}
	defer h.Close()
	data, err := io.ReadAll(io.LimitReader(h, limit+1))
	if err == nil && int64(len(data)) > limit {
		err = fmt.Errorf("more than %d bytes", limit)
	}
	return data, err
}
