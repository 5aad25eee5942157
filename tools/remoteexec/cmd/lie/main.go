// SPDX-License-Identifier: MIT

// Command lie does what a writer of a cache could do who is trusted and should not be: it replaces a file in the stored
// result of an action. tools/remoteexec/check.sh shows by it that Bazel takes the lie, and what finds it.
//
//	lie -dir FOLDER -token NAME -size BYTES -of SHA256 [-with FILE]
//
// FOLDER is that of serve, -of and -size name the output. Without -with it only looks for the action. It prints the
// action's digest.
//
// Exit codes: 0 ok, 1 failure, 2 usage, 3 the server refused.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/gosqlite/gosqlite/tools/remoteexec"
	"github.com/gosqlite/gosqlite/tools/remoteexec/reapi"
)

// A blob of a lie goes into one call.
const maxLie = 1 << 20

func main() { os.Exit(run(context.Background(), os.Args[1:], os.Stdout, os.Stderr)) }

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("lie", flag.ContinueOnError)
	flags.SetOutput(stderr)
	var old reapi.Digest
	dir := flags.String("dir", "", "the server's folder")
	token := flags.String("token", remoteexec.SubjectCI, "who lies")
	with := flags.String("with", "", "what the output is said to be")
	flags.StringVar(&old.Hash, "of", "", "SHA-256 of the output")
	flags.Int64Var(&old.Size, "size", 0, "size of the output")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return 0
		}
		return 2
	}
	if flags.NArg() > 0 || *dir == "" || old.Hash == "" {
		fmt.Fprintln(stderr, "lie: usage: lie -dir FOLDER -token NAME -of SHA256 -size BYTES [-with FILE]")
		return 2
	}
	action, err := lie(ctx, *dir, *token, old, *with)
	switch code := reapi.CodeOf(err); {
	case err == nil:
		fmt.Fprintln(stdout, action.Hash)
		return 0
	case code == reapi.Unauthenticated || code == reapi.PermissionDenied:
		fmt.Fprintf(stderr, "lie: refused: %v\n", err)
		return 3
	default:
		fmt.Fprintf(stderr, "lie: %v\n", err)
		return 1
	}
}

func lie(ctx context.Context, dir, token string, old reapi.Digest, with string) (reapi.Digest, error) {
	blobs, err := remoteexec.Blobs(dir)
	if err != nil {
		return reapi.Digest{}, err
	}
	client, err := remoteexec.Client(dir, token)
	if err != nil {
		return reapi.Digest{}, err
	}
	defer client.Close()
	action, result, err := client.FindAction(ctx, blobs, old)
	if err != nil || with == "" {
		return action, err
	}
	blob, err := readLie(with)
	if err != nil {
		return action, err
	}
	other := reapi.DigestOf(blob)
	if result, err = reapi.Replace(result, old, other); err != nil {
		return action, err
	}
	if err := client.UpdateBlob(ctx, other, blob); err != nil {
		return action, err
	}
	return action, client.UpdateActionResult(ctx, action, result)
}

func readLie(name string) ([]byte, error) {
	f, err := os.Open(filepath.Clean(name))
	if err != nil {
		return nil, fmt.Errorf("read lie: %w", err)
	}
	defer f.Close()
	blob, err := io.ReadAll(io.LimitReader(f, maxLie+1))
	if err != nil || len(blob) > maxLie {
		return nil, fmt.Errorf("read lie %s: it has more than %d bytes, or %v", name, maxLie, err)
	}
	return blob, nil
}
