// SPDX-License-Identifier: MIT

package checks

import (
	"bytes"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// networkCode are functions that code needs which opens connections.
var networkCode = []string{"syscall.Socket", "syscall.connect", "net.(*Dialer)", "net.(*Resolver)", "net/http.(*", "crypto/tls.(*"}

// linked are those of the functions that a program has, by the table of names that every Go program holds.
func linked(t *testing.T, program string) (found []string) {
	t.Helper()
	data, err := os.ReadFile(program)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(data, []byte("main.main")) {
		t.Fatalf("%s holds no names of functions", program)
	}
	for _, name := range networkCode {
		if bytes.Contains(data, []byte(name)) {
			found = append(found, name)
		}
	}
	return found
}

// TestNoNetworkCodeIsLinked: GOSQLITE_VERIFY names the program; without, it is built.
func TestNoNetworkCodeIsLinked(t *testing.T) {
	program := os.Getenv("GOSQLITE_VERIFY")
	if program == "" {
		program = filepath.Join(t.TempDir(), "gosqlite-verify")
		c := exec.Command("go", "build", "-o", program, "github.com/gosqlite/gosqlite/tools/verify/cmd/gosqlite-verify")
		c.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := c.CombinedOutput(); err != nil {
			t.Fatalf("go build: %v: %s", err, out)
		}
	} else if _, err := os.Stat(program); err != nil {
		program = filepath.Join(os.Getenv("TEST_SRCDIR"), os.Getenv("TEST_WORKSPACE"), program)
	}
	if found := linked(t, program); len(found) > 0 {
		t.Errorf("the verifier links %v", found)
	}
}

// TestPlantedNetworkCode: this test itself can open connections, and that is seen.
func TestPlantedNetworkCode(t *testing.T) {
	if c, err := net.Dial("tcp", "127.0.0.1:1"); err == nil {
		c.Close()
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if found := linked(t, self); len(found) < 3 {
		t.Errorf("seen: %v", found)
	}
}

func TestCalls(t *testing.T) {
	for trace, clean := range map[string]bool{
		"":                           true,
		"12 +++ exited with 0 +++\n": true,
		"12 socket(AF_INET, SOCK_STREAM, IPPROTO_IP) = 3\n":             false,
		"12 connect(3, {sa_family=AF_UNIX}, 110) = -1 ENOENT (No such)": false,
	} {
		if err := calls([]byte(trace)); (err == nil) != clean {
			t.Errorf("%q: %v", trace, err)
		}
	}
}
