// SPDX-License-Identifier: MIT

package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"time"
)

// checkRekor records signatures in a real log: entry, proof and checkpoint come from a program that is not ours.
func checkRekor(b *bench) error {
	if err := errors.Join(os.Mkdir(b.path("tiles"), 0o755), b.accepts(
		"openssl genpkey -algorithm ed25519 -out log.key", "openssl pkey -in log.key -pubout -out log.pem",
		"openssl genpkey -algorithm ed25519 -out other.key", "openssl pkey -in other.key -pubout -out other.pem",
		"sign dev-ca --out ca"+b.secret(), "sign dev-ca --out ca2"+b.secret())); err != nil {
		return err
	}
	var ports []string
	for range 3 {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		_, port, _ := strings.Cut(l.Addr().String(), ":")
		ports = append(ports, port)
		l.Close()
	}
	ctx, stop := context.WithCancel(b.ctx)
	c := exec.CommandContext(ctx, rekorServer, "serve", "--hostname", "log.example.org", "--storage-dir", "tiles", "--signer-filepath", "log.key",
		"--checkpoint-interval", "1s", "--http-port", ports[0], "--grpc-port", ports[1], "--http-metrics-port", ports[2])
	c.Dir, c.Env = b.dir, b.env
	if err := c.Start(); err != nil {
		stop()
		return err
	}
	defer func() {
		stop()
		c.Wait()
	}()
	if err := await("127.0.0.1:" + ports[0]); err != nil {
		return err
	}
	signer := func(ca string) string {
		return `"release":{"key":"` + ca + `/release.DEVELOPMENT.key.pem","chain":"` + ca + `/release.DEVELOPMENT.chain.pem","secret":"file:` + b.passFile + `"}`
	}
	config := func(ca, key string) []byte {
		return []byte(`{"schema":"gosqlite-signing/1",` + signer(ca) + `,"logs":[{"url":"http://127.0.0.1:` + ports[0] + `","key":"` + key + `"}]}`)
	}
	if err := errors.Join(b.write("good.json", config("ca", "log.pem")), b.write("bad.json", config("ca2", "other.pem"))); err != nil {
		return err
	}
	if err := b.accepts("sign release --payload payload --out dist --config good.json"); err != nil {
		return err
	}
	return b.refuses("sign release --payload payload --out bad --config bad.json")
}

// await waits until a server listens.
func await(address string) error {
	for range 100 {
		c, err := net.DialTimeout("tcp", address, time.Second)
		if err == nil {
			return c.Close()
		}
		time.Sleep(100 * time.Millisecond)
	}
	return fmt.Errorf("nothing listens on %s", address)
}
