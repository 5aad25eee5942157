// SPDX-License-Identifier: MIT

package leak

import "bytes"

// machineRoots are folders that hold people's and builders' files. They are found even inside a longer word, because
// Go stores its strings without end marks, and in text.
var machineRoots = [][]byte{
	[]byte("/home/"), []byte("/Users/"), []byte("/root/"), []byte("/private/var/"), []byte("/var/folders/"),
}

func checkPaths(c *Checker, u *unit) []Finding {
	var out []Finding
	for _, b := range u.strings() {
		n := 0
		for at := 0; at < len(b.data) && n < perBlob; {
			start, end := nextPath(b.data, at, u.image == nil)
			if end == 0 {
				break
			}
			at = end
			if u.image != nil && u.image.Go && isGoName(b.data, start, end) || c.allowedPath(u.name, b.data[start:end]) {
				continue
			}
			n++
			where, off := b.place(start)
			out = append(out, Finding{Where: where, Offset: off, Text: string(b.data[start:end])})
		}
	}
	return out
}

// isGoName tells a name in Go's type data from a path: it is stored after a byte of flags and its length, and a length
// of 47 is a slash. See type Name of internal/abi.
func isGoName(data []byte, start, end int) bool {
	const flags = 0x0f
	return end-start == 1+'/' && start > 0 && data[start-1] <= flags
}

// nextPath finds the next absolute path from at on: data[start:end], or end 0 if there is none. In text only paths
// below machineRoots count: manuals name paths, and a comment begins with a slash.
func nextPath(data []byte, at int, text bool) (start, end int) {
	for at < len(data) {
		i := bytes.IndexAny(data[at:], "/\\")
		if i < 0 {
			return 0, 0
		}
		at += i
		if s, e := unixPath(data, at, text); e > 0 {
			return s, e
		}
		if s, e := drivePath(data, at); e > 0 && !text {
			return s, e
		}
		at++
	}
	return 0, 0
}

// unixPath reads a path of two components or more. Its first component has two characters or more and starts with a
// letter, a digit or '_'; what stands before the slash is no part of a name, or the path lies below a machine root.
func unixPath(data []byte, at int, text bool) (start, end int) {
	if data[at] != '/' || at+1 >= len(data) || !letter(data[at+1]) {
		return 0, 0
	}
	rooted := false
	for _, r := range machineRoots {
		rooted = rooted || bytes.HasPrefix(data[at:], r)
	}
	if !rooted && (text || at > 0 && (pathByte(data[at-1]) || data[at-1] == '/')) {
		return 0, 0
	}
	end = at + 1
	slash := 0
	for end < len(data) && (pathByte(data[end]) || data[end] == '/' && data[end-1] != '/') && !bytes.HasPrefix(data[end:], []byte("..")) {
		if data[end] == '/' && slash == 0 {
			slash = end
		}
		end++
	}
	if slash-at < 3 || end <= slash+2 && !rooted || end == slash+1 {
		return 0, 0
	}
	// After a byte that no string ends or begins with, a short match is chance: tables of ciphers hold such bytes.
	const chance = 12
	if !rooted && at > 0 && end-at < chance && !printable(data[at-1]) && !bytes.ContainsRune([]byte("\x00\t\n\r"), rune(data[at-1])) {
		return 0, 0
	}
	return at, end
}

// drivePath reads a Windows path such as C:\x; at is its first separator.
func drivePath(data []byte, at int) (start, end int) {
	start = at - 2
	if start < 0 || data[at-1] != ':' || !asciiLetter(data[start]) || start > 0 && (letter(data[start-1]) || data[start-1] == '%') {
		return 0, 0
	}
	end = at + 1
	for end < len(data) && (pathByte(data[end]) || data[end] == '/' || data[end] == '\\' || data[end] == ' ') {
		end++
	}
	if end-at < 4 || !letter(data[at+1]) {
		return 0, 0
	}
	return start, end
}

func asciiLetter(b byte) bool { return b|0x20 >= 'a' && b|0x20 <= 'z' }

func letter(b byte) bool { return asciiLetter(b) || b >= '0' && b <= '9' || b == '_' }

func pathByte(b byte) bool {
	return letter(b) || b == '.' || b == '-' || b == '+' || b == '@' || b == '%' || b == '~'
}
