// SPDX-License-Identifier: MIT

package driver

import "unsafe"

// boxes makes interface values of many numbers and texts with few allocations:
// they lie in slices that grow with what is read, up to boxesMost values. Who
// keeps one interface value keeps its slice, so that a long text has a box of its
// own.
type boxes struct {
	ints   []int64
	floats []float64
	texts  []string
}

const (
	boxesMost   = 64
	boxTextMost = 128 // bytes of a text that shares a slice
)

func (b *boxes) int64(v int64) any {
	if uint64(v) < 256 {
		return v // Go's runtime has these
	}
	return box(&b.ints, v)
}

func (b *boxes) float64(v float64) any { return box(&b.floats, v) }

func (b *boxes) text(v string) any {
	if v == "" || len(v) > boxTextMost {
		return v
	}
	return box(&b.texts, v)
}

// box puts v into the slice, or into a new one of twice its size when it is full,
// and gives the element as an interface value. Nothing writes an element a second
// time.
func box[T int64 | float64 | string](in *[]T, v T) any {
	if len(*in) == cap(*in) {
		*in = make([]T, 0, min(max(2*cap(*in), 4), boxesMost))
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
