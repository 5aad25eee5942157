// SPDX-License-Identifier: MIT

package vfs_test

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"sync"

	"github.com/gosqlite/gosqlite/sqlite"
	"github.com/gosqlite/gosqlite/sqlite/vfs"
)

// disk is a VFS on a simulated disk with a write cache. What was written since
// the last sync of its file is in the cache; at a power cut any part of it
// reaches the disk, in any order, and the write that the cut hits is torn. The
// promise that it keeps, and SQLite counts on, is that what was synced stays,
// and that a write harms no byte beside it (as every disk does today).
type disk struct {
	mu    sync.Mutex
	files map[string]*inode
	rng   *rand.Rand

	ops   int   // calls that read or write
	cutAt int   // the call that the power cut hits, 0 = none
	fail  fault // calls that fail
	off   bool  // the power is cut
	lies  bool  // plant: Sync does nothing
}

// fault makes calls fail without a power cut.
type fault struct {
	at      int  // which call
	forever bool // and all after it
	err     error
}

// inode is a file and what of it is on the disk.
type inode struct {
	now     []byte  // as the program sees it
	safe    []byte  // as of the last sync
	writes  []write // since then
	exists  bool    // as the program sees it
	onDisk  bool    // its name survives a power cut
	deleted bool    // the name was removed, which is not safe yet
	before  *inode  // what the name leads to on the disk until it is safe, nil: nothing
}

// write is one write, or a truncation when data is nil.
type write struct {
	off  int64
	data []byte
}

var errPower = errors.New("the power is cut")

func newDisk(seed uint64) *disk {
	return &disk{files: map[string]*inode{}, rng: rand.New(rand.NewPCG(seed, 1))}
}

// step counts a call and tells whether it works; with cut it is the one that
// the power cut hits.
func (d *disk) step() (cut bool, err error) {
	if d.off {
		return false, errPower
	}
	d.ops++
	if d.ops == d.cutAt {
		d.off = true
		return true, nil
	}
	if d.fail.at > 0 && (d.ops == d.fail.at || d.fail.forever && d.ops > d.fail.at) {
		return false, d.fail.err
	}
	return false, nil
}

// reboot gives the disk as a program finds it after the power cut.
func (d *disk) reboot() {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, name := range slices.Sorted(mapsKeys(d.files)) {
		f := d.files[name]
		if f.before != nil && d.rng.IntN(2) == 0 {
			f = f.before // neither its removal nor the new file's name got there
		}
		if f.deleted && d.rng.IntN(2) == 0 {
			f.onDisk = false
		}
		if !f.onDisk && f.exists && !f.deleted && d.rng.IntN(2) == 0 {
			f.onDisk = true // the name got there by itself
		}
		if !f.onDisk {
			delete(d.files, name)
			continue
		}
		image := d.survivors(f)
		d.files[name] = &inode{now: image, safe: slices.Clone(image), exists: true, onDisk: true}
	}
	d.off, d.cutAt, d.ops = false, 0, 0
}

func mapsKeys(m map[string]*inode) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// sector is what the disk writes at once, unless the power goes.
const sector = 512

// survivors applies a random part of the cached writes, sector by sector and out
// of order, to what was safe. Room that a file grew by and that was not written
// holds garbage.
func (d *disk) survivors(f *inode) []byte {
	image := slices.Clone(f.safe)
	var pieces []write
	for _, w := range f.writes {
		if w.data == nil {
			pieces = append(pieces, w)
			continue
		}
		for at := 0; at < len(w.data); {
			end := min(len(w.data), at+sector-int((w.off+int64(at))%sector))
			pieces = append(pieces, write{w.off + int64(at), w.data[at:end]})
			at = end
		}
	}
	lose := d.rng.IntN(4) // nothing, some, half, most is lost
	if d.rng.IntN(2) == 0 {
		d.reorder(pieces)
	}
	for _, p := range pieces {
		if d.rng.IntN(4) < lose {
			continue
		}
		if p.data == nil {
			image = d.resize(image, p.off)
			continue
		}
		if d.rng.IntN(16) == 0 { // torn
			p.data = p.data[:d.rng.IntN(len(p.data)+1)]
		}
		if end := p.off + int64(len(p.data)); end > int64(len(image)) {
			image = d.resize(image, end)
		}
		copy(image[p.off:], p.data)
	}
	return image
}

// reorder shuffles writes to different places; those to one place stay in
// order, as a cache that knows one value for each place does.
func (d *disk) reorder(pieces []write) {
	keys := make([]int, len(pieces))
	last := map[int64]int{}
	for i, p := range pieces {
		keys[i] = d.rng.IntN(1 << 20)
		if p.data == nil {
			// A truncation orders everything.
			for k := range last {
				keys[i] = max(keys[i], last[k]+1)
			}
			last[-1] = keys[i]
			continue
		}
		place := p.off / sector
		if k, ok := last[place]; ok {
			keys[i] = max(keys[i], k+1)
		}
		if k, ok := last[-1]; ok {
			keys[i] = max(keys[i], k+1)
		}
		last[place] = keys[i]
	}
	order := make([]int, len(pieces))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return keys[a] - keys[b] })
	sorted := make([]write, len(pieces))
	for i, k := range order {
		sorted[i] = pieces[k]
	}
	copy(pieces, sorted)
}

