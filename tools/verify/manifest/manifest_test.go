// SPDX-License-Identifier: MIT

package manifest

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	builder "github.com/gosqlite/gosqlite/tools/release/manifest"
)

// text is a small manifest, as the builder's package writes it.
func text(t testing.TB) string {
	t.Helper()
	m := &builder.Manifest{Version: "1.0.0", Time: time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC), Files: []builder.File{
		{Name: "gosqlite_1.0.0_linux_arm64.tar.gz", Kind: builder.Archive, Platform: "linux_arm64", Size: 3, SHA256: sha256.Sum256([]byte("foo"))},
		{Name: "notes.md", Kind: builder.Notes, Size: 30, SHA256: sha256.Sum256([]byte("bar"))},
	}}
	encoded, err := m.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return string(encoded)
}

func TestParse(t *testing.T) {
	got, err := Parse([]byte(text(t)))
	want := &Manifest{Version: "1.0.0", Time: time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC), Files: []File{
		{"gosqlite_1.0.0_linux_arm64.tar.gz", Archive, "linux_arm64", 3, sha256.Sum256([]byte("foo"))},
		{"notes.md", Notes, "", 30, sha256.Sum256([]byte("bar"))},
	}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v; want %+v", got, err, want)
	}
}

// A planted text is one that no manifest, or no SHA256SUMS, has.
type planted struct{ name, text, want string }

// spoilt are texts that are no manifest.
func spoilt(text string) []planted {
	lines := strings.SplitAfter(text, "\n")
	replaced := func(from, to string) string { return strings.Replace(text, from, to, 1) }
	return []planted{
		{"empty", "", "EOF"},
		{"no newline at the end", text[:len(text)-1], "one text"},
		{"one more newline", text + "\n", "one text"},
		{"carriage return", replaced("\n", "\r\n"), "one text"},
		{"all in one line", strings.ReplaceAll(text, "\n", ""), "one text"},
		{"byte order mark", "\ufeff" + text, "JSON"},
		{"an array", "[" + text + "]", "JSON"},
		{"other schema", replaced("manifest/1", "manifest/2"), "schema"},
		{"space", replaced(`"size":`, `"size": `), "one text"},
		{"unknown field", replaced(`"size":3`, `"mode":1,"size":3`), "unknown"},
		{"unknown field in the header", replaced(`,"files"`, `,"by":"x","files"`), "unknown"},
		{"a field in another case", replaced(`"size"`, `"Size"`), "unknown"},
		{"repeated field", replaced(`"size":3`, `"size":3,"size":3`), "twice"},
		{"other order of fields", replaced(`"kind":"notes","platform":""`, `"platform":"","kind":"notes"`), "one text"},
		{"a field is missing", replaced(`"platform":"",`, ""), "one text"},
		{"null for a field", replaced(`"platform":""`, `"platform":null`), "one text"},
		{"null for a file", replaced(strings.TrimSuffix(lines[2], "\n"), "null"), "name"},
		{"escape", replaced("notes.md", `notes\u002emd`), "one text"},
		{"bytes that are no UTF-8", replaced("notes.md", "notes\xff"), "UTF-8"},
		{"unsorted", lines[0] + strings.Replace(lines[2], "\n", ",\n", 1) + strings.Replace(lines[1], ",\n", "\n", 1) + lines[3], "after"},
		{"duplicate", lines[0] + lines[1] + lines[1] + lines[2] + lines[3], "twice"},
		{"duplicate in another case", lines[0] + strings.Replace(lines[1], "gosqlite_1", "Gosqlite_1", 1) + lines[1] + lines[2] + lines[3], "twice"},
		{"comma at the end", lines[0] + lines[1] + strings.Replace(lines[2], "\n", ",\n", 1) + lines[3], "JSON"},
		{"no files", lines[0] + lines[3], "0 files"},
		{"too many files", lines[0] + strings.Repeat(lines[1], MaxFiles) + lines[2] + lines[3], "more than"},
		{"too many files of nothing", lines[0] + strings.Repeat("{},", 6*MaxFiles) + "{}" + lines[3], "more than"},
		{"no end", lines[0] + lines[1] + lines[2], "JSON"},
		{"more after the end", text + lines[2], "after the value"},
		{"too large", strings.Repeat(" ", MaxText+1), "larger"},
		{"path", replaced("notes.md", "../notes.md"), "name"},
		{"absolute path", replaced("notes.md", "/notes.md"), "name"},
		{"dots", replaced("notes.md", ".."), "name"},
		{"backslash", replaced("notes.md", `x\\notes.md`), "name"},
		{"newline in a name", replaced("notes.md", `notes.md\n`), "name"},
		{"empty name", replaced("notes.md", ""), "name"},
		{"long name", replaced("notes.md", "n"+strings.Repeat("o", 128)), "name"},
		{"full stop", replaced("notes.md", "notes."), "name"},
		{"itself", replaced("notes.md", "manifest.json"), "not listed"},
		{"its sums", replaced("notes.md", "sha256sums"), "not listed"},
		{"kind", replaced(`"notes"`, `"note"`), "kind"},
		{"platform", replaced(`"linux_arm64"`, `"linux__arm64"`), "platform"},
		{"archive of no platform", replaced(`"linux_arm64"`, `""`), "without a platform"},
		{"negative size", replaced(":3,", ":-3,"), "bytes"},
		{"negative nothing", replaced(":3,", ":-0,"), "one text"},
		{"size with a sign", replaced(":3,", ":+3,"), "JSON"},
		{"size with a zero", replaced(":3,", ":03,"), "JSON"},
		{"size in floating point", replaced(":3,", ":3.0,"), "JSON"},
		{"size with an exponent", replaced(":3,", ":3e0,"), "JSON"},
		{"no size", replaced(":3,", ":,"), "JSON"},
		{"large size", replaced(":3,", fmt.Sprintf(":%d,", int64(maxSize+1))), "bytes"},
		{"huge size", replaced(":3,", ":"+strings.Repeat("9", 30)+","), "JSON"},
		{"short digest", replaced("2c26", "2c2"), "64"},
		{"upper-case digest", replaced("2c26", "2C26"), "64"},
		{"digest of other digits", replaced("2c26", "2g26"), "64"},
		{"version", replaced(`"1.0.0"`, `"v1.0.0"`), "version"},
		{"version with a zero", replaced(`"1.0.0"`, `"1.00.0"`), "version"},
		{"version of two numbers", replaced(`"1.0.0"`, `"1.0"`), "version"},
		{"version with an empty word", replaced(`"1.0.0"`, `"1.0.0-a..b"`), "version"},
		{"time zone", replaced("00:00:00Z", "00:00:00+00:00"), "time"},
		{"part of a second", replaced("00:00:00Z", "00:00:00.5Z"), "time"},
		{"no such day", replaced("11-23", "11-31"), "time"},
		{"before 1970", replaced("2026-", "1969-"), "time"},
	}
}

