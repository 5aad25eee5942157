// SPDX-License-Identifier: MIT

package lint

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net/netip"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// publicOrigins may be named anywhere, with the hosts below them.
var publicOrigins = []string{
	"sqlite.org", "go.dev", "ziglang.org", "github.com", "pypi.org", "crates.io",
}

// Clients reads which registries the package clients of a machine are set to.
type Clients struct {
	Runner  Runner
	Dir     string // where the go command runs
	Getenv  func(string) string
	Environ []string
	FS      fs.FS // the machine's files, from /
}

// hostVariables are the variables by which clients learn of a registry or proxy.
var hostVariables = regexp.MustCompile(`^(PIP_|UV_|CARGO_|NPM_CONFIG_|GO[A-Z]*PROXY=|GOSUMDB=|[A-Za-z]*_?(?i:proxy)=|BAZELISK_)`)

// Hosts are the hosts that the go command, pip, apt and cargo are configured to
// ask, without the public origins and this machine's own names. A client that
// is not installed or not configured adds none.
func (c Clients) Hosts(ctx context.Context) ([]Secret, error) {
	found := map[string]string{}
	add := func(source, text string) {
		for _, host := range hostsIn(text) {
			if _, known := found[host]; !known && !public(host) {
				found[host] = "the host of a package registry or proxy, by " + source
			}
		}
	}
	res, err := c.Runner.Run(ctx, Command{Dir: c.Dir, Args: []string{"go", "env", "GOPROXY", "GOSUMDB", "GOVCS"}})
	if err == nil && res.Exit != 0 {
		err = errors.New(lastLines(res.Stderr))
	}
	if err != nil {
		return nil, fmt.Errorf("read the configured registries: go env: %w", err)
	}
	add("go env", string(res.Stdout))
	for _, v := range c.Environ {
		if hostVariables.MatchString(v) {
			add("the environment", v)
		}
	}
	for source, patterns := range c.files() {
		for _, pattern := range patterns {
			if err := c.addFiles(pattern, func(text string) { add(source, text) }); err != nil {
				return nil, err
			}
		}
	}
	var secrets []Secret
	for _, host := range slices.Sorted(maps.Keys(found)) {
		secrets = append(secrets, Secret{host, found[host]})
	}
	return secrets, nil
}

// files are the configuration files of each client, as patterns.
func (c Clients) files() map[string][]string {
	home := c.Getenv("HOME")
	config := orElse(c.Getenv("XDG_CONFIG_HOME"), filepath.Join(home, ".config"))
	cargo := orElse(c.Getenv("CARGO_HOME"), filepath.Join(home, ".cargo"))
	pip := []string{"/etc/pip.conf", home + "/.pip/pip.conf", config + "/pip/pip.conf", "/etc/xdg/pip/pip.conf"}
	if own := c.Getenv("PIP_CONFIG_FILE"); own != "" {
		pip = append(pip, own)
	}
	return map[string][]string{
		"pip's configuration":   pip,
		"apt's sources":         {"/etc/apt/sources.list", "/etc/apt/sources.list.d/*.list", "/etc/apt/sources.list.d/*.sources", "/etc/apt/apt.conf", "/etc/apt/apt.conf.d/*"},
		"cargo's configuration": {cargo + "/config.toml", cargo + "/config"},
	}
}

func (c Clients) addFiles(pattern string, add func(text string)) error {
	names, err := fs.Glob(c.FS, strings.TrimPrefix(path.Clean(filepath.ToSlash(pattern)), "/"))
	if err != nil {
		return fmt.Errorf("read the configured registries: %s: %w", pattern, err)
	}
	for _, name := range names {
		f, err := c.FS.Open(name)
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) || os.IsNotExist(err) {
			continue // the clients cannot read it either
		}
		if err != nil {
			return fmt.Errorf("read the configured registries: %w", err)
		}
		text, err := io.ReadAll(io.LimitReader(f, maxFile))
		f.Close()
		if err != nil {
			return fmt.Errorf("read the configured registries: %s: %w", name, err)
		}
		add(withoutComments(string(text)))
	}
	return nil
}

// withoutComments drops the lines that a client skips.
func withoutComments(text string) string {
	var kept []string
	for line := range strings.Lines(text) {
		if s := strings.TrimSpace(line); !strings.HasPrefix(s, "#") && !strings.HasPrefix(s, ";") && !strings.HasPrefix(s, "//") {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "")
}

var urls = regexp.MustCompile(`[A-Za-z][A-Za-z0-9+.-]*://[^\s"'|,;<>\])}]+`)

// hostsIn are the hosts of the URLs in a text, lower-case.
func hostsIn(text string) []string {
	var hosts []string
	for _, s := range urls.FindAllString(text, -1) {
		if u, err := url.Parse(s); err == nil && u.Hostname() != "" {
			hosts = append(hosts, strings.ToLower(u.Hostname()))
		}
	}
	return hosts
}

// public says that a host may be named: a public origin, or one that every
// machine has.
func public(host string) bool {
	if addr, err := netip.ParseAddr(host); err == nil {
		return addr.IsLoopback() || addr.IsUnspecified()
	}
	return host == "localhost" || slices.ContainsFunc(publicOrigins, func(origin string) bool {
		return host == origin || strings.HasSuffix(host, "."+origin)
	})
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}