func (d *disk) resize(b []byte, size int64) []byte {
	for int64(len(b)) < size {
		b = append(b, byte(d.rng.IntN(256)))
	}
	return b[:size]
}

func (d *disk) Open(name string, flags vfs.OpenFlags) (vfs.File, bool, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.off {
		return nil, false, errPower
	}
	if name == "" {
		name = fmt.Sprintf("temp-%d", d.rng.Uint64())
	}
	f := d.files[name]
	if f == nil || !f.exists {
		if flags&vfs.OpenCreate == 0 {
			return nil, false, sqlite.ErrCantOpen
		}
		if f == nil {
			f = &inode{}
			d.files[name] = f
		}
		if f.deleted {
			// A name that was removed and comes again is another file: the old one
			// may come back as it was, but not mixed with the new one.
			f = &inode{before: f}
			d.files[name] = f
		}
		f.exists, f.now = true, nil
	}
	return &handle{d, f, name, flags&vfs.OpenDeleteOnClose != 0}, false, nil
}

func (d *disk) Delete(name string, sync bool) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, err := d.step(); err != nil {
		return err
	}
	f := d.files[name]
	if f == nil || !f.exists {
		return sqlite.ErrIOErrDeleteNoEnt
	}
	if d.off {
		f.deleted = true
		return errPower
	}
	if !f.onDisk {
		if delete(d.files, name); f.before != nil {
			d.files[name] = f.before
		}
		return nil
	}
	f.exists, f.deleted = false, true
	if sync && !d.lies {
		d.syncNames()
	}
	return nil
}

// syncNames makes all changes of names so far safe, as the sync of a folder
// does: SQLite's own VFS syncs the folder with a new file.
func (d *disk) syncNames() {
	for name, f := range d.files {
		if f.before = nil; f.deleted {
			delete(d.files, name)
		}
	}
}

func (d *disk) Exists(name string) (bool, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.off {
		return false, errPower
	}
	f := d.files[name]
	// SQLite takes an empty journal for none; so does its own VFS.
	return f != nil && f.exists && len(f.now) > 0, nil
}

func (d *disk) FullPathname(name string) (string, error) { return "/" + name, nil }

type handle struct {
	d      *disk
	f      *inode
	name   string
	delete bool
}

func (h *handle) Close() error {
	h.d.mu.Lock()
	defer h.d.mu.Unlock()
	if h.delete {
		delete(h.d.files, h.name)
	}
	return nil
}

func (h *handle) ReadAt(p []byte, off int64) (int, error) {
	h.d.mu.Lock()
	defer h.d.mu.Unlock()
	if _, err := h.d.step(); err != nil || h.d.off {
		return 0, errors.Join(err, errPower)
	}
	if off >= int64(len(h.f.now)) {
		return 0, io.EOF
	}
	n := copy(p, h.f.now[off:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

func (h *handle) WriteAt(p []byte, off int64) (int, error) {
	h.d.mu.Lock()
	defer h.d.mu.Unlock()
	cut, err := h.d.step()
	if err != nil {
		return 0, err
	}
	if cut {
		p = p[:h.d.rng.IntN(len(p)+1)]
	}
	if end := off + int64(len(p)); end > int64(len(h.f.now)) {
		h.f.now = append(h.f.now, make([]byte, end-int64(len(h.f.now)))...)
	}
	copy(h.f.now[off:], p)
	if len(p) > 0 {
		h.f.writes = append(h.f.writes, write{off, slices.Clone(p)})
	}
	if cut {
		return 0, errPower
	}
	return len(p), nil
}

func (h *handle) Truncate(size int64) error {
	h.d.mu.Lock()
	defer h.d.mu.Unlock()
	if _, err := h.d.step(); err != nil {
		return err
	}
	if size < int64(len(h.f.now)) {
		h.f.now = h.f.now[:size:size]
	} else {
		h.f.now = append(h.f.now, make([]byte, size-int64(len(h.f.now)))...)
	}
	h.f.writes = append(h.f.writes, write{off: size})
	if h.d.off {
		return errPower
	}
	return nil
}

func (h *handle) Sync() error {
	h.d.mu.Lock()
	defer h.d.mu.Unlock()
	cut, err := h.d.step()
	if err != nil {
		return err
	}
	if cut {
		return errPower // the cache is as it was
	}
	if h.d.lies {
		return nil
	}
	h.f.safe, h.f.writes = slices.Clone(h.f.now), nil
	if !h.f.onDisk {
		h.f.onDisk, h.f.before = true, nil
		h.d.syncNames()
	}
	return nil
}

func (h *handle) Size() (int64, error) {
	h.d.mu.Lock()
	defer h.d.mu.Unlock()
	if h.d.off {
		return 0, errPower
	}
	return int64(len(h.f.now)), nil
}

func (h *handle) SectorSize() int { return sector }

func (h *handle) Characteristics() vfs.Characteristics { return vfs.PowersafeOverwrite }
