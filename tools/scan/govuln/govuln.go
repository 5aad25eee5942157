// SPDX-License-Identifier: MIT

// Package govuln finds known vulnerabilities in Go code by golang.org/x/vuln, in this process: in the source of modules,
// and in programs with a symbol table, as the debug twins of releases are. Bills of materials, which say versions and
// linked packages and no calls, are looked up in the same database by [ByComponents].
package govuln

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"golang.org/x/vuln/scan"

	"github.com/gosqlite/gosqlite/tools/scan/finding"
	"github.com/gosqlite/gosqlite/tools/scan/linked"
	"github.com/gosqlite/gosqlite/tools/scan/vulndb"
)

// The names under which the scans report.
const (
	SourceScanner = "go-source"
	BinaryScanner = "go-binary"
	BillScanner   = "go-bill"
)

// maxStream bounds what a scan may print, in bytes.
const maxStream = 256 << 20

// A Scan holds modules and programs against a database. It may be used by several goroutines at once.
type Scan struct {
	Database *vulndb.Database
	Env      []string // of the go command, which a source scan runs
	Go       string   // version of the standard library that source is judged with, as go1.27.4; "" for the go command's
	Temp     string   // folder for the database's files, which stay there; it has to exist

	once    sync.Once
	address string // of the database's files
	err     error  // why they could not be written
}

// export writes the database's files once for all runs.
func (s *Scan) export() (address string, err error) {
	s.once.Do(func() {
		var dir string
		if dir, s.err = os.MkdirTemp(s.Temp, "vulndb"); s.err == nil {
			u := url.URL{Scheme: "file", Path: filepath.ToSlash(dir)}
			s.address, s.err = u.String(), s.Database.Export(dir)
		}
	})
	return s.address, s.err
}

// A Result is what one run found.
type Result struct {
	Findings  []finding.Finding
	Version   string // of govulncheck
	GoVersion string // whose standard library was judged
}

// message is the part that is read of https://pkg.go.dev/golang.org/x/vuln/internal/govulncheck#Message
type message struct {
	Config *struct {
		ProtocolVersion string `json:"protocol_version"`
		GoVersion       string `json:"go_version"`
		ScanLevel       string `json:"scan_level"`
	} `json:"config"`
	OSV     *entry `json:"osv"`
	Finding *found `json:"finding"`
}

type entry struct {
	ID       string   `json:"id"`
	Aliases  []string `json:"aliases"`
	Summary  string   `json:"summary"`
	Severity []struct {
		Score string `json:"score"`
	} `json:"severity"`
}

type found struct {
	OSV          string  `json:"osv"`
	FixedVersion string  `json:"fixed_version"`
	Trace        []frame `json:"trace"` // from the vulnerable symbol to our code
}

type frame struct {
	Module   string `json:"module"`
	Version  string `json:"version"`
	Package  string `json:"package"`
	Function string `json:"function"`
	Receiver string `json:"receiver"`
	Position *struct {
		Filename string `json:"filename"`
		Line     int    `json:"line"`
	} `json:"position"`
}

// Source scans the packages of the module in dir. where names the module in findings.
func (s *Scan) Source(ctx context.Context, dir, where string) (*Result, error) {
	r, err := s.run(ctx, SourceScanner, where, "-C", dir, "-format", "json", "-scan", "symbol", "./...")
	if err != nil {
		return nil, fmt.Errorf("scan module %s: %w", where, err)
	}
	return r, nil
}

// Binary scans a program. where names it in findings.
func (s *Scan) Binary(ctx context.Context, file, where string) (*Result, error) {
	r, err := s.run(ctx, BinaryScanner, where, "-mode", "binary", "-format", "json", "-scan", "symbol", file)
	if err != nil {
		return nil, fmt.Errorf("scan program %s: %w", where, err)
	}
	return r, nil
}

