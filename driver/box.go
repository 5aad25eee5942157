// SPDX-License-Identifier: MIT

package driver

import "unsafe"

// boxes makes interface values of many numbers and texts with few allocations:
// they lie in slices, of as many values as rows are read at a time. Who keeps one
// interface value keeps its slice. A slice of texts has those of one batch of rows
// alone, which share their memory in any case (see [sqlite.Stmt.ColumnText]); a
// long text has a box of its own.
type boxes struct {
	room   int // of the next slice, 0 for the first rows
	ints   []int64
	floats []float64
	texts  []string
}

const (
	boxesLeast  = 4
	boxesMost   = 64
	boxTextMost = 128 // bytes of a text that shares a slice
)

// batch says that rows were read, more at a time than before.
func (b *boxes) batch() {
	b.room = min(max(2*b.room, boxesLeast), boxesMost)
	b.texts = nil
}

func (b *boxes) int64(v int64) any {
	if uint64(v) < 256 {
		return v // Go's runtime has these
	}
	return box(&b.ints, b.room, v)
}

func (b *boxes) float64(v float64) any { return box(&b.floats, b.room, v) }

func (b *boxes) text(v string) any {
	if v == "" || len(v) > boxTextMost {
		return v
	}
	return box(&b.texts, b.room, v)
}

// box puts v into the slice, or into a new one when it is full, and gives the
// element as an interface value. Nothing writes an element a second time.
func box[T int64 | float64 | string](in *[]T, room int, v T) any {
	if len(*in) == cap(*in) {
		*in = make([]T, 0, max(room, boxesLeast))
	}
	*in = append(*in, v)
	var zero T
	boxed := any(zero)
	// An interface value of a type that is no pointer is two words: the type's, and
	// the address of a variable that does not change. TestBoxes would see another
	// layout.
	(*[2]unsafe.Pointer)(unsafe.Pointer(&boxed))[1] = unsafe.Pointer(&(*in)[len(*in)-1])
	return boxed
}
