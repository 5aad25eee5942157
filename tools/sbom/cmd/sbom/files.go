// SPDX-License-Identifier: MIT

package main

import (
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/gosqlite/gosqlite/tools/release/action"
	"github.com/gosqlite/gosqlite/tools/sbom/conformance"
	"github.com/gosqlite/gosqlite/tools/sbom/conformance/schema"
	"github.com/gosqlite/gosqlite/tools/sbom/graph"
)

// fromFile reads a file by the reader of its format.
func fromFile[T any](name string, read func(r io.Reader) (T, error)) (T, error) {
	var none T
	f, err := os.Open(name)
	if err != nil {
		return none, err
	}
	defer f.Close()
	v, err := read(f)
	if err != nil {
		return none, fmt.Errorf("%s: %w", name, err)
	}
	return v, nil
}

func readGraph(name string) (*graph.Document, error) { return fromFile(name, graph.Read) }

// limited reads all of a file that is no larger than a document may be.
func limited(r io.Reader) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(r, conformance.MaxText+1))
	if err == nil && len(text) > conformance.MaxText {
		err = fmt.Errorf("larger than %d bytes", conformance.MaxText)
	}
	return text, err
}

func openSchemas(folders []string) (*schema.Schemas, error) {
	if len(folders) == 0 {
		return nil, nil
	}
	var list []fs.FS
	for _, dir := range folders {
		list = append(list, os.DirFS(dir))
	}
	return schema.Open(list...)
}

// pairs reads NAME=VALUE from each item.
func pairs(flag string, list action.List) (map[string]string, error) {
	m := map[string]string{}
	for _, item := range list {
		// Names of downloads have equals signs; paths of this program's inputs do not.
		i := strings.LastIndexByte(item, '=')
		if i <= 0 || i == len(item)-1 {
			return nil, action.UsageError("--%s %q: write it as NAME=PATH", flag, item)
		}
		if m[item[:i]] != "" {
			return nil, action.UsageError("--%s %s: given twice", flag, item[:i])
		}
		m[item[:i]] = item[i+1:]
	}
	return m, nil
}

func printJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	return e.Encode(v)
}