func (s *Scan) run(ctx context.Context, scanner, where string, args ...string) (*Result, error) {
	address, err := s.export()
	if err != nil {
		return nil, err
	}
	cmd := scan.Command(ctx, append([]string{"-db", address}, args...)...)
	cmd.Env = s.Env
	if s.Go != "" {
		cmd.Env = append(slices.Clone(s.Env), "GOVERSION="+s.Go)
	}
	var stdout, stderr bounded
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(""), &stdout, &stderr
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	if err := cmd.Wait(); err != nil {
		// In this format findings are no error, so that an error is always one.
		return nil, fmt.Errorf("%v: %s", err, lastLine(stderr.String()))
	}
	if stdout.over {
		return nil, fmt.Errorf("it printed more than %d bytes", maxStream)
	}
	return parse(&stdout, scanner, where, s.Database.Attributes())
}

func parse(stream io.Reader, scanner, where string, attributes map[string]vulndb.Attribute) (*Result, error) {
	var r Result
	entries := map[string]*entry{}
	var all []found
	for dec := json.NewDecoder(stream); ; {
		var m message
		if err := dec.Decode(&m); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, fmt.Errorf("read its output: %w", err)
		}
		switch {
		case m.Config != nil:
			if !strings.HasPrefix(m.Config.ProtocolVersion, "v1.") || m.Config.ScanLevel != "symbol" {
				return nil, fmt.Errorf("read its output: protocol %s with scan level %q; this program knows v1 and symbol", m.Config.ProtocolVersion, m.Config.ScanLevel)
			}
			r.Version, r.GoVersion = linked.Version("golang.org/x/vuln"), m.Config.GoVersion
		case m.OSV != nil:
			entries[m.OSV.ID] = m.OSV
		case m.Finding != nil:
			all = append(all, *m.Finding)
		}
	}
	if r.GoVersion == "" && scanner == SourceScanner {
		return nil, errors.New("read its output: it does not say for which Go it looked, so it may not have run")
	}
	for _, f := range all {
		e := entries[f.OSV]
		if e == nil || len(f.Trace) == 0 {
			return nil, fmt.Errorf("read its output: a finding of %q without its record or trace", f.OSV)
		}
		r.Findings = append(r.Findings, f.finding(e, scanner, where, attributes[f.OSV]))
	}
	r.Findings = finding.Merge(r.Findings)
	return &r, nil
}

func (f *found) finding(e *entry, scanner, where string, a vulndb.Attribute) finding.Finding {
	at := f.Trace[0]
	out := finding.Finding{
		Scanner: scanner, ID: e.ID, Aliases: slices.Clone(e.Aliases), Component: "pkg:golang/" + at.Module, Version: at.Version,
		Severity: a.Severity, Score: a.Score, Vector: a.Vector, Fixed: f.FixedVersion, Summary: e.Summary, Where: []string{where},
	}
	switch {
	case at.Function != "":
		out.Rank = finding.Called
		for _, step := range slices.Backward(f.Trace) {
			out.Trace = append(out.Trace, step.String())
		}
	case at.Package != "":
		out.Rank = finding.Imported
	}
	return out
}

// String is package.Receiver.Function, with the file and line of a call where they are known.
func (f frame) String() string {
	name := f.Package + "."
	if f.Receiver != "" {
		name += f.Receiver + "."
	}
	name += f.Function
	if f.Position != nil && f.Position.Filename != "" {
		file := filepath.ToSlash(f.Position.Filename) // relative to its module, but for a module in a place of its own
		if filepath.IsAbs(f.Position.Filename) {
			file = path.Base(file) // where it lies on this machine is nobody's business
		}
		name += fmt.Sprintf(" (%s:%d)", file, f.Position.Line)
	}
	return name
}

type bounded struct {
	bytes.Buffer
	over bool
}

func (b *bounded) Write(p []byte) (int, error) {
	if b.Len()+len(p) > maxStream {
		b.over = true
		return len(p), nil
	}
	return b.Buffer.Write(p)
}

func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return lines[len(lines)-1]
}
