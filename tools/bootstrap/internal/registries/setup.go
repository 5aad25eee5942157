// SPDX-License-Identifier: MIT

// Package registries puts together everything that a build needs from package
// registries: a Bazel, its modules, the toolchains and SQLite.
package registries

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/gosqlite/gosqlite/tools/bootstrap/internal/client"
	"github.com/gosqlite/gosqlite/tools/bootstrap/internal/debian"
	"github.com/gosqlite/gosqlite/tools/bootstrap/internal/pins"
	"github.com/gosqlite/gosqlite/tools/bootstrap/internal/progress"
	"github.com/gosqlite/gosqlite/tools/bootstrap/internal/relocate"
	"github.com/gosqlite/gosqlite/tools/bootstrap/internal/store"
)

// Setup holds what the steps share.
type Setup struct {
	Store     *store.Store
	Pins      *pins.File
	Workspace string
	Runner    client.Runner
	Log       *progress.Log
	JDK       string // a JDK of the machine, or "" to take Debian's
	Recheck   bool   // hold what is in the cache against the pins again
	Keyring   string // of Debian's archive
	GOOS      string
	GOARCH    string
	Execs     []string // machines for which to fetch besides this one, as in pins.LinuxARM64

	root rootOnce
}

// JDKFolders are where a JDK of the machine is looked for.
var JDKFolders = []string{"/usr/lib/jvm", "/opt/java"}

// ChooseJDK reads GOSQLITE_JDK (a JDK's folder, or "debian" for Debian's), then
// JAVA_HOME, then looks on the machine. What it returns is absolute: links in the
// cache lead there.
func ChooseJDK(getenv func(string) string) (string, error) {
	switch own := getenv("GOSQLITE_JDK"); own {
	case "":
		return relocate.FindJDK(getenv("JAVA_HOME"), JDKFolders...), nil
	case "debian":
		return "", nil
	default:
		if !filepath.IsAbs(own) {
			return "", fmt.Errorf("use GOSQLITE_JDK=%s: it does not begin with /: name the JDK's folder by its absolute path, or debian", own)
		}
		if jdk := relocate.FindJDK(own); jdk != "" {
			return jdk, nil
		}
		return "", fmt.Errorf("use GOSQLITE_JDK=%s: no JDK of version %d or newer is there", own, relocate.MinJava)
	}
}

// CheckMachine says whether the registries mode can work here.
func (s *Setup) CheckMachine() error {
	if s.GOOS != "linux" || s.GOARCH != "amd64" {
		return fmt.Errorf("the registries mode runs on linux/amd64, this is %s/%s: install bazelisk", s.GOOS, s.GOARCH)
	}
	return nil
}

// New returns a Setup for this machine.
func New(st *store.Store, p *pins.File, workspace string, r client.Runner, log *progress.Log, jdk string) *Setup {
	return &Setup{Store: st, Pins: p, Workspace: workspace, Runner: r, Log: log, JDK: jdk,
		Keyring: debian.Keyring, GOOS: runtime.GOOS, GOARCH: runtime.GOARCH}
}

// Inputs lists the pins that this machine, or one of Execs, needs.
func (s *Setup) Inputs() []pins.Named {
	return s.Pins.For(append([]string{s.GOOS + "_" + s.GOARCH}, s.Execs...)...)
}

// present lists the pins of Inputs and those for other machines whose files are
// there all the same.
func (s *Setup) present() []pins.Named {
	list := s.Inputs()
	for _, n := range s.Pins.All() {
		if s.Store.Has(Input(n)) && !slices.ContainsFunc(list, func(have pins.Named) bool { return have.Name == n.Name }) {
			list = append(list, n)
		}
	}
	return list
}

// Input is the folder of a pinned input, relative to the store.
func Input(n pins.Named) string { return filepath.Join("inputs", n.Part()) }

// Bazel is the folder of the assembled Bazel, relative to the store. It changes
// with the recorded revision, the recipe, the JDK and the place.
func (s *Setup) Bazel() string {
	h := sha256.New()
	fmt.Fprintln(h, s.Pins.Bazel, relocate.Recipe(), s.JDK, s.Store.Root)
	return filepath.Join("inputs", "bazel-"+s.Pins.Bazel.Version+"-"+hex.EncodeToString(h.Sum(nil))[:12])
}

// ClosureList is the file that records the Debian packages, with or without a
// Java runtime.
func (s *Setup) ClosureList(jre bool) string {
	h := sha256.New()
	fmt.Fprintln(h, s.Pins.Bazel, relocate.Packages, jre)
	return s.Store.Path("debs", "closure-"+hex.EncodeToString(h.Sum(nil))[:12]+".sha256")
}

