// SPDX-License-Identifier: MIT

package scripts

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// root is the tree, from this folder.
const root = "../.."

// world is a folder with copies of some files of the tree, and with stand-ins for what they call.
type world struct {
	t   *testing.T
	dir string
	env []string
}

func newWorld(t *testing.T, files ...string) *world {
	t.Helper()
	w := &world{t: t, dir: t.TempDir()}
	w.env = []string{"PATH=" + w.dir + "/bin:" + os.Getenv("PATH"), "HOME=" + w.dir + "/home", "TMPDIR=" + t.TempDir()}
	for _, name := range files {
		data, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		w.write(name, string(data))
	}
	return w
}

// hide takes the machine's programs of a prefix out of the path: what is installed there has no say in a test.
func (w *world) hide(prefix string) {
	w.t.Helper()
	host := filepath.Join(w.dir, "host")
	if err := os.Mkdir(host, 0o755); err != nil {
		w.t.Fatal(err)
	}
	for _, dir := range filepath.SplitList(os.Getenv("PATH")) {
		programs, _ := filepath.Glob(filepath.Join(dir, "*")) // a folder that is not there has none
		for _, program := range programs {
			name := filepath.Base(program)
			if strings.HasPrefix(name, prefix) {
				continue
			}
			if err := os.Symlink(program, filepath.Join(host, name)); err != nil && !errors.Is(err, os.ErrExist) {
				w.t.Fatal(err)
			}
		}
	}
	w.env[0] = "PATH=" + w.dir + "/bin:" + host
}

func (w *world) write(name, text string) {
	w.t.Helper()
	file := filepath.Join(w.dir, name)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o755); err != nil {
		w.t.Fatal(err)
	}
}

// stand puts a script in the place of a program; it tells its name and arguments in the log first.
func (w *world) stand(name, body string) {
	w.write(name, "#!/bin/bash\necho \"${0##*/} $*\" >>\""+w.dir+"/log\"\n"+body+"\n")
}

func (w *world) run(name string, args ...string) (stdout, stderr string, code int) {
	w.t.Helper()
	cmd := exec.Command(filepath.Join(w.dir, name), args...)
	cmd.Dir = w.dir
	cmd.Env = w.env
	var out, errs strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &errs
	var exit *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
		w.t.Fatal(err)
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}
