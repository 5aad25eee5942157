// SPDX-License-Identifier: MIT

package shell

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// Bounds of the history: lines kept, and bytes read from its file.
const (
	historyLines = 1000
	historyBytes = 4 << 20
)

// history is the list behind the arrow keys. lines is oldest first; those from
// index loaded on were typed in this session.
type history struct {
	path   string // empty: not kept
	lines  []string
	loaded int
}

// Add implements [History]: blank lines, repeats and lines that start with a
// space are not kept.
func (h *history) Add(line string) {
	if strings.TrimSpace(line) == "" || line[0] == ' ' {
		return
	}
	if n := len(h.lines); n > 0 && h.lines[n-1] == line {
		return
	}
	h.lines = append(h.lines, line)
	if extra := len(h.lines) - historyLines; extra > 0 {
		h.lines = h.lines[extra:]
		h.loaded = max(0, h.loaded-extra)
	}
}

// Len and At implement [History].
func (h *history) Len() int          { return len(h.lines) }
func (h *history) At(idx int) string { return h.lines[len(h.lines)-1-idx] }

// historyPath is where the environment wants the history, or "" for nowhere.
// See https://specifications.freedesktop.org/basedir-spec/latest/.
func (sh *Shell) historyPath() string {
	if path, ok := sh.lookupEnv("GOSQLITE_HISTORY"); ok {
		return path
	}
	folder := sh.getenv("XDG_STATE_HOME")
	switch {
	case filepath.IsAbs(folder):
	case runtime.GOOS == "windows":
		folder = sh.getenv("LOCALAPPDATA")
	case sh.getenv("HOME") != "":
		folder = filepath.Join(sh.getenv("HOME"), ".local", "state")
	default:
		folder = ""
	}
	if folder == "" {
		return ""
	}
	return filepath.Join(folder, "gosqlite", "history")
}

// load reads the file; a missing one is an empty history.
func (h *history) load() error {
	if h.path == "" {
		return nil
	}
	lines, err := readHistory(h.path)
	h.lines = lines
	h.loaded = len(h.lines)
	if err != nil {
		return fmt.Errorf("load history: %w", err)
	}
	return nil
}

func readHistory(path string) ([]string, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil {
		return nil, err
	} else if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a regular file", path)
	} else if extra := info.Size() - historyBytes; extra > 0 {
		// The newest lines are at the end.
		if _, err := f.Seek(extra, io.SeekStart); err != nil {
			return nil, err
		}
	}
	var lines []string
	in := bufio.NewScanner(io.LimitReader(f, historyBytes))
	in.Buffer(nil, historyBytes)
	for in.Scan() {
		if line := in.Text(); line != "" {
			lines = append(lines, line)
		}
	}
	return lines[max(0, len(lines)-historyLines):], in.Err()
}

// save adds this session's lines to the file as it is now, since another shell
// may have written it meanwhile.
func (h *history) save() error {
	typed := h.lines[h.loaded:]
	if h.path == "" || len(typed) == 0 {
		return nil
	}
	lines, err := readHistory(h.path)
	if err == nil {
		err = os.MkdirAll(filepath.Dir(h.path), 0o700)
	}
	if err == nil {
		lines = append(lines, typed...)
		err = writeHistory(h.path, lines[max(0, len(lines)-historyLines):])
	}
	if err != nil {
		return fmt.Errorf("save history: %w", err)
	}
	return nil
}

func writeHistory(path string, lines []string) error {
	f, err := createFile(path)
	if err != nil {
		return err
	}
	err = f.Chmod(0o600)
	if err == nil || runtime.GOOS == "windows" {
		_, err = f.WriteString(strings.Join(lines, "\n") + "\n")
	}
	if err != nil {
		f.abort()
		return err
	}
	return f.commit()
}
