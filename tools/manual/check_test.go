// SPDX-License-Identifier: MIT

package manual

import (
	"errors"
	"strings"
	"testing"
)

// TestCheck plants, in a finished site, what only a mistake of the program itself could bring there.
func TestCheck(t *testing.T) {
	const head = "<!DOCTYPE html>\n<html><head><meta http-equiv=\"Content-Security-Policy\" content=\"" + policy + "\" /></head>"
	html := func(body string) map[string][]byte {
		return map[string][]byte{"index.html": []byte(head + "<body>" + body + "</body></html>")}
	}
	for _, test := range []struct {
		name string
		site map[string][]byte
		want string // "" is no complaint
	}{
		{"a healthy page", html(`<h2 id="a">A</h2><a href="#a">a</a><a href="index.html">b</a><a href="https://example.org/">c</a>`), ""},
		{"no such page", html(`<a href="gone.html">a</a>`), "leads nowhere"},
		{"no such anchor", html(`<a href="#gone">a</a>`), "no such anchor"},
		{"a query", html(`<a href="index.html?x">a</a>`), "leads nowhere"},
		{"an anchor twice", html(`<b id="a"></b><b id="a"></b>`), "twice"},
		{"an empty anchor", html(`<b id=""></b>`), "empty"},
		{"an insecure link", html(`<a href="http://example.org">a</a>`), "https"},
		{"a link without a scheme", html(`<img src="//example.org/x.png" />`), "elsewhere"},
		{"a picture from elsewhere", html(`<img src="https://example.org/x.png" />`), "elsewhere"},
		{"pictures from elsewhere", html(`<img srcset="https://example.org/x.png" />`), "elsewhere"},
		{"a style from elsewhere", html(`<link rel="stylesheet" href="https://example.org/x.css" />`), "elsewhere"},
		{"a font that is fetched ahead", html(`<link rel="preconnect" href="https://example.org" />`), "elsewhere"},
		{"a script from elsewhere", html(`<script src="https://example.org/x.js"></script>`), "elsewhere"},
		{"a script in the page", html(`<script>alert(1)</script>`), "script of its own"},
		{"a handler", html(`<b onclick="x()">a</b>`), "onclick"},
		{"a style attribute", html(`<b style="color:red">a</b>`), "style"},
		{"a frame", html(`<iframe src="index.html"></iframe>`), "iframe"},
		{"a base", html(`<base href="https://example.org/" />`), "base"},
		{"a refresh", html(`<meta http-equiv="refresh" content="0;url=https://example.org" />`), "elsewhere"},
		{"a form", html(`<form action="https://example.org"></form>`), "elsewhere"},
		{"no policy", map[string][]byte{"index.html": []byte("<html><body></body></html>")}, "no content security policy"},
		{"another policy", map[string][]byte{"index.html": []byte(strings.Replace(head, "default-src 'none'", "default-src *", 1) + "</html>")}, "no content security policy"},
		{"a late policy", map[string][]byte{"index.html": []byte(strings.Replace(head, "<head>", "<head><script src=\"a.js\"></script>", 1) + "</html>"), "a.js": nil}, "before the content security policy"},
		{"a style sheet that imports", map[string][]byte{"s.css": []byte("@import 'x.css';")}, "loads something"},
		{"a style sheet with a picture", map[string][]byte{"s.css": []byte("a{background:url(x.png)}")}, "loads something"},
		{"a script that fetches", map[string][]byte{"s.js": []byte("fetch('x')")}, "from elsewhere"},
		{"a script with an address", map[string][]byte{"s.js": []byte("location = 'https://example.org'")}, "from elsewhere"},
		{"a script that makes markup", map[string][]byte{"s.js": []byte("e.innerHTML = x")}, "from elsewhere"},
		{"an index that is a program", map[string][]byte{indexFile: []byte("var manualIndex = [];alert(1);\n")}, "something else"},
		{"a file of another kind", map[string][]byte{"x.png": nil}, "alone"},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := errors.Join(Check(test.site)...)
			if (test.want == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), test.want) {
				t.Errorf("Check = %v, want %q", err, test.want)
			}
		})
	}
}
