// SPDX-License-Identifier: MIT

package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
)

// The bundle whose timestamp is looked at.
const stamped = "dist/manifest.json.DEVELOPMENT.sigstore.json"

func checkTimestamps(b *bench) error {
	if err := b.accepts("sign dev-ca --out ca" + b.secret()); err != nil {
		return err
	}
	c := exec.CommandContext(b.ctx, filepath.Join(b.bin, "sign"), "dev-tsa", "--ca", "ca", "--secret", "file:"+b.passFile)
	c.Dir, c.Stderr = b.dir, os.Stderr
	out, err := c.StdoutPipe()
	if err != nil {
		return err
	}
	if err := c.Start(); err != nil {
		return err
	}
	defer func() {
		c.Process.Kill()
		c.Wait()
	}()
	address, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return fmt.Errorf("the authority printed no address: %w", err)
	}
	if err := b.signStamped(strings.TrimSpace(address), "ca/root.DEVELOPMENT.pem"); err != nil {
		return err
	}
	return b.verifyStamp("ca/root.DEVELOPMENT.pem")
}

func (b *bench) signStamped(url, roots string) error {
	return b.accepts("sign release --payload payload --out dist --key ca/release.DEVELOPMENT.key.pem --chain ca/release.DEVELOPMENT.chain.pem" +
		b.secret() + " --tsa " + url + " --tsa-roots " + roots)
}

// verifyStamp lets openssl verify that the timestamp is of the signature.
func (b *bench) verifyStamp(roots string) error {
	p, err := b.bundle(stamped)
	if err != nil {
		return err
	}
	stamps := p.VerificationMaterial.TimestampVerificationData.Rfc3161Timestamps
	if len(stamps) != 1 {
		return fmt.Errorf("%d timestamps", len(stamps))
	}
	if err := errors.Join(b.write("sig", p.MessageSignature.Signature), b.write("tsr", stamps[0].SignedTimestamp), b.tamper("sig", "bad")); err != nil {
		return err
	}
	if err := b.accepts("openssl ts -verify -in tsr -data sig -CAfile " + roots); err != nil {
		return err
	}
	return b.refuses("openssl ts -verify -in tsr -data bad -CAfile "+roots,
		"openssl ts -verify -in tsr -data sig -CAfile ca/release.DEVELOPMENT.chain.pem.none")
}

// opensslTSA configures openssl's authority.
const opensslTSA = `[tsa]
default_tsa = tsa1
[tsa1]
serial = serial
crypto_device = builtin
signer_cert = tsa.pem
signer_key = tsa.key
signer_digest = sha256
default_policy = 2.999.1
digests = sha256
ess_cert_id_alg = sha256
certs = root.pem
[ext]
extendedKeyUsage = critical,timeStamping
basicConstraints = CA:false
[ca]
basicConstraints = critical,CA:true
keyUsage = keyCertSign
`

// checkOpensslAuthority puts a server around openssl ts -reply.
func checkOpensslAuthority(b *bench) error {
	if err := errors.Join(b.write("tsa.cnf", []byte(opensslTSA)), b.write("serial", []byte("01\n"))); err != nil {
		return err
	}
	if err := b.accepts(
		"openssl req -x509 -newkey rsa:2048 -nodes -keyout root.key -out root.pem -subj /CN=root -days 2 -config tsa.cnf -extensions ca -section tsa",
		"openssl req -new -newkey rsa:2048 -nodes -keyout tsa.key -out tsa.csr -subj /CN=tsa -config tsa.cnf -section tsa",
		"openssl x509 -req -in tsa.csr -CA root.pem -CAkey root.key -CAcreateserial -days 2 -extfile tsa.cnf -extensions ext -out tsa.pem",
		"sign dev-ca --out ca"+b.secret()); err != nil {
		return err
	}
	var serial sync.Mutex
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		serial.Lock()
		defer serial.Unlock()
		query, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<16))
		if err == nil {
			err = b.write("query", query)
		}
		if err == nil {
			err = b.accepts("openssl ts -reply -config tsa.cnf -queryfile query -out reply")
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		http.ServeFile(w, r, b.path("reply"))
	}))
	defer server.Close()
	if err := b.signStamped(server.URL, "root.pem"); err != nil {
		return err
	}
	if err := b.verifyStamp("root.pem"); err != nil {
		return err
	}
	return b.refuses("sign release --payload payload --out bad --key ca/release.DEVELOPMENT.key.pem" + b.secret() +
		" --tsa " + server.URL + " --tsa-roots ca/root.DEVELOPMENT.pem")
}
