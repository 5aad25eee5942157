// SPDX-License-Identifier: MIT

package main

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gosqlite/gosqlite/tools/release/sign/key"
)

// FuzzConfig: a configuration that is read is whole, of the known schema, and names files by full paths.
func FuzzConfig(f *testing.F) {
	const whole = `{"schema":"gosqlite-signing/1","release":{"key":"release.pem","secret":"file:pin","chain":"chain.pem"},` +
		`"authenticode":{"key":"pkcs11:token=a"},"timestamps":[{"url":"https://example.org","roots":"tsa.pem"}],"logs":[{"url":"https://example.org","key":"log.pem"}]}`
	f.Add([]byte(whole))
	f.Add([]byte(whole + "}"))
	f.Add([]byte(whole + " {}"))
	f.Add([]byte(strings.Replace(whole, "signing/1", "signing/2", 1)))
	f.Add([]byte(strings.Replace(whole, `"release"`, `"more":1,"release"`, 1)))
	f.Add([]byte(`{"schema":"gosqlite-signing/1","apple":null,"timestamps":[{}]}`))
	f.Add([]byte(`[]`))
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := parseConfig(text, dir)
		if err != nil {
			return
		}
		for _, more := range []string{"}", "]", "{}", "x"} {
			if _, err := parseConfig(append(bytes.Clone(text), more...), dir); err == nil {
				t.Errorf("%s after it is not seen", more)
			}
		}
		names := []string{}
		for _, s := range c.signers() {
			names = append(names, s.Chain)
			if !(key.Reference{Name: s.Key}).InPlugin() {
				names = append(names, s.Key)
			}
			if name, ok := strings.CutPrefix(s.Secret, "file:"); ok {
				names = append(names, name)
			}
		}
		for _, a := range c.Timestamps {
			names = append(names, a.Roots, a.Chain)
		}
		for _, l := range c.Logs {
			names = append(names, l.Key)
		}
		for _, name := range names {
			if name != "" && !filepath.IsAbs(name) {
				t.Errorf("name %q", name)
			}
		}
	})
}
