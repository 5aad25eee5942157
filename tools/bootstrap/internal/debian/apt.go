// SPDX-License-Identifier: MIT

// Package debian takes packages from Debian's archive without installing them:
// apt-get resolves, downloads and verifies them in a state folder of its own.
package debian

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"github.com/gosqlite/gosqlite/tools/bootstrap/internal/client"
)

// Keyring holds the keys that sign Debian's index.
const Keyring = "/usr/share/keyrings/debian-archive-keyring.gpg"

// notNeeded are packages that the wanted ones depend on but that Bazel's server
// does not load. The status file calls them installed, so that apt's resolver
// leaves them and what only they need out of the closure.
var notNeeded = []string{
	"build-essential", "default-jdk-headless", "default-jre-headless", "default-jre", "java-common",
	"ca-certificates-java", "python3", "python3-minimal", "perl", "unzip", "debconf", "dpkg",
	"zlib1g-dev", "libjs-jquery", "node-core-js", "node-html5shiv",
}

// Apt is a private apt state.
type Apt struct {
	Runner   client.Runner
	Dir      string // state; kept between runs, so that downloads resume
	Archives string // where packages go
	Suite    string
	Keyring  string
}

// Deb is a package file as the signed index describes it.
type Deb struct {
	File   string
	Size   int64
	SHA256 string
}

