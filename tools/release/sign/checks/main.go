// SPDX-License-Identifier: MIT

// Checks holds what sign makes against programs that share nothing with it: openssl, osslsigncode, SoftHSM, Rekor, git. Each check has
// to see something accepted, and the same with a planted defect refused. It also executes every command of
// docs/signing.md in a shell.
//
//	cd tools && go run ./release/sign/checks [--list]
//
// It builds sign and its plug-in by the machine's Go, works in a temporary folder and on no network. A check whose program
// is missing is counted as not run; it has not passed. Exit codes: 0 when no check failed, 1 when one did, 3 when none
// failed and some were not run.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/gosqlite/gosqlite/tools/release/action"
	"github.com/gosqlite/gosqlite/tools/release/sign/signtest"
)

const usage = `usage: checks [--list]

  --list   only list the checks and what they need
`

// A check is one comparison with a program from outside.
type check struct {
	name  string
	needs []need
	run   func(b *bench) error
}

// A need is a program or file, and how to get it.
type need struct{ path, get string }

var (
	openssl      = need{"openssl", "apt-get install openssl"}
	osslsigncode = need{"osslsigncode", "apt-get install osslsigncode"}
	jq           = need{"jq", "apt-get install jq"}
	git          = need{"git", "apt-get install git"}
	softhsm      = need{"softhsm2-util", "apt-get install softhsm2"}
	softhsmLib   = need{softhsmModule, "apt-get install softhsm2"}
	rekor        = need{rekorServer, "go install github.com/sigstore/rekor-tiles/v2/cmd/rekor-server/posix@v2.3.0, and call it so in the PATH"}
	pkcs11Tool   = need{"pkcs11-tool", "apt-get install opensc"}
)

var checks = []check{
	{"openssl verifies bundles by key", []need{openssl}, checkBundles},
	{"jq and openssl verify the signature in an SBOM", []need{jq, openssl}, checkSBOM},
	{"openssl verifies the development CA's chain", []need{openssl}, checkChain},
	{"openssl reads our keys, and we read openssl's", []need{openssl}, checkKeys},
	{"openssl verifies a certificate request", []need{openssl}, checkRequest},
	{"openssl verifies our authority's timestamps", []need{openssl}, checkTimestamps},
	{"we take timestamps from openssl", []need{openssl}, checkOpensslAuthority},
	{"openssl verifies the message in a Mach-O signature", []need{openssl}, checkMachO},
	{"osslsigncode verifies Windows programs", []need{osslsigncode}, checkAuthenticode},
	{"SoftHSM holds a release key", []need{softhsm, softhsmLib, pkcs11Tool, openssl}, checkToken},
	{"a Rekor v2 log records signatures", []need{rekor, openssl}, checkRekor},
	{"git names the commit", []need{git}, checkCommit},
	{"docs/signing.md in a shell", []need{openssl, git, softhsm, softhsmLib}, checkManual},
}

func main() { action.Main("checks", runAll) }

func runAll(ctx context.Context, args []string, stdout io.Writer) error {
	list := false
	flags := flag.NewFlagSet("checks", flag.ContinueOnError)
	flags.BoolVar(&list, "list", false, "")
	if err := action.Parse(flags, usage, args, stdout); err != nil {
		return err
	}
	if list {
		for _, c := range checks {
			fmt.Fprintf(stdout, "%-52s %s\n", c.name, names(c.needs))
		}
		return nil
	}
	dir, err := os.MkdirTemp("", "gosqlite-checks")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	b, err := newBench(ctx, dir)
	if err != nil {
		return err
	}
	passed, failed, missing := 0, 0, 0
	for i, c := range checks {
		start := time.Now()
		verdict := "passed"
		switch lacking := lack(c.needs); {
		case lacking != nil:
			missing++
			verdict = fmt.Sprintf("not run: %s is not installed: %s", lacking.path, lacking.get)
		default:
			if err := b.in(fmt.Sprint(i), c.run); err != nil {
				failed++
				verdict = "FAILED: " + strings.Join(strings.Fields(err.Error()), " ")
			} else {
				passed++
			}
		}
		fmt.Fprintf(stdout, "%-52s %5.1f s  %s\n", c.name, time.Since(start).Seconds(), verdict)
	}
	fmt.Fprintf(stdout, "\n%d passed, %d failed, %d not run\n", passed, failed, missing)
	switch {
	case failed > 0:
		return fmt.Errorf("%d of %d checks failed", failed, len(checks))
	case missing > 0:
		return action.Reject(fmt.Errorf("%d of %d checks were not run", missing, len(checks)))
	}
	return nil
}

