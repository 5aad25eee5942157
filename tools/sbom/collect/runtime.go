// SPDX-License-Identifier: MIT

package collect

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/gosqlite/gosqlite/tools/sbom/graph"
	"github.com/gosqlite/gosqlite/tools/sbom/objects"
)

// runtimeFile is a file of a toolchain's runtime that a program was linked with.
type runtimeFile struct {
	declaration *Declaration
	name        string // in the runtime
	digests     []graph.Digest
	linked      []graph.File // the objects that the linker took, by name and digest
	stub        bool         // it only tells the linker what the system offers
}

// readRuntime finds out what of a runtime a program holds. The runtime's list for this kind of link names the files in
// the linker's order; an object of an archive was taken if it defines a symbol that the program defines and that no
// file before it brings.
func readRuntime(dir string, p *program, declarations []Declaration) ([]runtimeFile, error) {
	list, err := os.ReadFile(filepath.Join(dir, p.kind+".list"))
	if err != nil {
		return nil, fmt.Errorf("read runtime of %s: %w", p.label, err)
	}
	wanted := map[string]bool{}
	for _, s := range p.symbols {
		wanted[s] = true
	}
	var out []runtimeFile
	for _, name := range strings.Fields(string(list)) {
		f := runtimeFile{name: name}
		if f.declaration, err = runtimeOwner(name, declarations); err != nil {
			return nil, err
		}
		data, err := readFile(filepath.Join(dir, name))
		if err != nil {
			return nil, fmt.Errorf("read runtime: %w", err)
		}
		f.digests = fileDigests(graph.LinkedFile, name, data)
		f.stub = graph.Role(f.declaration.Role) == graph.InterfaceStub
		if !f.stub {
			if f.linked, err = taken(name, data, wanted); err != nil {
				return nil, fmt.Errorf("read runtime file %s: %w", name, err)
			}
		}
		out = append(out, f)
	}
	return out, nil
}

// taken returns the objects of a runtime file that the program holds, and strikes their symbols from wanted.
func taken(name string, data []byte, wanted map[string]bool) ([]graph.File, error) {
	list, err := objects.Read(data)
	if err != nil {
		return nil, err
	}
	var out []graph.File
	for _, o := range list {
		// A start file is linked whatever it defines.
		use := o.Name == ""
		for _, s := range o.Defines {
			if wanted[s] {
				use = true
				delete(wanted, s)
			}
		}
		if use {
			path := name
			if o.Name != "" {
				path += "/" + o.Name
			}
			out = append(out, graph.File{Path: path, SHA256: sha256Hex(o.Data)})
		}
	}
	return out, nil
}

func runtimeOwner(name string, declarations []Declaration) (*Declaration, error) {
	var found *Declaration
	for i := range declarations {
		d := &declarations[i]
		if !matches(d.RuntimeFiles, name) {
			continue
		}
		if found != nil {
			return nil, fmt.Errorf("resolve runtime file %s: both %s and %s cover it", name, found.Label, d.Label)
		}
		found = d
	}
	if found == nil {
		return nil, fmt.Errorf("resolve runtime file %s: no component covers it: declare an sbom_component with runtime_files = [%q] and name it in components", name, name)
	}
	return found, nil
}
