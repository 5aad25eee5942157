// SPDX-License-Identifier: MIT

package look

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
)

//go:embed page.js
var pageScript string

//go:embed use.js
var useScript string

// A View is a screen.
type View struct {
	Name          string
	Width, Height int // in CSS pixels
	Phone         bool
	Dark          bool
}

// Views are the screens that a site is looked at on.
var Views = []View{
	{Name: "desk", Width: 1280, Height: 900},
	{Name: "phone", Width: 390, Height: 844, Phone: true},
	{Name: "desk-dark", Width: 1280, Height: 900, Dark: true},
	{Name: "phone-dark", Width: 390, Height: 844, Phone: true, Dark: true},
}

// A Request says what to look at.
type Request struct {
	Program  string // the browser
	Folder   string // of the site
	Pages    []string
	Pictures string // folder to write PAGE.VIEW.png into; "" for no pictures
	Profile  string // a new folder for the browser
}

// Site looks at each page in each view and returns what is wrong, one sentence each. An error says that it could not look.
func Site(ctx context.Context, r Request) ([]string, error) {
	folder, err := filepath.Abs(r.Folder)
	if err != nil {
		return nil, err
	}
	b, err := open(ctx, r.Program, r.Profile)
	if err != nil {
		return nil, err
	}
	defer b.stop()
	stop := context.AfterFunc(ctx, b.stop)
	defer stop()
	base := (&url.URL{Scheme: "file", Path: filepath.ToSlash(folder)}).String() + "/"
	var wrong []string
	for _, page := range r.Pages {
		if _, err := os.Stat(filepath.Join(folder, page)); err != nil {
			return nil, fmt.Errorf("look at %s: %w", page, err)
		}
		for _, v := range Views {
			found, err := b.look(base, page, v, r.Pictures)
			if err != nil {
				return nil, fmt.Errorf("look at %s, %s: %w", page, v.Name, err)
			}
			for _, f := range found {
				wrong = append(wrong, fmt.Sprintf("%s, %s: %s", page, v.Name, f))
			}
		}
	}
	return wrong, nil
}

func (b *browser) look(base, page string, v View, pictures string) ([]string, error) {
	var wrong []string
	b.seen = func(method string, params json.RawMessage) {
		if w := complaint(base, method, params); w != "" {
			wrong = append(wrong, w)
		}
	}
	scheme := "light"
	if v.Dark {
		scheme = "dark"
	}
	metrics := map[string]any{"width": v.Width, "height": v.Height, "deviceScaleFactor": 1, "mobile": v.Phone}
	media := map[string]any{"features": []map[string]string{{"name": "prefers-color-scheme", "value": scheme}}}
	for _, c := range []struct {
		method string
		params any
	}{
		{"Emulation.setDeviceMetricsOverride", metrics},
		{"Emulation.setEmulatedMedia", media},
		{"Page.navigate", map[string]any{"url": base + page}},
	} {
		if err := b.call(c.method, c.params, nil); err != nil {
			return nil, err
		}
	}
	if err := b.until("Page.loadEventFired"); err != nil {
		return nil, err
	}
	var found []string
	if err := b.evaluate(pageScript, &found); err != nil {
		return nil, err
	}
	wrong = append(wrong, found...)
	if pictures != "" {
		if err := b.picture(filepath.Join(pictures, strings.TrimSuffix(page, ".html")+"."+v.Name+".png")); err != nil {
			return nil, err
		}
	}
	found = nil
	if err := b.evaluate(useScript, &found); err != nil {
		return nil, err
	}
	return append(wrong, found...), nil
}

func (b *browser) picture(name string) error {
	var shot struct {
		Data []byte `json:"data"`
	}
	if err := b.call("Page.captureScreenshot", map[string]any{"format": "png"}, &shot); err != nil {
		return err
	}
	return os.WriteFile(name, shot.Data, 0o644)
}

// complaint is what an event says against the page: a request that leaves the folder, or an error of a script or the policy.
func complaint(base, method string, params json.RawMessage) string {
	var p struct {
		Request struct {
			URL string `json:"url"`
		} `json:"request"`
		Entry struct {
			Level, Text string
		} `json:"entry"`
		Exception struct {
			Text string `json:"text"`
		} `json:"exceptionDetails"`
	}
	if err := json.Unmarshal(params, &p); err != nil {
		return "an event that cannot be read: " + method
	}
	switch {
	case method == "Network.requestWillBeSent" && !strings.HasPrefix(p.Request.URL, base):
		return "asks for " + p.Request.URL
	case method == "Log.entryAdded" && p.Entry.Level == "error":
		return "error: " + p.Entry.Text
	case method == "Runtime.exceptionThrown":
		return "error of a script: " + p.Exception.Text
	}
	return ""
}
