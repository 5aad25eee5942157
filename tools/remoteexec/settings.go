// SPDX-License-Identifier: MIT

package remoteexec

import (
	"fmt"
	"path/filepath"
	"strings"
)

// The names under which the server offers its one storage: buildgrid.yml.tmpl.
const (
	publicInstance = "public"
	mainInstance   = "main"
)

// settings adds the files that Bazel reads: one for each who can use the server. All of them define what .bazelrc
// refers to as remote-cache-server and remote-server.
func (s *Server) settings(files map[string]string) {
	files["bazelrc"] = s.bazelrc("")
	for _, name := range []string{SubjectCI, SubjectReader, "expired"} {
		files[name+".bazelrc"] = s.bazelrc(name)
		files["credential/"+name] = credentialHelper(filepath.Join(s.Dir, "token", name))
	}
}

// bazelrc is for one who has the token of that name; without a name, for everybody.
func (s *Server) bazelrc(token string) string {
	var text strings.Builder
	line := func(config, flag string, value any) { fmt.Fprintf(&text, "common:%s --%s=%v\n", config, flag, value) }
	at := "grpcs://" + s.address.String()
	instance := publicInstance
	if token != "" {
		instance = mainInstance
	}
	line("remote-cache-server", "remote_cache", at)
	line("remote-cache-server", "remote_instance_name", instance)
	line("remote-cache-server", "tls_certificate", fmt.Sprintf("%q", filepath.Join(s.Dir, "tls/server.crt")))
	// One call needs one of the server's threads.
	line("remote-cache-server", "remote_max_connections", 2)
	if token != "" {
		line("remote-cache-server", "credential_helper",
			fmt.Sprintf("%q", s.address.Addr().String()+"="+filepath.Join(s.Dir, "credential", token)))
	}
	if token != "" && s.options.Workers > 0 {
		line("remote-server", "config", "remote-cache-server")
		line("remote-server", "remote_executor", at)
		// An action more than there are workers is on its way meanwhile.
		line("remote-server", "jobs", s.options.Workers+1)
	}
	return text.String()
}

// credentialHelper is a program that gives Bazel a token.
//
// Format: https://github.com/bazelbuild/proposals/blob/main/designs/2022-06-07-bazel-credential-helpers.md
func credentialHelper(token string) string {
	return "#!/bin/sh\n# The request names the address; there is but one.\ncat >/dev/null\n" +
		`printf '{"headers":{"Authorization":["Bearer %s"]}}\n' "$(cat ` + quote(token) + ")\"\n"
}

// quote is a word for the shell.
func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