func names(needs []need) string {
	var out []string
	for _, n := range needs {
		out = append(out, n.path)
	}
	return strings.Join(out, ", ")
}

// lack is the first need that is not there.
func lack(needs []need) *need {
	for i, n := range needs {
		_, err := exec.LookPath(n.path)
		if filepath.IsAbs(n.path) {
			_, err = os.Stat(n.path)
		}
		if err != nil {
			return &needs[i]
		}
	}
	return nil
}

// A bench is where a check works: a folder, and the programs that were built.
type bench struct {
	ctx      context.Context
	dir      string // the check's folder
	bin      string // holds sign, its plug-in and the verifier
	manual   string // docs/signing.md
	env      []string
	passFile string
}

// rekorServer is the log's program, of the kind that keeps its tree in a folder.
const rekorServer = "rekor-server-posix"

// passphrase is that of all keys, and the PIN of all tokens.
const passphrase = "12345678"

// newBench builds the programs. The current folder is the module of the tools.
func newBench(ctx context.Context, dir string) (*bench, error) {
	manual, err := filepath.Abs("../docs/signing.md")
	if err != nil {
		return nil, err
	}
	b := &bench{ctx: ctx, dir: dir, bin: filepath.Join(dir, "bin"), manual: manual, passFile: filepath.Join(dir, "passphrase")}
	for _, program := range []struct{ dir, target, name string }{
		{".", "./release/cmd/sign", "sign"},
		{"release/sign/pkcs11", ".", "gosqlite-sign-pkcs11"},
		{".", "./verify/cmd/gosqlite-verify", "gosqlite-verify"},
	} {
		c := exec.CommandContext(ctx, "go", "build", "-o", filepath.Join(b.bin, program.name), program.target)
		c.Dir, c.Env = program.dir, append(os.Environ(), "GOWORK=off")
		if out, err := c.CombinedOutput(); err != nil {
			return nil, fmt.Errorf("build %s: run this in the folder tools: %w: %s", program.name, err, out)
		}
	}
	b.env = append(os.Environ(), "PATH="+b.bin+string(os.PathListSeparator)+os.Getenv("PATH"), "LC_ALL=C")
	return b, os.WriteFile(b.passFile, []byte(passphrase+"\n"), 0o600)
}

// in runs a check in a new folder with a payload.
func (b *bench) in(name string, run func(*bench) error) error {
	inner := *b
	inner.dir = filepath.Join(b.dir, name)
	if err := os.Mkdir(inner.dir, 0o755); err != nil {
		return err
	}
	if err := signtest.WritePayload(inner.path("payload")); err != nil {
		return err
	}
	return run(&inner)
}

func (b *bench) path(name string) string { return filepath.Join(b.dir, name) }

// output runs a program in the check's folder and returns all that it printed.
func (b *bench) output(program string, args ...string) (string, error) {
	c := exec.CommandContext(b.ctx, program, args...)
	if program == "sign" || program == "gosqlite-verify" {
		c = exec.CommandContext(b.ctx, filepath.Join(b.bin, program), args...)
	}
	c.Dir, c.Env = b.dir, b.env
	out, err := c.CombinedOutput()
	if err != nil {
		err = fmt.Errorf("%s %s: %w: %s", program, strings.Join(args, " "), err, out)
	}
	return string(out), err
}

// accepts wants each command to succeed; a command is its words, separated by spaces.
func (b *bench) accepts(commands ...string) error {
	for _, c := range commands {
		words := strings.Fields(c)
		if _, err := b.output(words[0], words[1:]...); err != nil {
			return err
		}
	}
	return nil
}

// refuses wants each command to fail.
func (b *bench) refuses(commands ...string) error {
	for _, c := range commands {
		words := strings.Fields(c)
		if out, err := b.output(words[0], words[1:]...); err == nil {
			return fmt.Errorf("%s: accepted a planted defect: %s", c, out)
		}
	}
	return nil
}

// write writes a file of the check.
func (b *bench) write(name string, text []byte) error { return os.WriteFile(b.path(name), text, 0o600) }

// tamper copies a file and flips a bit in the middle.
func (b *bench) tamper(from, to string) error {
	text, err := os.ReadFile(b.path(from))
	if err != nil {
		return err
	}
	text[len(text)/2] ^= 1
	return b.write(to, text)
}
