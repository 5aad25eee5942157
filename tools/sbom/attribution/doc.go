// SPDX-License-Identifier: MIT

// Package attribution says of every byte of a linked program whose it is: a component's of the bill of materials, a table
// of Go's linker, the container's or of nobody because it only fills up. There is no class for the rest. It is how a bill
// of materials is held against what was really delivered: a component that the bill leaves out has bytes that nobody owns,
// and one that it makes up has none.
//
// It reads two files of one link: the program as the linker wrote it, with symbols, and the released one, which was
// stripped of them. The first tells whose an address is; the second has the same sections at the same addresses, byte for
// byte, and takes the owners over. Shares of both are reported. The ceiling is held against the released one.
//
// # Who owns a byte
//
// The first of these that knows has it.
//
//  1. The file's headers and what they point to: [Container], by a name for each kind.
//  2. Sections that are one thing from end to end, by name and type: tables of the container, tables of Go's linker.
//  3. Object files: of the libraries that were linked, and of the toolchain's runtime as far as the graph lists them, with
//     the digests that it lists. A section of an object is in the program where its symbols are, if its bytes are there
//     too; those apart that relocations change. With it come the constants and jump tables inside that have no name. For
//     macOS, whose linkers move smaller pieces, a section is cut at its symbols first.
//  4. Symbols. A Go symbol names its package, and the graph says whose that is. What Go's linker and compiler make without
//     a package is in a list with a name for each table. Functions of assembly files carry no package; the pclntab says
//     which folder's they are. A C symbol is that of the object that defines it.
//  5. Sections of objects that no symbol places, by their bytes, or by where the addresses in them lead to.
//  6. Constants and texts that a linker unites, by their value: of the first object that has them.
//  7. What is left and only fills up is [Padding].
//
// A Go program without C is linked by Go alone, which leaves names out. Variables of assembly files are those of the one
// component that has assembly in it, and data without a name are a table of their own, the compiler's static temporaries.
//
// Formats without sizes of symbols (PE, Mach-O) let a symbol reach to the next one, or as far as its object says.
//
// # What is a fault
//
//   - a byte that is in no class, by section and range;
//   - a C symbol that no object of a component defines; an object of the runtime that the graph does not list shows by it,
//     and the fault names the object;
//   - a Go package in the program that belongs to no component, or that a component lists and the program lacks;
//   - a component that the graph links into the program and that has no byte of it;
//   - an object that the graph lists with another digest than the runtime's;
//   - sections that differ between the two programs;
//   - a share of bytes that are no component's above the ceiling.
package attribution