// Update reads the suite's index from the mirror that the machine's apt uses
// for Debian.
func (a *Apt) Update(ctx context.Context) error {
	if _, err := os.Stat(a.Keyring); err != nil {
		return fmt.Errorf("verify Debian's index: %w", &client.MissingTool{Name: "debian-archive-keyring"})
	}
	mirror, err := a.mirror(ctx)
	if err != nil {
		return err
	}
	var status strings.Builder
	for _, p := range notNeeded {
		fmt.Fprintf(&status, "Package: %s\nStatus: install ok installed\nMaintainer: none\nArchitecture: amd64\n"+
			"Multi-Arch: foreign\nVersion: 9:999\nDescription: placeholder\n\n", p)
	}
	source := fmt.Sprintf("Types: deb\nURIs: %s\nSuites: %s\nComponents: main\nArchitectures: amd64\nSigned-By: %s\n",
		mirror, a.Suite, a.Keyring)
	for _, d := range []string{"state/lists/partial", "cache", "prefs", "sources", "none/partial"} {
		if err := os.MkdirAll(filepath.Join(a.Dir, d), 0o755); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(filepath.Join(a.Archives, "partial"), 0o755); err != nil {
		return err
	}
	for name, text := range map[string]string{"status": status.String(), "sources/suite.sources": source} {
		if err := os.WriteFile(filepath.Join(a.Dir, name), []byte(text), 0o644); err != nil {
			return err
		}
	}
	// Without Error-Mode apt-get calls an index that it could not fetch a warning.
	if _, err := a.run(ctx, "apt-get", "-q", "-o", "APT::Update::Error-Mode=any", "update"); err != nil {
		return fmt.Errorf("read Debian's index: %w", err)
	}
	return nil
}

// mirror asks the machine's apt which address it uses for Debian. Where its lists are empty, as in a fresh container,
// apt cannot tell whose its sources are, so they are read into a folder of our own first.
func (a *Apt) mirror(ctx context.Context) (string, error) {
	uri, err := a.debianURI(ctx)
	if err != nil || uri != "" {
		return uri, err
	}
	own := []string{"-o", "Dir::State::lists=" + a.Dir + "/machine", "-o", "Dir::Cache=" + a.Dir + "/cache",
		"-o", "APT::Sandbox::User=root", "-o", "Acquire::Languages=none"}
	if err := os.MkdirAll(filepath.Join(a.Dir, "machine", "partial"), 0o755); err != nil {
		return "", err
	}
	// A source that cannot be read is the machine's affair; it names no mirror then.
	_, err = a.Runner.Run(ctx, client.Command{Dir: "/", Name: "apt-get", Args: append(own, "-q", "update")})
	if ctx.Err() != nil || errors.Is(err, context.Canceled) {
		return "", errors.Join(err, ctx.Err())
	}
	uri, err = a.debianURI(ctx, own...)
	if err == nil && uri == "" {
		return "", errors.New("find Debian's mirror: apt on this machine names none: add one to /etc/apt/sources.list.d, or install bazelisk")
	}
	return uri, err
}

// debianURI is the first address of the sources that are signed as Debian's, or "".
func (a *Apt) debianURI(ctx context.Context, options ...string) (string, error) {
	out, err := a.Runner.Run(ctx, client.Command{Dir: "/", Name: "apt-get", Args: append(options, "indextargets",
		"--format", "$(REPO_URI)", "Created-By: Packages", "Origin: Debian")})
	if err != nil {
		return "", fmt.Errorf("find Debian's mirror: %w", err)
	}
	for _, uri := range strings.Fields(string(out)) {
		if !strings.Contains(uri, "security") {
			return strings.TrimSuffix(uri, "/"), nil
		}
	}
	return "", nil
}

// run adds the options on the command line, where the machine's own apt.conf
// cannot override them. Nor can it allow what Debian's keys do not vouch for.
func (a *Apt) run(ctx context.Context, name string, args ...string) ([]byte, error) {
	var all []string
	for _, o := range []string{
		"Dir::State=" + a.Dir + "/state", "Dir::State::status=" + a.Dir + "/status",
		"Dir::State::lists=" + a.Dir + "/state/lists", "Dir::Cache=" + a.Dir + "/cache",
		"Dir::Cache::archives=" + a.Archives, "Dir::Etc::sourcelist=/dev/null",
		"Dir::Etc::sourceparts=" + a.Dir + "/sources", "Dir::Etc::preferences=/dev/null",
		"Dir::Etc::preferencesparts=" + a.Dir + "/prefs",
		"APT::Architecture=amd64", "APT::Architectures=amd64", "APT::Install-Recommends=false",
		"APT::Sandbox::User=root", "APT::Keep-Downloaded-Packages=true", "Acquire::Languages=none",
		"Acquire::AllowInsecureRepositories=false", "Acquire::AllowWeakRepositories=false",
		"Acquire::AllowDowngradeToInsecureRepositories=false", "APT::Get::AllowUnauthenticated=false",
		// Else --print-uris names MD5 sums.
		"Acquire::Retries=3", "Acquire::ForceHash=SHA256", "Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false",
	} {
		all = append(all, "-o", o)
	}
	return a.Runner.Run(ctx, client.Command{Dir: "/", Env: []string{"DEBIAN_FRONTEND=noninteractive"},
		Name: name, Args: append(all, args...)})
}

// Versions lists the revisions of a package that the index offers.
func (a *Apt) Versions(ctx context.Context, pkg string) ([]string, error) {
	out, err := a.run(ctx, "apt-cache", "madison", pkg)
	if err != nil {
		return nil, fmt.Errorf("list versions of %s: %w", pkg, err)
	}
	var versions []string
	for _, line := range strings.Split(string(out), "\n") {
		if f := strings.Split(line, "|"); len(f) == 3 {
			versions = append(versions, strings.TrimSpace(f[1]))
		}
	}
	return versions, nil
}

var jreRE = regexp.MustCompile(`^openjdk-([0-9]+)-jre-headless$`)

// JRE names the package of the Java runtime to use: the tried one when it is
// offered, else the newest from 21 on.
func (a *Apt) JRE(ctx context.Context) (string, error) {
	const tried = 25
	out, err := a.run(ctx, "apt-cache", "pkgnames", "openjdk-")
	if err != nil {
		return "", fmt.Errorf("look for a Java runtime: %w", err)
	}
	best := 0
	for _, name := range strings.Fields(string(out)) {
		if m := jreRE.FindStringSubmatch(name); m != nil {
			if v, _ := strconv.Atoi(m[1]); best != tried && (v > best || v == tried) {
				best = v
			}
		}
	}
	if best < 21 {
		return "", fmt.Errorf("look for a Java runtime: Debian's %s offers none from 21 on; install a JDK and set JAVA_HOME", a.Suite)
	}
	return fmt.Sprintf("openjdk-%d-jre-headless", best), nil
}

// Closure asks which package files bring the packages and what they need.
func (a *Apt) Closure(ctx context.Context, packages []string) ([]Deb, error) {
	args := append([]string{"-qq", "-y", "-o", "Dir::Cache::archives=" + a.Dir + "/none", "--print-uris", "install"}, packages...)
	out, err := a.run(ctx, "apt-get", args...)
	if err != nil {
		return nil, fmt.Errorf("resolve packages: %w", err)
	}
	return parseURIs(out)
}

var fileRE = regexp.MustCompile(`^[0-9a-z][0-9A-Za-z.+~%_-]*\.deb$`)

// parseURIs reads lines of the form 'URI' FILE SIZE SHA256:HEX.
func parseURIs(out []byte) ([]Deb, error) {
	var debs []Deb
	lines := bufio.NewScanner(bytes.NewReader(out))
	for lines.Scan() {
		f := strings.Fields(lines.Text())
		if len(f) == 0 || !strings.HasPrefix(f[0], "'") {
			continue
		}
		if len(f) != 4 || !fileRE.MatchString(f[1]) {
			return nil, fmt.Errorf("resolve packages: apt-get's line %q is not understood", lines.Text())
		}
		size, err := strconv.ParseInt(f[2], 10, 64)
		sum, ok := strings.CutPrefix(f[3], "SHA256:")
		if err != nil || !ok || len(sum) != 64 {
			return nil, fmt.Errorf("resolve packages: apt-get's line %q names no SHA-256", lines.Text())
		}
		debs = append(debs, Deb{f[1], size, sum})
	}
	if len(debs) == 0 {
		return nil, fmt.Errorf("resolve packages: apt-get named no file")
	}
	return debs, lines.Err()
}

// Download brings the packages and what they need into Archives; apt checks
// each file against the signed index.
func (a *Apt) Download(ctx context.Context, packages []string) error {
	if _, err := a.run(ctx, "apt-get", append([]string{"-q", "-y", "--download-only", "install"}, packages...)...); err != nil {
		return fmt.Errorf("download packages: %w", err)
	}
	return nil
}
