// SPDX-License-Identifier: MIT

// Package manual makes the project's site: pages from the Markdown files of docs/, an interface reference from the Go
// sources, a picture of a program's parts, navigation and search. The result is a set of files that needs no server and
// asks nobody for anything; the same input always gives the same bytes.
//
// # Pages
//
// docs/contents.json is the table of contents: what has no place in it is not on the site. Links between Markdown files
// become links between pages; links to other files of the tree lead to the tree of the release's tag. Headings have the
// anchors that GitHub gives them, so that one link serves both. HTML in a page is an error, except comments, which are left
// out; a picture in SVG stands in the page itself.
//
// # Checks
//
// Build looks at what it made before it gives it away: every link leads to a page and an anchor that are there, nothing is
// loaded from elsewhere, no page has inline scripts or styles, and each page carries a content security policy that would
// forbid both. A site that fails is not written.
//
// # Why no generator
//
// Hugo 0.169.0 was weighed, the best kept one that is a Go module. Its go.mod requires 180 modules, 80 of them directly,
// where this module requires 31 in all. It needs Go 1.27, and this module is held to Go 1.26. The module proxy that was asked
// did not hand out one of its modules (github.com/bep/imagemeta 1.1.0), and who builds behind mirrors would have no manual.
// Of what it does, this site needs Markdown and templates. goldmark, the Markdown parser inside Hugo, is one module without
// dependencies; templates, the Go scanner that colors code and the renderer of Go's doc comments are in the standard library.
package manual
