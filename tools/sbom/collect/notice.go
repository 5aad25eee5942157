// SPDX-License-Identifier: MIT

package collect

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/gosqlite/gosqlite/tools/sbom/graph"
)

// licenseMembers are the files of an archive that carry the licenses of what is in it.
var licenseMembers = []string{"LICENSE", "THIRD_PARTY_NOTICES.txt"}

// maxNotice bounds a file of license texts, in bytes. SQLite's text stands in sqlite3.h, which has 0.7 million. No more than
// that is looked through, and none is looked through in part: a license at its end would be no duty.
const maxNotice = 4 << 20

// checkNotices holds what an archive says of licenses against the components that are linked into its programs and
// libraries: the license text of each of their license files has to be there, word by word.
func (b *builder) checkNotices(members []member) error {
	var said []string
	for _, m := range members {
		if slices.Contains(licenseMembers, m.name) {
			said = append(said, words(m.data))
		}
	}
	for _, c := range b.doc.Components {
		if c.Role != graph.Linked {
			continue
		}
		for _, name := range b.licenseFiles[c.ID] {
			texts, err := licenseTexts(name)
			if err != nil {
				return fmt.Errorf("component %s: %w", c.Name, err)
			}
			for _, text := range texts {
				if !slices.ContainsFunc(said, func(s string) bool { return strings.Contains(s, text) }) {
					return fmt.Errorf("component %s: it is linked, and the license in %s is not among the archive's %s: add the file to the notices of the archive",
						c.Name, shown(name), strings.Join(licenseMembers, " and "))
				}
			}
		}
	}
	return nil
}

// licenseTexts are the words of the licenses that a file holds.
func licenseTexts(name string) ([]string, error) {
	data, err := readFile(name)
	if err != nil {
		return nil, fmt.Errorf("read license file: %w", err)
	}
	if len(data) > maxNotice {
		return nil, fmt.Errorf("%s: it is larger than %d bytes: name the file that has the license and not much more", shown(name), maxNotice)
	}
	found, err := scan(data)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, m := range found.Match {
		if !m.IsURL {
			out = append(out, words(data[m.Start:m.End]))
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("%s: no text of a license is in it that an archive could hold: name the file that has it", shown(name))
	}
	return out, nil
}

// words are the words of a text, whatever its lines, letter case and comment marks: each between two spaces.
func words(text []byte) string {
	fields := strings.FieldsFunc(strings.ToLower(string(text)), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	return " " + strings.Join(fields, " ") + " "
}
