// SPDX-License-Identifier: MIT

package events

import (
	"bytes"
	"strings"
	"testing"
)

// FuzzRead: events that are read are those of a whole build, and name every file on this disk.
func FuzzRead(f *testing.F) {
	whole := strings.Join([]string{workspace, inner, outer, completed, finished}, "\n")
	f.Add([]byte(whole))
	f.Add([]byte(strings.Replace(whole, "file:///x/a", "bytestream://x/a", 1)))
	f.Add([]byte(strings.Replace(whole, `"fileSets":[{"id":"1"}]`, `"fileSets":[{"id":"0"}]`, 1)))
	f.Add([]byte(strings.Replace(whole, "SUCCESS", "FAILURE", 1)))
	f.Add([]byte(strings.Join([]string{workspace, aspect, `{"id":null,"completed":null}`, finished}, "\n")))
	f.Add([]byte("{}\n[]\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		b, err := Read(bytes.NewReader(data))
		if err != nil {
			return
		}
		if b.ExecRoot == "" {
			t.Error("no execution root")
		}
		if len(b.Files) > 0 && b.Targets == 0 {
			t.Errorf("%d files of no target", len(b.Files))
		}
		cut, _, _ := bytes.Cut(data, []byte(`"SUCCESS"`))
		if _, err := Read(bytes.NewReader(cut)); err == nil {
			t.Error("a build that was cut off is whole")
		}
	})
}
