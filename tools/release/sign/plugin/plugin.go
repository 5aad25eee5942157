// SPDX-License-Identifier: MIT

// Package plugin speaks with programs that hold keys which can't be read: in a PKCS #11 token, a key service, a remote
// machine. The program that signs a release stays pure Go and loads no foreign code; what a vendor's library does happens
// in a process of its own. This comment is the specification, for both sides.
//
// A key is named SCHEME:REST, such as pkcs11:token=release;object=2026. The plug-in is the program gosqlite-sign-SCHEME,
// found in the PATH, or one that is named. It gets no arguments. It reads requests from its standard input and answers on
// its standard output, one JSON object a line, at most MaxLine bytes; []byte is base64. It ends at the end of its input. Its
// standard error is the user's.
//
//	{"op":"open","key":"pkcs11:...","secret":"MTIzNA=="}   ->  {"publicKey":"MFkw..."}
//	{"op":"make","key":"pkcs11:...","secret":"MTIzNA=="}   ->  {"publicKey":"MFkw..."}
//	{"op":"sign","digest":"LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ="}  ->  {"signature":"MEUC..."}
//	whatever went wrong                                    ->  {"error":"token release is not there"}
//
// The first request is open or make, both with the key and the secret (a PIN) and exactly once; make makes a new ECDSA key
// on P-256, which must not exist and can't be taken out of the token. The answer is the SubjectPublicKeyInfo. Then follow
// requests to sign a SHA-256 digest: by ECDSA in ASN.1, or by RSASSA-PKCS1-v1_5. The signature is checked before it is
// used. Secrets are on the pipe and nowhere else: not in arguments, environment, errors or logs.
package plugin

import (
	"bufio"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"time"
)

// MaxLine bounds a request and an answer, in bytes.
const MaxLine = 64 << 10

// ProgramPrefix and a scheme are the name of a plug-in.
const ProgramPrefix = "gosqlite-sign-"

// The operations.
const (
	Open = "open"
	Make = "make"
	Sign = "sign"
)

// A Request is a line to the plug-in.
type Request struct {
	Op     string `json:"op"`
	Key    string `json:"key,omitempty"`
	Secret []byte `json:"secret,omitempty"`
	Digest []byte `json:"digest,omitempty"`
}

// An Answer is a line from the plug-in.
type Answer struct {
	PublicKey []byte `json:"publicKey,omitempty"`
	Signature []byte `json:"signature,omitempty"`
	Error     string `json:"error,omitempty"`
}

// A Key is a key behind a running plug-in. It is a crypto.Signer.
type Key struct {
	name   string // of the program
	cmd    *exec.Cmd
	in     io.WriteCloser
	out    *bufio.Reader
	public crypto.PublicKey
}

// Start runs the program and opens the key, or makes it, as op says. Ending ctx ends the program.
func Start(ctx context.Context, program, op, key string, secret []byte, stderr io.Writer) (*Key, error) {
	cmd := exec.CommandContext(ctx, program)
	cmd.Stderr = stderr
	cmd.WaitDelay = 5 * time.Second
	k := &Key{name: program, cmd: cmd}
	var err error
	if k.in, err = cmd.StdinPipe(); err != nil {
		return nil, fmt.Errorf("start %s: %w", program, err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", program, err)
	}
	k.out = bufio.NewReaderSize(out, MaxLine)
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start plug-in: %w", err)
	}
	answer, err := k.ask(Request{Op: op, Key: key, Secret: secret})
	if err == nil {
		k.public, err = x509.ParsePKIXPublicKey(answer.PublicKey)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s key: %w", op, err), k.Close())
	}
	return k, nil
}

// Program finds the plug-in for a key's name.
func Program(key string) (string, error) {
	scheme, _, _ := strings.Cut(key, ":")
	name := ProgramPrefix + scheme
	path, err := exec.LookPath(name)
	if err != nil {
		return "", fmt.Errorf("find plug-in for keys of the kind %s: there is no program %s in the PATH; build it (docs/signing.md says how) or name one with --plugin", scheme, name)
	}
	return path, nil
}

// Public is the public key.
func (k *Key) Public() crypto.PublicKey { return k.public }

// Sign asks the plug-in to sign a SHA-256 digest, and checks what comes back. The plug-in has its own randomness.
func (k *Key) Sign(_ io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	if opts.HashFunc() != crypto.SHA256 || len(digest) != crypto.SHA256.Size() {
		return nil, errors.New("sign: a plug-in signs SHA-256 digests only")
	}
	if _, ok := opts.(*rsa.PSSOptions); ok {
		return nil, errors.New("sign: a plug-in does not sign by RSASSA-PSS")
	}
	answer, err := k.ask(Request{Op: Sign, Digest: digest})
	if err != nil {
		return nil, err
	}
	ok := false
	switch public := k.public.(type) {
	case *ecdsa.PublicKey:
		ok = ecdsa.VerifyASN1(public, digest, answer.Signature)
	case *rsa.PublicKey:
		ok = rsa.VerifyPKCS1v15(public, crypto.SHA256, digest, answer.Signature) == nil
	}
	if !ok {
		return nil, fmt.Errorf("sign: the signature from %s is wrong", k.name)
	}
	return answer.Signature, nil
}

// ask sends a request and reads its answer. Errors never hold the request, which may carry a secret.
func (k *Key) ask(r Request) (Answer, error) {
	line, err := json.Marshal(r)
	if err != nil {
		return Answer{}, err
	}
	defer clear(line)
	if len(line) >= MaxLine {
		return Answer{}, fmt.Errorf("ask %s: a request of %d bytes", k.name, len(line))
	}
	if _, err := k.in.Write(append(line, '\n')); err != nil {
		return Answer{}, fmt.Errorf("ask %s: it takes no requests; its own message is above", k.name)
	}
	text, err := k.out.ReadSlice('\n')
	if err != nil {
		return Answer{}, fmt.Errorf("ask %s: it gave no whole answer of at most %d bytes; its own message is above", k.name, MaxLine)
	}
	var a Answer
	if err := json.Unmarshal(text, &a); err != nil {
		return Answer{}, fmt.Errorf("ask %s: its answer is not as agreed", k.name)
	}
	if a.Error != "" {
		return Answer{}, fmt.Errorf("%s: %.1000q", k.name, a.Error)
	}
	return a, nil
}

// Close ends the plug-in.
func (k *Key) Close() error {
	k.in.Close()
	if err := k.cmd.Wait(); err != nil {
		return fmt.Errorf("end %s: %w", k.name, err)
	}
	return nil
}
