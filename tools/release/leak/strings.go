// SPDX-License-Identifier: MIT

package leak

import (
	"bytes"
	"fmt"
	"unicode/utf16"
)

// perBlob bounds the findings of one rule in one stretch of bytes; a thousand equal lines help nobody.
const perBlob = 20

func checkTokens(c *Checker, u *unit) []Finding {
	var out []Finding
	for _, t := range c.opts.Tokens {
		for _, b := range u.all() {
			out = append(out, find(b, []byte(t.Value), "token "+t.Name+": ", nil)...)
		}
		if u.data == nil {
			continue
		}
		for _, b := range append([]blob{u.raw()}, u.plainOrNone()...) {
			out = append(out, find(b, wideBytes(t.Value), "token "+t.Name+" in UTF-16: "+t.Value+" ", nil)...)
		}
	}
	return once(out)
}

func (u *unit) plainOrNone() []blob {
	if u.image == nil {
		return nil
	}
	return u.plain()
}

// once drops findings of one place: UTF-16 text of a PE is seen both as it lies and as ASCII.
func once(list []Finding) []Finding {
	seen := map[string]bool{}
	var out []Finding
	for _, f := range list {
		key := fmt.Sprint(f.Offset, len(f.Where) > 10 && bytes.HasSuffix([]byte(f.Where), []byte("(unpacked)")))
		if f.Offset == 0 {
			key += f.Where + f.Text
		}
		if !seen[key] {
			seen[key] = true
			out = append(out, f)
		}
	}
	return out
}

func wideBytes(s string) []byte {
	var out []byte
	for _, r := range utf16.Encode([]rune(s)) {
		out = append(out, byte(r), byte(r>>8))
	}
	return out
}

// find reports each occurrence of a word that ok, if given, does not excuse.
func find(b blob, word []byte, prefix string, ok func(start, end int) bool) []Finding {
	var out []Finding
	for from := 0; len(out) < perBlob; {
		i := bytes.Index(b.data[from:], word)
		if i < 0 {
			break
		}
		start, end := from+i, from+i+len(word)
		from = end
		if ok != nil && ok(start, end) {
			continue
		}
		where, off := b.place(start)
		out = append(out, Finding{Where: where, Offset: off, Text: prefix + around(b.data, start, end)})
	}
	return out
}

// word is a text that only a build leaves behind.
type word struct {
	text string
	// also, if not nil, decides by what follows.
	also func(rest []byte) bool
	why  string
}

// words is the list of the rule word.
var words = []word{
	{"sandbox", nil, "Bazel's sandbox folder"},
	{"execroot", nil, "Bazel's execution root"},
	{"bazel-out", nil, "Bazel's output tree"},
	{"_bazel_", nil, "Bazel's output user root, with the user's name"},
	{"rules_go_work", nil, "temporary folder of rules_go's compile action"},
	{"go-link-", nil, "temporary folder of the Go linker"},
	{"go-build", digitsFollow, "temporary folder of the go command"},
	{"cgo-gcc-", nil, "temporary object of cgo"},
	{"zig-cache", nil, "zig's local cache"},
	{".cache/", nil, "a user's cache folder"},
	{"/tmp/", nil, "temporary folder"},
	{"/proc/self", nil, "working folder as Bazel names it for compilers, or what a program asks its kernel"},
	{"-ST-", hexFollow, "configuration folder of a Bazel transition"},
	{"__GO_BAZEL_CC_PLACEHOLDER__", nil, "placeholder of rules_go that was not replaced"},
}

func digitsFollow(rest []byte) bool { return len(rest) > 0 && rest[0] >= '0' && rest[0] <= '9' }

func hexFollow(rest []byte) bool {
	const least = 8
	for i := range least {
		if i >= len(rest) || !isHex(rest[i]) {
			return false
		}
	}
	return true
}

func isHex(b byte) bool { return b >= '0' && b <= '9' || b >= 'a' && b <= 'f' }

func checkWords(c *Checker, u *unit) []Finding {
	var out []Finding
	for _, b := range u.all() {
		for _, w := range words {
			out = append(out, find(b, []byte(w.text), w.why+": ", func(start, end int) bool {
				return w.also != nil && !w.also(b.data[end:]) || c.allowedWord(u.name, b.data, start, end)
			})...)
		}
	}
	return out
}
