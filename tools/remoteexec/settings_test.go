// SPDX-License-Identifier: MIT

package remoteexec

import (
	"net/netip"
	"strings"
	"testing"
)

func TestSettings(t *testing.T) {
	s := &Server{Dir: "/d", address: netip.MustParseAddrPort("127.0.0.1:9"), options: Options{Workers: 2}}
	const everybody = `common:remote-cache-server --remote_cache=grpcs://127.0.0.1:9
common:remote-cache-server --remote_instance_name=public
common:remote-cache-server --tls_certificate="/d/tls/server.crt"
common:remote-cache-server --remote_max_connections=2
`
	if got := s.bazelrc(""); got != everybody {
		t.Errorf("everybody: %s", got)
	}
	ci := strings.Replace(everybody, "=public", "=main", 1) + `common:remote-cache-server --credential_helper="127.0.0.1=/d/credential/ci"
common:remote-server --config=remote-cache-server
common:remote-server --remote_executor=grpcs://127.0.0.1:9
common:remote-server --jobs=3
`
	if got := s.bazelrc("ci"); got != ci {
		t.Errorf("ci: %s", got)
	}
	// Without workers Bazel has to stop, not to wait for them.
	s.options.Workers = 0
	if got := s.bazelrc("ci"); strings.Contains(got, "remote-server --remote_executor") {
		t.Errorf("no workers: %s", got)
	}
}

func TestConfig(t *testing.T) {
	s := &Server{Dir: "/d", address: netip.MustParseAddrPort("127.0.0.1:9"), redis: 8, redisPassword: "hunter2"}
	text, err := s.config()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"address: 127.0.0.1:9\n", "insecure-mode: false\n", "audience: " + Audience + "\n", "port: 8\n",
		"connection-string: postgresql+psycopg://buildgrid@/postgres?host=/d/run\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in %s", want, text)
		}
	}
	if strings.Contains(text, "hunter2") || strings.Contains(text, "<no value>") {
		t.Error(text)
	}
	if redis := s.redisConfig(); !strings.Contains(redis, "\nrequirepass hunter2\n") || !strings.HasPrefix(redis, "bind 127.0.0.1\n") {
		t.Error(redis)
	}
}
