// SPDX-License-Identifier: MIT

package main

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/gosqlite/gosqlite/tools/release/sign/signtest"
)

// checkRekor records signatures in a real log: entry, proof and checkpoint come from a program that is not ours. What the
// signer took, the verifier takes, too, which shares no code with it.
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
	if err := b.refuses("sign release --payload payload --out bad --config bad.json"); err != nil {
		return err
	}
	return b.verifyLogged("http://127.0.0.1:" + ports[0])
}

// verifyLogged lets the verifier judge bundles with entries of the log, by its key and by another one.
func (b *bench) verifyLogged(url string) error {
	for name, key := range map[string]string{"root.json": "log.pem", "strange.json": "other.pem"} {
		der, err := b.output("openssl", "pkey", "-pubin", "-in", key, "-outform", "DER")
		if err != nil {
			return err
		}
		root := fmt.Appendf(nil, `{"mediaType":"application/vnd.dev.sigstore.trustedroot+json;version=0.1","tlogs":[{"baseUrl":"https://log.example.org",
			"hashAlgorithm":"SHA2_256","publicKey":{"rawBytes":%q,"keyDetails":"PKIX_ED25519"}}]}`, base64.StdEncoding.EncodeToString([]byte(der)))
		if err := b.write(name, root); err != nil {
			return err
		}
	}
	if err := b.accepts("openssl pkey -in ca/release.DEVELOPMENT.key.pem -passin file:" + b.passFile + " -pubout -out release.pub"); err != nil {
		return err
	}
	config := []byte(`{"schema":"gosqlite-signing/1","release":{"key":"ca/release.DEVELOPMENT.key.pem","secret":"file:` + b.passFile + `"},"logs":[{"url":"` + url + `","key":"log.pem"}]}`)
	if err := b.write("key.json", config); err != nil {
		return err
	}
	const message = "gosqlite-verify verify-bundle --key release.pub --bundle keyed/manifest.json.sigstore.json keyed/manifest.json --trusted-root "
	const envelope = "gosqlite-verify verify-bundle --key release.pub --bundle keyed/provenance.intoto.json.sigstore.json keyed/" + signtest.Linux + " --trusted-root "
	return errors.Join(
		b.accepts("sign release --payload payload --out keyed --config key.json", message+"root.json", envelope+"root.json"),
		b.refuses(message+"strange.json", envelope+"strange.json"))
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