// KeepClosure records packages as those to take. They hold Java, and serve both
// kinds of setup.
func (s *Setup) KeepClosure(debs []debian.Deb) error {
	for _, jre := range []bool{false, true} {
		if err := store.WriteFile(s.ClosureList(jre), debian.FormatList(debs), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// Fetch brings every missing part. It holds the store's lock throughout; a
// second process waits and then finds all there.
func (s *Setup) Fetch(ctx context.Context) error {
	if err := s.CheckMachine(); err != nil {
		return err
	}
	unlock, err := s.Store.Lock(ctx, func() { s.Log.Say("waiting: another process fills the cache") })
	if err != nil {
		return err
	}
	defer unlock()
	if err := s.Store.Sweep(); err != nil {
		return fmt.Errorf("clear the cache of leftovers: %w", err)
	}
	var steps [2][]func(context.Context) error
	for _, n := range s.Inputs() {
		chain := 0
		if n.Registry().Kind == pins.Debian {
			chain = 1
		}
		steps[chain] = append(steps[chain], func(ctx context.Context) error { return s.input(ctx, n) })
	}
	steps[0] = append(steps[0], s.goModules) // the rule modules are in this chain
	steps[1] = append(steps[1], s.bazel)
	err = runChains(ctx, steps[:])
	return errors.Join(err, s.Close())
}

// runChains runs each chain's steps in order, the chains side by side, and stops
// all at the first error.
func runChains(ctx context.Context, chains [][]func(context.Context) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	errs := make([]error, len(chains))
	var wg sync.WaitGroup
	for i, chain := range chains {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for _, step := range chain {
				if errs[i] = ctx.Err(); errs[i] == nil {
					errs[i] = step(ctx)
				}
				if errs[i] != nil {
					cancel()
					return
				}
			}
		}()
	}
	wg.Wait()
	var real []error
	for _, err := range errs {
		if err != nil && !errors.Is(err, context.Canceled) {
			real = append(real, err)
		}
	}
	if len(real) == 0 {
		real = errs
	}
	return errors.Join(real...)
}

// RC is the text of .bazelrc.registries.
func (s *Setup) RC() string {
	var b strings.Builder
	line := func(option string) {
		if strings.ContainsAny(option, " \t'\"\\#") {
			option = `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(option) + `"`
		}
		fmt.Fprintf(&b, "common %s\n", option)
	}
	b.WriteString("# Written by bazelw (registries mode); removed by it in the other mode. Not to be edited.\n")
	line("--registry=file://" + urlPath(s.Store.Path("registries", "empty")))
	line("--lockfile_mode=off")
	for _, n := range s.present() {
		dir := s.Store.Path(Input(n))
		switch n.Name {
		case "go_sdk":
			line("--repo_env=GOSQLITE_GO_SDK=" + dir)
		case "zig":
			line("--repo_env=GOSQLITE_ZIG=" + dir)
		case "go_sdk_linux_arm64":
			line("--repo_env=GOSQLITE_GO_SDK_LINUX_ARM64=" + dir)
		case "zig_linux_arm64":
			line("--repo_env=GOSQLITE_ZIG_LINUX_ARM64=" + dir)
		case "sqlite_amalgamation":
			line("--repo_env=GOSQLITE_SQLITE=" + dir)
		case "cyclonedx_schemas", "spdx_schemas":
			line("--repo_env=GOSQLITE_" + strings.ToUpper(n.Name) + "=" + dir)
		default:
			line("--override_module=" + n.Name + "=" + dir)
		}
	}
	// go.sum stays the verifier; the proxy is the only source.
	line("--repo_env=GOPROXY=" + proxyURL(s.Store.Path(s.GoModules())))
	line("--repo_env=GONOPROXY=none")
	// Gazelle, which writes the BUILD files of Go modules, is compiled once on a machine and not in each output base: half
	// of the time that a fresh one takes when every action is a hit. Modules are held against go.sum as they come into this
	// cache, which is trusted from then on, as the folders above are.
	line("--repo_env=GO_REPOSITORY_USE_HOST_CACHE=1")
	line("--repo_env=GOPATH=" + s.Store.Path("go"))
	line("--repo_env=GOMODCACHE=" + s.Store.Path("go", "modules"))
	line("--repo_env=GOCACHE=" + s.Store.Path("go", "build"))
	return b.String()
}

// Activate writes what bazelw's fast path reads: registries/KEY/{ready,bazelrc}.
// ready holds Bazel's path and then every path that must exist.
func (s *Setup) Activate(key string) error {
	if err := store.WriteFile(s.Store.Path("registries", "empty", "bazel_registry.json"), []byte("{}\n"), 0o644); err != nil {
		return fmt.Errorf("activate: %w", err)
	}
	bazel := s.Store.Path(s.Bazel())
	ready := []string{filepath.Join(bazel, "bin/bazel"), filepath.Join(bazel, "jdk/lib/server/libjvm.so")}
	for _, n := range s.present() {
		ready = append(ready, s.Store.Path(Input(n)))
	}
	ready = append(ready, s.Store.Path(s.GoModules()))
	if err := store.WriteFile(s.Store.Path("registries", key, "bazelrc"), []byte(s.RC()), 0o644); err != nil {
		return fmt.Errorf("activate: %w", err)
	}
	text := strings.Join(ready, "\n") + "\n"
	if err := store.WriteFile(s.Store.Path("registries", key, "ready"), []byte(text), 0o644); err != nil {
		return fmt.Errorf("activate: %w", err)
	}
	return nil
}

// urlPath escapes what would end or change the path of a file: address.
func urlPath(p string) string {
	return strings.NewReplacer("%", "%25", " ", "%20", "?", "%3F", "#", "%23").Replace(p)
}
