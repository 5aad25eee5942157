// SPDX-License-Identifier: MIT

// Walk prints the script of a page of the manual's site, or its marked blocks, as package walk makes them. Exit codes are those of package action.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"

	"github.com/gosqlite/gosqlite/tools/manual/walk"
	"github.com/gosqlite/gosqlite/tools/release/action"
)

const usage = `usage: walk --page FILE [--blocks]

  --page FILE  a page of the site, such as SITE/install.html
  --blocks     the marked blocks in Markdown, in place of the script
`

// maxPage bounds a page, in bytes.
const maxPage = 1 << 20

func main() { action.Main("walk", run) }

func run(_ context.Context, args []string, stdout io.Writer) error {
	flags := flag.NewFlagSet("walk", flag.ContinueOnError)
	page := flags.String("page", "", "")
	marked := flags.Bool("blocks", false, "")
	if err := action.Parse(flags, usage, args, stdout); err != nil {
		return err
	}
	if *page == "" {
		return action.UsageError("--page is missing")
	}
	text, err := action.ReadFile(*page, maxPage)
	if err != nil {
		return err
	}
	form := walk.Script
	if *marked {
		form = blocks
	}
	script, err := form(string(text))
	if err != nil {
		return fmt.Errorf("read %s: %w", *page, err)
	}
	_, err = io.WriteString(stdout, script)
	return err
}

func blocks(page string) (string, error) {
	all, err := walk.Read(page)
	if err != nil {
		return "", err
	}
	return walk.Markdown(all)
}
