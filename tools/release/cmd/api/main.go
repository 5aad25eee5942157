// SPDX-License-Identifier: MIT

// Api holds the description of the Go interface, api/v1.txt and api/next.txt, against the code, and writes it. Package api
// specifies it. In the tree: (cd tools && go run ./release/cmd/api check).
//
// Exit codes: 0 they agree, 1 failure, 2 usage, 3 they differ, or what was released is broken. go run turns the last two
// into 1.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/gosqlite/gosqlite/tools/release/action"
	"github.com/gosqlite/gosqlite/tools/release/api"
)

const usage = `usage: api check | write | promote | print [--root FOLDER] [--goroot FOLDER]

  check      hold api/v1.txt and api/next.txt against the code
  write      write them: what is new goes to api/next.txt; before 1.0.0 all is api/v1.txt
  promote    write them for a release: api/v1.txt is the code, api/next.txt is empty
  print      print the description of the code

  --root FOLDER      of the tree; default: the nearest with a MODULE.bazel
  --goroot FOLDER    of the standard library's sources; default: what go env GOROOT says
`

func main() {
	if err := action.WorkingDirectory(); err != nil {
		os.Exit(action.Exit(os.Stderr, "api", err))
	}
	os.Exit(run(context.Background(), os.Args[1:], os.Stdout, os.Stderr))
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	return action.Exit(stderr, "api", dispatch(ctx, args, stdout))
}

func dispatch(ctx context.Context, args []string, stdout io.Writer) error {
	if len(args) == 0 {
		return action.UsageError("want check, write, promote or print")
	}
	command := args[0]
	if command == "--help" || command == "-h" {
		_, err := io.WriteString(stdout, usage)
		return err
	}
	commands := map[string]func(root string, code *api.Code, version string, stdout io.Writer) error{
		"check": check, "write": write, "promote": promote, "print": printCode,
	}
	do := commands[command]
	if do == nil {
		return action.UsageError("%q is none of check, write, promote and print", command)
	}
	flags := flag.NewFlagSet("api", flag.ContinueOnError)
	root := flags.String("root", "", "")
	goroot := flags.String("goroot", "", "")
	if err := action.Parse(flags, usage, args[1:], stdout); err != nil {
		return err
	}
	code, version, err := load(ctx, root, *goroot)
	if err != nil {
		return err
	}
	return do(*root, code, version, stdout)
}

// load fills root in when it is empty.
func load(ctx context.Context, root *string, goroot string) (*api.Code, string, error) {
	var err error
	if *root == "" {
		if *root, err = above("MODULE.bazel"); err != nil {
			return nil, "", err
		}
	}
	if goroot == "" {
		if goroot, err = api.GOROOT(ctx); err != nil {
			return nil, "", err
		}
	}
	version, err := api.Version(*root)
	if err != nil {
		return nil, "", err
	}
	platforms, err := api.Platforms(*root)
	if err != nil {
		return nil, "", err
	}
	code, err := api.Load(api.NewSources(goroot), *root, platforms)
	return code, version, err
}

// above is the nearest folder upwards that holds a file of that name.
func above(name string) (string, error) {
	dir, err := os.Getwd()
	for ; err == nil; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, name)); err == nil {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			return "", fmt.Errorf("find the tree: no %s here or above; name it by --root", name)
		}
	}
	return "", fmt.Errorf("find the tree: %w", err)
}

func check(root string, code *api.Code, version string, stdout io.Writer) error {
	wrong, err := api.Check(root, code, api.Locked(version))
	if err != nil {
		return err
	}
	if len(wrong) > 0 {
		fmt.Fprintln(stdout, strings.Join(wrong, "\n"))
		return action.Reject(fmt.Errorf("check the description: %d lines differ", len(wrong)))
	}
	_, err = fmt.Fprintf(stdout, "api: %d lines hold on %d platforms\n", len(code.Lines()), len(code.Platforms))
	return err
}

func write(root string, code *api.Code, version string, stdout io.Writer) error {
	texts, err := api.Texts(root, code, api.Locked(version))
	if err != nil {
		return action.Reject(err)
	}
	return place(root, texts, stdout)
}

func promote(root string, code *api.Code, version string, stdout io.Writer) error {
	// Nothing that breaks what was released becomes a promise by this way.
	if _, err := api.Texts(root, code, api.Locked(version)); err != nil {
		return action.Reject(err)
	}
	return place(root, api.Promoted(code), stdout)
}

func place(root string, texts map[string][]byte, stdout io.Writer) error {
	for _, name := range []string{api.Released, api.Next} {
		put := func(w io.Writer) error { _, err := w.Write(texts[name]); return err }
		if err := action.WriteFile(filepath.Join(root, filepath.FromSlash(name)), 0o644, put); err != nil {
			return err
		}
		if _, err := fmt.Fprintf(stdout, "wrote %s: %d lines\n", name, strings.Count(string(texts[name]), "\npkg ")); err != nil {
			return err
		}
	}
	return nil
}

func printCode(_ string, code *api.Code, _ string, stdout io.Writer) error {
	_, err := fmt.Fprintln(stdout, strings.Join(code.Lines(), "\n"))
	return err
}
