// SPDX-License-Identifier: MIT

package variation

import (
	"path/filepath"
	"slices"
)

func varyPath(w *world) {
	w.a.Workspace = filepath.Join(w.work, "a", w.token("path"), "gosqlite")
	w.b.Workspace = filepath.Join(w.work, "b", "a-longer-way", w.token("path"), "to", "the", "sources")
}

func varyOutputRoot(w *world) {
	w.a.OutputRoot = filepath.Join(w.work, "oa", w.token("output root"))
	w.b.OutputRoot = filepath.Join(w.work, "ob", "another", w.token("output root"), "root")
}

func varyHome(w *world) {
	w.a.Home = filepath.Join(w.work, "home", w.token("home"))
	w.b.Home = filepath.Join(w.work, "homes", "of-others", w.token("home"))
}

func varyUser(w *world) {
	for _, s := range []*Setting{w.a, w.b} {
		user := w.token("user")
		s.Env["USER"], s.Env["LOGNAME"] = user, user
	}
}

func varyHost(w *world) {
	for _, s := range []*Setting{w.a, w.b} {
		host := w.token("host")
		s.Env["HOSTNAME"], s.Env["HOST"] = host, host
	}
}

func varyTemp(w *world) {
	w.a.Temp = filepath.Join(w.work, "tmp", w.token("tmpdir"))
	w.b.Temp = filepath.Join(w.work, "temporary", w.token("tmpdir"))
}

// varyZone uses the POSIX form, which needs no zone files; its sign is west of Greenwich.
func varyZone(w *world) {
	w.a.Env["TZ"], w.b.Env["TZ"] = "AAA-14", "BBB+12"
}

func varyLocale(w *world) {
	for _, n := range []string{"LANG", "LANGUAGE", "LC_ALL"} {
		w.a.Env[n], w.b.Env[n] = "C", "C.UTF-8"
	}
	w.b.Env["LANGUAGE"] = "tr_TR"
}

func varyUmask(w *world) { w.b.Umask = 0o077 }

func varyJobs(w *world) { w.b.Jobs = w.a.Jobs + 1 }

func varyEnv(w *world) {
	for _, s := range []*Setting{w.a, w.b} {
		s.Env["GOSQLITE_REPRODUCE"] = w.token("env")
		s.Path = filepath.Join(w.work, "path", w.token("PATH"))
	}
}

// varyUID takes ids that no system gives to users of its own, so that Bazel asks the environment for a name.
func varyUID(w *world) {
	w.a.UID, w.b.UID = 41234, 54321
	for _, s := range []*Setting{w.a, w.b} {
		if s.Env["USER"] == "" {
			s.Env["USER"] = "nobody"
		}
	}
}

func varyUname(w *world) {
	for _, s := range []*Setting{w.a, w.b} {
		s.Host, s.Domain = w.token("host name"), w.token("domain name")
	}
}

// varySandbox names the sandbox of build A, too: that of .bazelrc, which planted leaks are exempt from. What they need of
// the system is shown to them in any sandbox.
func varySandbox(flags ...string) func(w *world) {
	return func(w *world) {
		w.a.Flags = append(w.a.Flags, "--spawn_strategy=linux-sandbox")
		w.b.Flags = append(w.b.Flags, slices.Clone(flags)...)
	}
}

// varyHermetic shows build B its folder for temporary files, too: Bazel tells actions of it, and this sandbox has /tmp alone.
func varyHermetic(w *world) {
	varySandbox("--spawn_strategy=linux-sandbox", "--config=hermetic")(w)
	w.b.Flags = append(w.b.Flags, "--sandbox_add_mount_pair="+w.b.Temp, "--sandbox_writable_path="+w.b.Temp)
}

// varyNone has both builds keep the configuration's name in paths: without a sandbox Bazel has no place where an action could
// find its files by names without it. The standard library keeps its sandbox: Go's rules compile all that lies in the SDK, of
// which they are given a part.
func varyNone(w *world) {
	varySandbox("--spawn_strategy=local", "--strategy=GoStdlib=linux-sandbox")(w)
	for _, s := range []*Setting{w.a, w.b} {
		s.Flags = append(s.Flags, "--experimental_output_paths=off")
	}
}
