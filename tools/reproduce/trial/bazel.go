// SPDX-License-Identifier: MIT

package trial

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strings"
	"time"

	"github.com/gosqlite/gosqlite/tools/reproduce/events"
	"github.com/gosqlite/gosqlite/tools/reproduce/variation"
)

// Bazel builds with a command of the copied workspace, ./bazelw by default, and an output user root, environment and
// umask of its own.
type Bazel struct {
	Command         []string // such as ./bazelw; relative names are in the copied workspace
	Environ         []string // of the caller; varied variables are set over it
	Cache           string   // XDG_CACHE_HOME for ./bazelw's downloads, shared by both builds; empty leaves it unset
	RepositoryCache string   // --repository_cache, shared by both builds; empty for Bazel's default
	Flags           []string // further flags of the build command
	System          *System  // where that is varied
}

// System is another distribution on this machine, in which a build runs as if it were the machine's own.
type System struct {
	Root  string   // folder that becomes the root
	Keeps []string // folders of this machine that are seen in it at the same place
}

// Build runs one build. It takes nothing from disk or remote caches but the request's store.
func (z *Bazel) Build(ctx context.Context, s variation.Setting, r Request) (*Product, error) {
	p := &Product{Log: filepath.Join(r.Results, "execution_log.zst")}
	eventFile := filepath.Join(r.Results, "events.json")
	args := []string{"build", "--execution_log_compact_file=" + p.Log, "--build_event_json_file=" + eventFile,
		"--disk_cache=" + r.Store, "--remote_cache=", "--experimental_convenience_symlinks=ignore",
		fmt.Sprintf("--jobs=%d", s.Jobs), "--color=no", "--curses=no"}
	if r.Store == "" {
		args = append(args, "--noremote_accept_cached")
	} else if err := z.clean(ctx, s, r); err != nil {
		return nil, err
	}
	if r.Platform != "" {
		args = append(args, "--platforms="+r.Platform)
	}
	if z.RepositoryCache != "" {
		args = append(args, "--repository_cache="+z.RepositoryCache)
	}
	args = append(append(append(append(args, z.Flags...), s.Flags...), "--"), r.Targets...)
	output := filepath.Join(r.Results, "output.txt")
	if err := z.run(ctx, s, output, args...); err != nil {
		return nil, fmt.Errorf("%w; the end of its output:\n%s", err, tail(output))
	}
	f, err := os.Open(eventFile)
	if err != nil {
		return nil, fmt.Errorf("read build events: %w", err)
	}
	defer f.Close()
	b, err := events.Read(f)
	if err != nil {
		return nil, err
	}
	p.ExecRoot, p.Files = b.ExecRoot, b.Files
	return p, nil
}

// clean empties the output base, where a build before filled the store.
func (z *Bazel) clean(ctx context.Context, s variation.Setting, r Request) error {
	if _, err := os.Stat(r.Store); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	output := filepath.Join(r.Results, "clean.txt")
	if err := z.run(ctx, s, output, "clean"); err != nil {
		return fmt.Errorf("%w; the end of its output:\n%s", err, tail(output))
	}
	return nil
}

// Shutdown ends the server of an output user root.
func (z *Bazel) Shutdown(ctx context.Context, s variation.Setting) error {
	return z.run(ctx, s, os.DevNull, "shutdown")
}

func (z *Bazel) run(ctx context.Context, s variation.Setting, output string, args ...string) error {
	out, err := os.OpenFile(output, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return err
	}
	defer out.Close()
	// A server that is orphaned all the same ends by itself.
	startup := []string{"--nohome_rc", "--nosystem_rc", "--max_idle_secs=300", "--output_user_root=" + s.OutputRoot}
	argv := append(append(append([]string{}, z.Command...), startup...), args...)
	name := argv[0]
	if strings.Contains(name, "/") && !filepath.IsAbs(name) {
		name = filepath.Join(s.Workspace, name)
	}
	cmd := exec.CommandContext(ctx, name, argv[1:]...)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = s.Workspace, z.environ(s), out, out
	// On an interrupt Bazel's client stops the build and ends; only then is it killed.
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 30 * time.Second
	if err := enter(cmd, s, z.System); err != nil {
		return fmt.Errorf("start %s: %w", z.Command[0], err)
	}
	if err := startWithUmask(cmd, s.Umask); err != nil {
		return fmt.Errorf("start %s: %w", z.Command[0], err)
	}
	if err := cmd.Wait(); err != nil {
		if ctx.Err() != nil {
			return fmt.Errorf("%s: interrupted", z.Command[0])
		}
		return fmt.Errorf("%s %s: %w", z.Command[0], args[0], err)
	}
	return nil
}

// environ is the caller's environment with the setting over it, sorted.
func (z *Bazel) environ(s variation.Setting) []string {
	env := map[string]string{}
	for _, e := range z.Environ {
		if k, v, ok := strings.Cut(e, "="); ok {
			env[k] = v
		}
	}
	// These name the caller's workspace or runfiles, and would point the build at them.
	for k := range env {
		if strings.HasPrefix(k, "BUILD_WORK") || strings.HasPrefix(k, "RUNFILES_") || k == "JAVA_RUNFILES" || k == "PWD" || k == "OLDPWD" {
			delete(env, k)
		}
	}
	if z.Cache != "" {
		env["XDG_CACHE_HOME"] = z.Cache
	}
	for k, v := range s.Env {
		env[k] = v
	}
	if s.Path != "" {
		env["PATH"] = s.Path + string(os.PathListSeparator) + env["PATH"]
	}
	out := make([]string, 0, len(env))
	for k, v := range env {
		out = append(out, k+"="+v)
	}
	sort.Strings(out)
	return out
}

// tail gives the last lines of a file.
func tail(name string) string {
	const most = 4 << 10
	f, err := os.Open(name)
	if err != nil {
		return err.Error()
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.Size() > most {
		if _, err := f.Seek(-most, io.SeekEnd); err != nil {
			return err.Error()
		}
	}
	data, err := io.ReadAll(io.LimitReader(f, most))
	if err != nil {
		return err.Error()
	}
	return strings.TrimSpace(string(data))
}
