// SPDX-License-Identifier: MIT

package manifest

import (
	"fmt"
	"strings"
)

// A Sum is a line of SHA256SUMS.
type Sum struct {
	Name   string
	SHA256 [32]byte
}

// ParseSums reads the text of SHA256SUMS, as strictly as Parse reads a manifest: ordered lines of a digest, two spaces
// and a plain name. It knows nothing of a manifest; whether the two agree is for the caller to say.
func ParseSums(text []byte) ([]Sum, error) {
	switch {
	case len(text) > MaxText:
		return nil, fmt.Errorf("sums: larger than %d bytes", MaxText)
	case len(text) == 0 || text[len(text)-1] != '\n':
		return nil, fmt.Errorf("sums: empty, or the last line is cut off")
	}
	var sums []Sum
	for line := range strings.SplitSeq(string(text[:len(text)-1]), "\n") {
		n := len(sums) + 1
		digest, name, ok := strings.Cut(line, "  ")
		if !ok || !isName(name) {
			return nil, fmt.Errorf("sums: line %d: %.200q is not a digest, two spaces and a name", n, line)
		}
		s := Sum{Name: name}
		if err := parseDigest(&s.SHA256, digest); err != nil {
			return nil, fmt.Errorf("sums: line %d: %w", n, err)
		}
		if n > 1 && sums[n-2].Name >= name {
			return nil, fmt.Errorf("sums: line %d: %s does not come after %s", n, name, sums[n-2].Name)
		}
		if n > MaxFiles+1 {
			return nil, fmt.Errorf("sums: more than %d lines", MaxFiles+1)
		}
		sums = append(sums, s)
	}
	return sums, nil
}
