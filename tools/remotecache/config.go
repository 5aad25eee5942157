// SPDX-License-Identifier: MIT

package remotecache

import (
	_ "embed"
	"fmt"
	"net/netip"
	"strings"
	"text/template"
)

//go:embed nginx.conf.tmpl
var configText string

var configTemplate = template.Must(template.New("nginx.conf").Parse(configText))

// config is nginx's configuration for a loopback address with a port. root says that nginx starts as root and has
// to be told to stay so, since its folder is closed to others.
func config(address string, root bool) (string, error) {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return "", wrapAddress(address, err)
	}
	if !at.Addr().IsLoopback() {
		return "", fmt.Errorf("read address %q: this server listens on loopback only: docs/remote-cache.md says how a team sets one up", address)
	}
	var text strings.Builder
	err = configTemplate.Execute(&text, struct {
		Address string
		Root    bool
	}{at.String(), root})
	if err != nil {
		return "", fmt.Errorf("write configuration: %w", err)
	}
	return text.String(), nil
}
