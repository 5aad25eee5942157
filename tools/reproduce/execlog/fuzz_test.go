// SPDX-License-Identifier: MIT

package execlog_test

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"

	"github.com/gosqlite/gosqlite/tools/reproduce/execlog"
	lt "github.com/gosqlite/gosqlite/tools/reproduce/execlog/execlogtest"
)

// FuzzRead: what is read of a log can be asked about, and inputs are in order, each path once. The bytes are what is
// packed; as a file they are tried, too.
func FuzzRead(f *testing.F) {
	w := &lt.Writer{}
	w.Start("SHA-256")
	w.Spawn(lt.Spawn{Mnemonic: "Compile", Label: "//:a", Args: []string{"cc"}, Env: map[string]string{"PATH": "/bin"},
		Inputs: map[string]string{"b.c": "b", "a.h": "a"}, Outputs: map[string]string{"out/z.o": "z"}, Missing: "out/x"})
	z, err := zstd.NewReader(bytes.NewReader(w.Bytes()))
	if err != nil {
		f.Fatal(err)
	}
	plain, err := io.ReadAll(z)
	z.Close()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(plain)
	f.Add(plain[:len(plain)-1])
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 0x0f})
	f.Add([]byte{2, 8, 1, 0})
	pack, err := zstd.NewWriter(nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		_, _ = execlog.Read(bytes.NewReader(data))
		log, err := execlog.Read(bytes.NewReader(pack.EncodeAll(data, nil)))
		if err != nil {
			return
		}
		for _, s := range log.Spawns {
			_ = s.Primary()
			inputs, err := log.Inputs(s)
			if err != nil {
				continue
			}
			paths := make([]string, len(inputs))
			for i, x := range inputs {
				paths[i] = x.Path
			}
			if !slices.IsSortedFunc(paths, strings.Compare) || len(slices.Compact(paths)) != len(inputs) {
				t.Errorf("inputs %q", paths)
			}
		}
	})
}
