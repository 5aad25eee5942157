// SPDX-License-Identifier: MIT

package remoteexec

import (
	"errors"
	"io/fs"
	"net"
	"net/netip"
	"path/filepath"
	"strconv"
	"testing"
)

// listen answers every connection with a line.
func listen(t *testing.T) netip.AddrPort {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = c.Write([]byte("here\n"))
			_ = c.Close()
		}
	}()
	return l.Addr().(*net.TCPAddr).AddrPort()
}

func TestNetwork(t *testing.T) {
	server, other := listen(t), listen(t)
	n, err := newNetwork(server)
	if errors.Is(err, fs.ErrPermission) {
		t.Skip("it needs root:", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name    string
		network *network
		at      netip.AddrPort
		reached bool
	}{
		{"the server", n, server, true},
		{"another program of this machine", n, other, false},
		{"another address", n, netip.AddrPortFrom(netip.MustParseAddr("192.0.2.1"), 1), false},
		{"without a network of its own", nil, other, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			err := runOnce(command{name: "bash", path: "/bin/bash", core: -1, network: test.network, dir: dir, log: filepath.Join(dir, "log"),
				args: []string{"-c", `read -r line <"/dev/tcp/$1/$2" && test "$line" = here`, "bash", test.at.Addr().String(), strconv.Itoa(int(test.at.Port()))}})
			if reached := err == nil; reached != test.reached {
				t.Errorf("reached: %v, want %v: %v", reached, test.reached, err)
			}
		})
	}
	if err := n.close(); err != nil {
		t.Error(err)
	}
}
