// SPDX-License-Identifier: MIT

package manual

import (
	"go/scanner"
	"go/token"
	"html"
	"strings"
)

// code is a block of code in HTML. Go is colored by Go's own scanner, of commands the comments are set back; anything else
// is as it is.
func code(language string, text []byte) string {
	var inner string
	switch language {
	case "go":
		inner = colorGo(text)
	case "sh":
		inner = colorShell(string(text))
	default:
		inner = html.EscapeString(string(text))
	}
	return `<pre tabindex="0"><code>` + inner + "</code></pre>\n"
}

func span(class, text string) string {
	return `<span class="` + class + `">` + html.EscapeString(text) + "</span>"
}

// colorGo takes any piece of Go: what is no token stays as it is.
func colorGo(text []byte) string {
	files := token.NewFileSet()
	file := files.AddFile("", -1, len(text))
	var s scanner.Scanner
	s.Init(file, text, func(token.Position, string) {}, scanner.ScanComments)
	var b strings.Builder
	done := 0
	for {
		pos, tok, literal := s.Scan()
		if tok == token.EOF {
			break
		}
		class := classOf(tok)
		if class == "" {
			continue
		}
		if literal == "" {
			literal = tok.String()
		}
		from := file.Offset(pos)
		to := from + len(literal)
		if to > len(text) || string(text[from:to]) != literal {
			continue // the scanner left carriage returns out
		}
		b.WriteString(html.EscapeString(string(text[done:from])))
		b.WriteString(span(class, literal))
		done = to
	}
	b.WriteString(html.EscapeString(string(text[done:])))
	return b.String()
}

func classOf(tok token.Token) string {
	switch {
	case tok.IsKeyword():
		return "k"
	case tok == token.COMMENT:
		return "c"
	case tok == token.STRING || tok == token.CHAR:
		return "s"
	case tok == token.INT || tok == token.FLOAT || tok == token.IMAG:
		return "n"
	}
	return ""
}

// colorShell sets comments back: from a # at the start of a word, outside quotes, to the end of the line.
func colorShell(text string) string {
	var b strings.Builder
	var quote rune
	for line := range strings.Lines(text) {
		at := -1
		blank := true
		for i, r := range line {
			switch {
			case quote != 0:
				if r == quote {
					quote = 0
				}
			case r == '\'' || r == '"':
				quote = r
			case r == '#' && blank:
				at = i
			}
			blank = r == ' ' || r == '\t'
			if at >= 0 {
				break
			}
		}
		if at < 0 {
			b.WriteString(html.EscapeString(line))
			continue
		}
		comment := strings.TrimSuffix(line[at:], "\n")
		b.WriteString(html.EscapeString(line[:at]) + span("c", comment) + line[at+len(comment):])
	}
	return b.String()
}
