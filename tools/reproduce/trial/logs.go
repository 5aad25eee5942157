// SPDX-License-Identifier: MIT

package trial

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/gosqlite/gosqlite/tools/release/binary"
	"github.com/gosqlite/gosqlite/tools/release/leak"
	"github.com/gosqlite/gosqlite/tools/reproduce/compare"
	"github.com/gosqlite/gosqlite/tools/reproduce/execlog"
)

// maxPlaces bounds how many differing outputs are opened to find their first difference.
const maxPlaces = 50

// CompareLogs compares the actions of two products. Where both execution roots are still there, the first difference
// within each differing output is looked up.
func CompareLogs(a, b *Product) (*compare.Actions, error) {
	la, err := ReadLog(a.Log)
	if err != nil {
		return nil, err
	}
	lb, err := ReadLog(b.Log)
	if err != nil {
		return nil, err
	}
	actions, err := compare.Logs(la, lb)
	if err != nil {
		return nil, err
	}
	FindPlaces(actions, a.ExecRoot, b.ExecRoot)
	return actions, nil
}

// ReadLog reads an execution log from a file.
func ReadLog(path string) (*execlog.Log, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read execution log: %w", err)
	}
	defer f.Close()
	log, err := execlog.Read(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return log, nil
}

// FindPlaces looks up the first difference within each differing output below two execution roots. Where one is not known,
// or both are one, there is nothing to look at.
func FindPlaces(actions *compare.Actions, rootA, rootB string) {
	if rootA == "" || rootB == "" || rootA == rootB {
		return
	}
	n := 0
	for i := range actions.NotPassed {
		act := &actions.NotPassed[i]
		for j := range act.Outputs {
			if n++; n > maxPlaces {
				return
			}
			o := &act.Outputs[j]
			p, err := compare.LocateFiles(filepath.Join(rootA, o.Path), filepath.Join(rootB, o.Path))
			if err == nil {
				// An output may be gone: a later build of another platform can have taken its place.
				o.Place = p
			}
		}
	}
}

func checkOne(c *leak.Checker, name, path string) {
	info, err := os.Stat(path)
	if err == nil && info.Size() > binary.MaxImage {
		err = errors.New("file is larger than the limit")
	}
	var data []byte
	if err == nil {
		data, err = os.ReadFile(path)
	}
	if err != nil {
		c.Fail(name, err)
		return
	}
	c.File(name, data)
}
