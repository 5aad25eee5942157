// SPDX-License-Identifier: MIT

package action

import (
	"fmt"
	"io"
	"os"
)

// ReadFile reads a file that has at most limit bytes. Of a larger one, or of one that grows, no more than that is taken.
func ReadFile(name string, limit int64) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(data)) > limit {
		err = fmt.Errorf("read %s: it is larger than %d bytes", name, limit)
	}
	if err != nil {
		return nil, err
	}
	return data, nil
}