func TestParseRefuses(t *testing.T) {
	whole := text(t)
	for _, test := range spoilt(whole) {
		if test.text == whole {
			t.Errorf("%s: nothing is planted", test.name)
		}
		if m, err := Parse([]byte(test.text)); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: Parse = %+v, %v; want an error with %q", test.name, m, err, test.want)
		}
		alike(t, []byte(test.text))
	}
}

// sums is the SHA256SUMS of text.
func sums(t testing.TB) string {
	t.Helper()
	m, err := builder.Parse([]byte(text(t)))
	if err != nil {
		t.Fatal(err)
	}
	encoded, err := m.EncodeSums([]byte(text(t)))
	if err != nil {
		t.Fatal(err)
	}
	return string(encoded)
}

// spoiltSums are texts that are no SHA256SUMS.
func spoiltSums(text string) []planted {
	lines := strings.SplitAfter(text, "\n")
	return []planted{
		{"empty", "", "empty"},
		{"cut off", text[:len(text)-1], "cut off"},
		{"one space", strings.Replace(text, "  ", " ", 1), "two spaces"},
		{"three spaces", strings.Replace(text, "  ", "   ", 1), "two spaces"},
		{"binary mark", strings.Replace(text, "  ", " *", 1), "two spaces"},
		{"path", strings.Replace(text, "notes", "../notes", 1), "name"},
		{"no name", strings.Replace(text, "notes.md", "", 1), "name"},
		{"upper case", strings.ToUpper(lines[0]), "64"},
		{"carriage return", strings.Replace(text, "\n", "\r\n", 1), "name"},
		{"empty line", text + "\n", "two spaces"},
		{"unsorted", lines[1] + lines[0], "come after"},
		{"twice", lines[0] + lines[0], "come after"},
		{"short digest", text[1:], "two spaces"},
		{"too many lines", strings.Repeat(lines[0], MaxFiles+2), "lines"},
		{"many empty lines", strings.Repeat("\n", MaxText), "lines"},
		{"too large", strings.Repeat(" ", MaxText) + "\n", "larger"},
	}
}

func TestSums(t *testing.T) {
	whole := sums(t)
	got, err := ParseSums([]byte(whole))
	want := []Sum{
		{"gosqlite_1.0.0_linux_arm64.tar.gz", sha256.Sum256([]byte("foo"))},
		{"manifest.json", sha256.Sum256([]byte(text(t)))},
		{"notes.md", sha256.Sum256([]byte("bar"))},
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v; want %+v", got, err, want)
	}
	for _, test := range spoiltSums(whole) {
		if got, err := ParseSums([]byte(test.text)); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: ParseSums = %+v, %v; want an error with %q", test.name, got, err, test.want)
		}
		alikeSums(t, []byte(test.text))
	}
}

// TestFullSize: as many files as may be are read.
func TestFullSize(t *testing.T) {
	m := &builder.Manifest{Version: "1.0.0", Time: time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)}
	for i := range MaxFiles {
		m.Files = append(m.Files, builder.File{Name: fmt.Sprintf("f%04d", i), Kind: builder.Notes})
	}
	encoded, err := m.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(encoded, []byte(",")); n != maxCommas {
		t.Errorf("%d commas, and the limit is %d", n, maxCommas)
	}
	if got, err := Parse(encoded); err != nil || len(got.Files) != MaxFiles {
		t.Errorf("%v", err)
	}
	alike(t, encoded)
	list, err := m.EncodeSums(encoded)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := ParseSums(list); err != nil || len(got) != MaxFiles+1 {
		t.Errorf("%d sums, %v", len(got), err)
	}
}

// TestEveryByteCounts changes each byte of a manifest: it is refused or has other values, and both readers say the same.
func TestEveryByteCounts(t *testing.T) {
	whole := []byte(text(t))
	want, err := Parse(whole)
	if err != nil {
		t.Fatal(err)
	}
	for i := range whole {
		for _, b := range []byte{whole[i] ^ 1, whole[i] ^ 0x20, ' ', 0} {
			changed := bytes.Clone(whole)
			if changed[i] = b; b == whole[i] {
				continue
			}
			if got, err := Parse(changed); err == nil && reflect.DeepEqual(got, want) {
				t.Errorf("byte %d as %q is not seen", i, b)
			}
			alike(t, changed)
		}
	}
}
