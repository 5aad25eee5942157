// SPDX-License-Identifier: MIT

package collect

import (
	"fmt"
	"strings"
)

// parse reads the texts.
func (f *Facts) parse() (*inputs, error) {
	in := &inputs{pins: pins{}, sums: map[string]string{}}
	if len(f.Pins) > 0 {
		var err error
		if in.pins, err = parsePins(f.Pins); err != nil {
			return nil, err
		}
	}
	for _, text := range f.GoSums {
		for n, line := range strings.Split(string(text), "\n") {
			words := strings.Fields(line)
			if len(words) == 0 {
				continue
			}
			if len(words) != 3 || !strings.HasPrefix(words[2], "h1:") {
				return nil, fmt.Errorf("read go.sum: line %d is no module, version and h1: digest", n+1)
			}
			if !strings.HasSuffix(words[1], "/go.mod") {
				in.sums[words[0]+" "+words[1]] = words[2]
			}
		}
	}
	return in, nil
}
