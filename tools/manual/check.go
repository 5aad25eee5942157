// SPDX-License-Identifier: MIT

package manual

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
)

// policy is the content security policy that each page carries.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'"

// Check reports what is wrong with a site: links that lead nowhere, anything that would be loaded from elsewhere, and what
// the policy of its pages would forbid. It reads the finished files and knows nothing of how they were made.
func Check(site map[string][]byte) []error {
	pages := map[string]*parsedPage{}
	var wrong []error
	for _, name := range slices.Sorted(maps.Keys(site)) {
		text := site[name]
		switch path.Ext(name) {
		case ".html":
			p, err := parsePage(text)
			if err != nil {
				wrong = append(wrong, fmt.Errorf("%s: %w", name, err))
				continue
			}
			for _, e := range p.wrong {
				wrong = append(wrong, fmt.Errorf("%s: %w", name, e))
			}
			pages[name] = p
		case ".css":
			if m := outsideOfStyle.Find(text); m != nil {
				wrong = append(wrong, fmt.Errorf("%s: %q loads something", name, m))
			}
		case ".js":
			if err := checkScript(name, text); err != nil {
				wrong = append(wrong, fmt.Errorf("%s: %w", name, err))
			}
		default:
			wrong = append(wrong, fmt.Errorf("%s: the site has pages, styles and scripts alone", name))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(pages)) {
		for _, r := range pages[name].refs {
			if err := checkRef(site, pages, name, r); err != nil {
				wrong = append(wrong, fmt.Errorf("%s: %w", name, err))
			}
		}
	}
	return wrong
}

var (
	outsideOfStyle  = regexp.MustCompile(`(?i)@import|url\s*\(|image-set\s*\(`)
	outsideOfScript = regexp.MustCompile(`\bfetch\b|XMLHttpRequest|WebSocket|EventSource|sendBeacon|\bimport\b|importScripts|\bWorker\b|(?i:https?:|["'` + "`" + `]//)|\beval\b|innerHTML`)
)

// checkScript refuses in a script whatever could ask another host, and text that becomes markup.
func checkScript(name string, text []byte) error {
	if name == indexFile {
		data, ok := bytes.CutPrefix(bytes.TrimSuffix(text, []byte(";\n")), []byte(indexPrefix))
		if !ok || !json.Valid(data) {
			return errors.New("it is something else than the list that the search reads")
		}
		return nil
	}
	if m := outsideOfScript.Find(text); m != nil {
		return fmt.Errorf("%q may load or run something from elsewhere", m)
	}
	return nil
}

// A ref is what a page points to.
type ref struct {
	to    string
	loads bool // without a click
}

type parsedPage struct {
	ids    map[string]bool
	refs   []ref
	policy bool
	wrong  []error
}

// loading are the attributes by which an element loads something; of a link element it is href, and so for SVG.
var loading = []string{"src", "srcset", "data", "poster", "background", "action", "formaction", "ping", "manifest", "codebase", "archive"}

func parsePage(text []byte) (*parsedPage, error) {
	p := &parsedPage{ids: map[string]bool{}}
	d := xml.NewDecoder(bytes.NewReader(text))
	d.Strict, d.AutoClose, d.Entity = false, xml.HTMLAutoClose, xml.HTMLEntity
	script := false
	for {
		token, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("read page: %w", err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			script = t.Name.Local == "script"
			if !p.policy && (script || t.Name.Local == "link") {
				p.wrong = append(p.wrong, fmt.Errorf("<%s> stands before the content security policy", t.Name.Local))
			}
			p.element(t)
		case xml.CharData:
			if script && len(bytes.TrimSpace(t)) > 0 {
				p.wrong = append(p.wrong, errors.New("it has a script of its own; scripts are files"))
			}
		case xml.EndElement:
			script = false
		}
	}
	if !p.policy {
		p.wrong = append(p.wrong, errors.New("it has no content security policy, or another one"))
	}
	return p, nil
}

func (p *parsedPage) element(t xml.StartElement) {
	name := t.Name.Local
	values := map[string]string{}
	for _, a := range t.Attr {
		key := strings.ToLower(a.Name.Local)
		values[key] = a.Value
		switch {
		case key == "id":
			if p.ids[a.Value] || a.Value == "" {
				p.wrong = append(p.wrong, fmt.Errorf("anchor %q is empty or there twice", a.Value))
			}
			p.ids[a.Value] = true
		case key == "style" || strings.HasPrefix(key, "on"):
			p.wrong = append(p.wrong, fmt.Errorf("<%s> has the attribute %s, which the policy forbids", name, key))
		case slices.Contains(loading, key):
			p.refs = append(p.refs, ref{a.Value, true})
		case key == "href":
			p.refs = append(p.refs, ref{a.Value, name != "a"})
		}
	}
	switch name {
	case "style", "iframe", "object", "embed", "base", "frame", "applet":
		p.wrong = append(p.wrong, fmt.Errorf("<%s> has no place on the site", name))
	case "meta":
		p.policy = p.policy || strings.EqualFold(values["http-equiv"], "Content-Security-Policy") && values["content"] == policy
		if strings.EqualFold(values["http-equiv"], "refresh") {
			p.wrong = append(p.wrong, errors.New("it sends its readers elsewhere"))
		}
	}
}

func checkRef(site map[string][]byte, pages map[string]*parsedPage, from string, r ref) error {
	u, err := url.Parse(r.to)
	if err != nil {
		return fmt.Errorf("link %q is no URL", r.to)
	}
	if u.Scheme != "" || u.Host != "" {
		switch {
		case r.loads:
			return fmt.Errorf("%q would be loaded from elsewhere", r.to)
		case u.Scheme != "https" || u.Host == "":
			return fmt.Errorf("link %q: links that leave the site are https", r.to)
		}
		return nil
	}
	to := u.Path
	if to == "" {
		to = from
	}
	if _, ok := site[to]; !ok || u.RawQuery != "" {
		return fmt.Errorf("link %q leads nowhere: there is no %s", r.to, to)
	}
	if u.Fragment != "" && (pages[to] == nil || !pages[to].ids[u.Fragment]) {
		return fmt.Errorf("link %q leads nowhere: %s has no such anchor", r.to, to)
	}
	return nil
}
