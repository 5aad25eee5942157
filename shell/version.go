// SPDX-License-Identifier: MIT

package shell

import (
	"encoding/json"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/gosqlite/gosqlite/sqlite"
)

// versionInfo is what `gosqlite version --json` prints. Keys are only ever
// added, never renamed or dropped.
type versionInfo struct {
	Version        string    `json:"version"`          // release, "(devel)" for none
	SQLiteVersion  string    `json:"sqlite_version"`   // sqlite3_libversion
	SQLiteSourceID string    `json:"sqlite_source_id"` // sqlite3_sourceid
	CompileOptions []string  `json:"compile_options"`  // sqlite3_compileoption_get, in its order
	GoVersion      string    `json:"go_version"`       // runtime.Version
	GOOS           string    `json:"goos"`
	GOARCH         string    `json:"goarch"`
	Build          buildInfo `json:"build"`
}

// buildInfo is the part of runtime/debug.BuildInfo that tells builds apart.
type buildInfo struct {
	Path     string            `json:"path"`     // package path of the program
	Module   string            `json:"module"`   // main module as path@version
	Settings map[string]string `json:"settings"` // build settings, such as CGO_ENABLED and vcs.revision
	Deps     []buildModule     `json:"deps"`     // modules linked in, sorted by path
}

type buildModule struct {
	Path    string `json:"path"`
	Version string `json:"version"`
	Sum     string `json:"sum"` // h1: checksum, empty when replaced or unknown
}

func (sh *Shell) releaseName() string {
	if sh.Version != "" {
		return sh.Version
	}
	if info, ok := sh.buildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}

func (sh *Shell) buildInfo() (*debug.BuildInfo, bool) {
	if sh.BuildInfo != nil {
		return sh.BuildInfo()
	}
	return debug.ReadBuildInfo()
}

func (sh *Shell) versionInfo() versionInfo {
	v := versionInfo{
		Version:        sh.releaseName(),
		SQLiteVersion:  sqlite.Version(),
		SQLiteSourceID: sqlite.SourceID(),
		CompileOptions: append([]string{}, sqlite.CompileOptions()...),
		GoVersion:      runtime.Version(),
		GOOS:           runtime.GOOS,
		GOARCH:         runtime.GOARCH,
		Build:          buildInfo{Settings: map[string]string{}, Deps: []buildModule{}},
	}
	info, ok := sh.buildInfo()
	if !ok {
		return v
	}
	v.Build.Path = info.Path
	if info.Main.Path != "" {
		v.Build.Module = info.Main.Path + "@" + info.Main.Version
	}
	for _, setting := range info.Settings {
		v.Build.Settings[setting.Key] = setting.Value
	}
	for _, dep := range info.Deps {
		if dep.Replace != nil {
			dep = dep.Replace
		}
		v.Build.Deps = append(v.Build.Deps, buildModule{dep.Path, dep.Version, dep.Sum})
	}
	return v
}

func (sh *Shell) printVersion(asJSON bool) error {
	v := sh.versionInfo()
	if asJSON {
		b, err := json.MarshalIndent(v, "", "  ")
		if err != nil {
			return fmt.Errorf("write version: %w", err)
		}
		_, err = sh.Stdout.Write(append(b, '\n'))
		return err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "gosqlite %s\n", v.Version)
	fmt.Fprintf(&b, "SQLite %s, source id %s\n", v.SQLiteVersion, v.SQLiteSourceID)
	fmt.Fprintf(&b, "%s %s/%s\n", v.GoVersion, v.GOOS, v.GOARCH)
	if revision := v.Build.Settings["vcs.revision"]; revision != "" {
		fmt.Fprintf(&b, "revision %s\n", revision)
	}
	fmt.Fprintf(&b, "options:\n")
	for _, option := range v.CompileOptions {
		fmt.Fprintf(&b, "  %s\n", option)
	}
	_, err := io.WriteString(sh.Stdout, b.String())
	return err
}
