// SPDX-License-Identifier: MIT

package verify

import (
	"fmt"
	"unsafe"

	"github.com/gosqlite/gosqlite/tools/verify/container"
)

// maxKept bounds what is kept of documents and of lists of entries while the release is judged, in bytes of memory. Each
// by itself is bounded where it is read; this bounds all of them, since they are read before the signature that vouches for
// the manifest was judged. A release needs about 0.2 MB for each platform.
const maxKept = 16 << 20

// keep does so with something of a size, or reports that it would be too much.
func (r *release) keep(size int64, do func()) error {
	if r.kept+size > maxKept {
		return fmt.Errorf("more than %d bytes of documents and entries in all", maxKept)
	}
	r.kept += size
	do()
	return nil
}

// size is about how many bytes the contents take in memory.
func (c *contents) size() int64 {
	var size int64
	for _, e := range c.entries {
		size += int64(unsafe.Sizeof(container.Entry{})) + int64(len(e.Name))
	}
	for _, p := range c.images {
		size += int64(unsafe.Sizeof(*p)) + int64(len(p.entry.Head))
	}
	return size
}
