// SPDX-License-Identifier: MIT

package remotecache

import (
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"

	"github.com/gosqlite/gosqlite/tools/release/action"
	"github.com/gosqlite/gosqlite/tools/remotecache/certificate"
)

func wrapAddress(address string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("read address %q: %w: give an IP address and a port, as in 127.0.0.1:8643", address, err)
}

// writeFiles writes what nginx and Bazel read, and returns what a client has to trust.
func writeFiles(o Options, address netip.AddrPort) (*x509.CertPool, error) {
	text, err := config(address.String(), os.Geteuid() == 0)
	if err != nil {
		return nil, err
	}
	ip := net.IP(address.Addr().AsSlice())
	cert, key, err := certificate.Make("gosqlite build cache", ip, o.Now(), o.Random)
	if err != nil {
		return nil, err
	}
	secret, err := password(o.Random)
	if err != nil {
		return nil, err
	}
	users, err := htpasswd(secret, o.Random)
	if err != nil {
		return nil, err
	}
	for _, f := range []struct{ name, text string }{
		{"nginx.conf", text},
		{"tls/server.crt", string(cert)},
		{"tls/server.key", string(key)},
		{"htpasswd", users},
		{"netrc", netrc(ip, secret)},
		{"bazelrc", bazelrc(address, filepath.Join(o.Dir, "tls/server.crt"))},
	} {
		if err := action.WriteText(filepath.Join(o.Dir, f.name), f.text, 0o600); err != nil {
			return nil, err
		}
	}
	// The log of an earlier run would be taken for this one's.
	if err := os.Remove(filepath.Join(o.Dir, "run/error.log")); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("remove old log: %w", err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(cert)
	return pool, nil
}

// bazelrc is for a user's .bazelrc.user.
func bazelrc(address netip.AddrPort, certificate string) string {
	return fmt.Sprintf("common:remote-cache-server --remote_cache=https://%s\ncommon:remote-cache-server --tls_certificate=%q\n", address, certificate)
}
