// SPDX-License-Identifier: MIT

package sizing

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
)

// A profile of the whole matrix has some tens of megabytes.
const maxProfile = 1 << 30

// Categories of the events that are read, as Bazel names them.
const (
	categoryAction   = "action processing"
	categoryCritical = "critical path component"
)

// Profile is what a build was made of.
type Profile struct {
	// Actions is how many were carried out.
	Actions int
	// Work is the time of all of them, one after another.
	Work time.Duration
	// Critical is the time of the longest chain of actions each of which needs the one before.
	Critical time.Duration
}

// event is one of Bazel's, times in microseconds.
//
// Format: https://bazel.build/advanced/performance/json-trace-profile
type event struct {
	Category string `json:"cat"`
	Duration int64  `json:"dur"`
	Args     struct {
		Mnemonic string `json:"mnemonic"`
	} `json:"args"`
}

// Mnemonics of actions that Bazel carries out by itself, wherever others run.
var internal = map[string]bool{
	"FileWrite": true, "Symlink": true, "SymlinkTree": true, "SourceManifest": true, "RepoMappingManifest": true,
	"TemplateExpand": true, "ParamFile": true, "SolibSymlink": true, "Middleman": true, "BazelWorkspaceStatusAction": true,
	"ExecutableSymlink": true, "UnresolvedSymlink": true, "RunfilesTree": true,
}

// ReadProfile reads a file of Bazel's --profile, compressed or not.
func ReadProfile(r io.Reader) (Profile, error) {
	plain := bufio.NewReader(r)
	r = plain
	if magic, err := plain.Peek(2); err == nil && magic[0] == 0x1f && magic[1] == 0x8b {
		unpacked, err := gzip.NewReader(plain)
		if err != nil {
			return Profile{}, fmt.Errorf("read profile: %w", err)
		}
		r = unpacked
	}
	limited := &io.LimitedReader{R: r, N: maxProfile}
	decoder := json.NewDecoder(limited)
	if err := findEvents(decoder); err != nil {
		return Profile{}, fmt.Errorf("read profile: %w", err)
	}
	var p Profile
	for decoder.More() {
		var e event
		if err := decoder.Decode(&e); err != nil {
			return Profile{}, fmt.Errorf("read profile: %w", err)
		}
		p.add(e)
	}
	if limited.N == 0 {
		return Profile{}, fmt.Errorf("read profile: it has more than %d bytes", maxProfile)
	}
	if p.Actions == 0 || p.Critical == 0 {
		return Profile{}, errors.New("read profile: no action was carried out in that build: it has to start from an empty output base, without caches")
	}
	return p, nil
}

// findEvents goes to the first element of the array traceEvents.
func findEvents(d *json.Decoder) error {
	for {
		token, err := d.Token()
		if err != nil {
			return fmt.Errorf("find events: %w", err)
		}
		if token != "traceEvents" {
			continue
		}
		if token, err = d.Token(); err != nil || token != json.Delim('[') {
			return fmt.Errorf("find events: %v instead of an array: %w", token, err)
		}
		return nil
	}
}

func (p *Profile) add(e event) {
	took := time.Duration(e.Duration) * time.Microsecond
	switch {
	case e.Duration < 0:
	case e.Category == categoryCritical:
		p.Critical += took
	case e.Category == categoryAction && !internal[e.Args.Mnemonic]:
		p.Actions++
		p.Work += took
	}
}
