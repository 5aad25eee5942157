// SPDX-License-Identifier: MIT

package collect

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"

	"github.com/google/licensecheck"

	"github.com/gosqlite/gosqlite/tools/sbom/graph"
)

// maxLicense bounds the text that is searched for a license, in bytes: a source file says it at its beginning.
const maxLicense = 256 << 10

// evidence finds licenses in the file of a component. One of those found has to be one that is declared, so that a
// declaration cannot contradict the file that it names.
func evidence(declared, name, shown string) (graph.Evidence, error) {
	data, err := readFile(name)
	if err != nil {
		return graph.Evidence{}, fmt.Errorf("read license file: %w", err)
	}
	text := data[:min(len(data), maxLicense)]
	found, err := scan(text)
	if err != nil {
		return graph.Evidence{}, err
	}
	if m := tag.FindSubmatch(text); m != nil && tagged(declared, string(m[1])) || mentions(text, notices[declared]) {
		return graph.Evidence{Path: shown, SHA256: sha256Hex(data), ID: declared, Coverage: int(found.Percent)}, nil
	}
	var ids []string
	for _, m := range found.Match {
		if !m.IsURL && !slices.Contains(ids, m.ID) {
			ids = append(ids, m.ID)
		}
	}
	for _, id := range ids {
		if slices.ContainsFunc(terms(declared), func(t string) bool { return t == id }) {
			return graph.Evidence{Path: shown, SHA256: sha256Hex(data), ID: id, Coverage: int(found.Percent)}, nil
		}
	}
	if len(ids) == 0 {
		return graph.Evidence{}, fmt.Errorf("%s: no license was found in it: name the file that holds the text of %s", shown, declared)
	}
	return graph.Evidence{}, fmt.Errorf("%s: %s was found in it, and %s is declared: one of them is wrong", shown, strings.Join(ids, ", "), declared)
}

// variants are wordings that licensecheck does not know, each with the license that it is. __N__ stands for up to N words.
var variants = sync.OnceValues(func() (*licensecheck.Scanner, error) {
	return licensecheck.NewScanner([]licensecheck.License{{ID: "BSD-4-Clause", LRE: bsd4}})
})

// bsd4 is how NetBSD's start files are licensed: they are acknowledged as developed for, not by, somebody.
const bsd4 = `Redistribution and use in source and binary forms, with or without modification, are permitted provided that the
following conditions are met:
1. Redistributions of source code must retain the above copyright notice, this list of conditions and the following disclaimer.
2. Redistributions in binary form must reproduce the above copyright notice, this list of conditions and the following
disclaimer in the documentation and/or other materials provided with the distribution.
3. All advertising materials mentioning features or use of this software must display the following acknowledgement:
This product includes software developed for the __20__
4. The name of the author may not be used to endorse or promote products derived from this software without specific prior
written permission.
THIS SOFTWARE IS PROVIDED BY THE AUTHOR AS IS AND ANY EXPRESS OR IMPLIED WARRANTIES, INCLUDING, BUT NOT LIMITED TO, THE
IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS FOR A PARTICULAR PURPOSE ARE DISCLAIMED. IN NO EVENT SHALL THE AUTHOR BE
LIABLE FOR ANY DIRECT, INDIRECT, INCIDENTAL, SPECIAL, EXEMPLARY, OR CONSEQUENTIAL DAMAGES (INCLUDING, BUT NOT LIMITED TO,
PROCUREMENT OF SUBSTITUTE GOODS OR SERVICES; LOSS OF USE, DATA, OR PROFITS; OR BUSINESS INTERRUPTION) HOWEVER CAUSED AND ON
ANY THEORY OF LIABILITY, WHETHER IN CONTRACT, STRICT LIABILITY, OR TORT (INCLUDING NEGLIGENCE OR OTHERWISE) ARISING IN ANY
WAY OUT OF THE USE OF THIS SOFTWARE, EVEN IF ADVISED OF THE POSSIBILITY OF SUCH DAMAGE.`

// scan finds the licenses in a text.
func scan(text []byte) (licensecheck.Coverage, error) {
	found := licensecheck.Scan(text)
	own, err := variants()
	if err != nil {
		return found, fmt.Errorf("compile the wordings of licenses: %w", err)
	}
	more := own.Scan(text)
	found.Match = append(found.Match, more.Match...)
	found.Percent = max(found.Percent, more.Percent)
	return found, nil
}

// tag is a short form of a license notice, https://spdx.github.io/spdx-spec/v2.3/using-SPDX-short-identifiers-in-source-files/.
var tag = regexp.MustCompile(`SPDX-License-Identifier:[ \t]*([^\r\n*]+)`)

// tagged tells whether a tag says what is declared; tags still use the older names of licenses.
func tagged(declared, tag string) bool {
	older := strings.NewReplacer("-only", "", "-or-later", "+")
	return strings.TrimSpace(tag) == declared || strings.TrimSpace(tag) == older.Replace(declared)
}

// notices are how files name a license of which licensecheck knows the full text only.
var notices = map[string]string{
	"APSL-2.0": "subject to the Apple Public Source License Version 2.0",
}

// mentions tells whether a text holds a notice, whatever its lines and comment marks.
func mentions(text []byte, notice string) bool {
	words := strings.FieldsFunc(string(text), func(r rune) bool { return unicode.IsSpace(r) || r == '*' })
	return notice != "" && strings.Contains(strings.Join(words, " "), notice)
}

// terms are the license identifiers of an SPDX expression.
func terms(expression string) []string {
	return strings.FieldsFunc(strings.NewReplacer(" AND ", " ", " OR ", " ", " WITH ", " ").Replace(expression), func(r rune) bool {
		return r == ' ' || r == '(' || r == ')'
	})
}
