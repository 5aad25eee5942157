// SPDX-License-Identifier: MIT

package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/gosqlite/gosqlite/tools/release/binary"
)

func runImports(args []string, stdout, stderr io.Writer) int {
	fs := flags("leak imports", "leak imports [--golden FILE] [--max-glibc VERSION] FILE", stderr)
	golden := fs.String("golden", "", "committed list `FILE` to compare with; lines that start with # are comments")
	glibc := fs.String("max-glibc", "", "highest glibc `VERSION` that may be needed, such as 2.28")
	if code, ok := parse(fs, args); !ok {
		return code
	}
	if fs.NArg() != 1 {
		fs.Usage()
		return exitUsage
	}
	m, err := openImage(fs.Arg(0))
	if err != nil {
		return fail(stderr, exitFailure, err)
	}
	code := exitOK
	got := m.ImportList()
	if *golden == "" {
		for _, l := range got {
			fmt.Fprintln(stdout, l)
		}
	} else {
		code = compareGolden(*golden, got, stdout, stderr)
	}
	if *glibc == "" || code == exitFailure {
		return code
	}
	ok, top, err := m.GlibcAtMost(*glibc)
	switch {
	case err != nil:
		return fail(stderr, exitFailure, err)
	case !ok:
		return fail(stderr, exitFound, fmt.Errorf("%s needs glibc %s, the floor is %s", fs.Arg(0), top, *glibc))
	}
	return code
}

func openImage(name string) (*binary.Image, error) {
	data, err := readFile(name)
	if err != nil {
		return nil, err
	}
	m, err := binary.Open(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return m, nil
}

// compareGolden prints the lines that are only in one of two sorted lists, '-' for the committed and '+' for the found.
func compareGolden(name string, got []string, stdout, stderr io.Writer) int {
	data, err := os.ReadFile(name)
	if err != nil {
		return fail(stderr, exitFailure, err)
	}
	want := map[string]bool{}
	var order []string
	for _, l := range strings.Split(string(data), "\n") {
		if l = strings.TrimRight(l, "\r"); l != "" && !strings.HasPrefix(l, "#") {
			want[l] = true
			order = append(order, l)
		}
	}
	have := map[string]bool{}
	diff := 0
	for _, l := range got {
		have[l] = true
		if !want[l] {
			diff++
			fmt.Fprintln(stdout, "+"+l)
		}
	}
	for _, l := range order {
		if !have[l] {
			diff++
			fmt.Fprintln(stdout, "-"+l)
		}
	}
	if diff > 0 {
		return fail(stderr, exitFound, fmt.Errorf("%d lines differ from %s; if that is meant, write the output of leak imports to it", diff, name))
	}
	return exitOK
}

func runFormat(args []string, stdout, stderr io.Writer) int {
	fs := flags("leak format", "leak format [--expect OS/MACHINE[/LIBC]] FILE...", stderr)
	expect := fs.String("expect", "", "platform that every file must fit, such as linux/arm64/musl")
	if code, ok := parse(fs, args); !ok {
		return code
	}
	if fs.NArg() == 0 {
		fs.Usage()
		return exitUsage
	}
	if *expect != "" {
		if err := binary.CheckPlatform(*expect); err != nil {
			return fail(stderr, exitUsage, err)
		}
	}
	code := exitOK
	for _, name := range fs.Args() {
		if c := formatOf(name, *expect, stdout, stderr); c != exitOK && code != exitFound {
			code = c
		}
	}
	return code
}

func formatOf(name, expect string, stdout, stderr io.Writer) int {
	data, err := readFile(name)
	if err != nil {
		return fail(stderr, exitFailure, err)
	}
	images := []named{{name, data}}
	if binary.Detect(data) == binary.Ar {
		if images, err = arImages(name, data); err != nil {
			return fail(stderr, exitFailure, err)
		}
	}
	for _, i := range images {
		m, err := binary.Open(i.data)
		if err != nil {
			return fail(stderr, exitFailure, fmt.Errorf("%s: %w", i.name, err))
		}
		linkage := "dynamic"
		if m.Kind == binary.Object {
			linkage = "-"
		} else if m.Static {
			linkage = "static"
		}
		fmt.Fprintf(stdout, "%s\t%s\t%s\t%s\t%s\tinterp=%s\tstack=%d\tid=%x\n", i.name, m.Format, m.Platform(), m.Kind, linkage, m.Interp, m.Stack.Size, m.Identity)
		if expect == "" {
			continue
		}
		if err := m.Expect(expect); err != nil {
			return fail(stderr, exitFound, fmt.Errorf("%s: %w", i.name, err))
		}
	}
	return exitOK
}

type named struct {
	name string
	data []byte
}

func arImages(name string, data []byte) ([]named, error) {
	members, err := binary.Archive(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	var out []named
	for _, m := range members {
		if !m.Index {
			out = append(out, named{name + "!" + m.Name, m.Data})
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("%s: the archive has no members", name)
	}
	return out, nil
}
