// SPDX-License-Identifier: MIT

package main

import (
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
)

// A keyURI is a PKCS #11 URI of a key, RFC 7512.
type keyURI struct {
	token, manufacturer, serial, model string // of the token; empty matches any
	object, id                         string // of the key
	module                             string // the library
}

func parseURI(text string) (*keyURI, error) {
	rest, ok := strings.CutPrefix(text, "pkcs11:")
	if !ok {
		return nil, errors.New("the key's name is no PKCS #11 URI such as pkcs11:token=release;object=2026?module-path=/usr/lib/softhsm/libsofthsm2.so")
	}
	path, query, _ := strings.Cut(rest, "?")
	u := &keyURI{}
	attributes := map[string]*string{
		"token": &u.token, "manufacturer": &u.manufacturer, "serial": &u.serial, "model": &u.model,
		"object": &u.object, "id": &u.id, "type": new(string),
	}
	if err := assign(path, ";", attributes); err != nil {
		return nil, err
	}
	if err := assign(query, "&", map[string]*string{"module-path": &u.module}); err != nil {
		return nil, err
	}
	switch {
	case u.object == "" && u.id == "":
		return nil, errors.New("the URI has neither object nor id, which name the key")
	case !filepath.IsAbs(u.module):
		return nil, errors.New("the URI has no module-path with the absolute path of the PKCS #11 library")
	}
	return u, nil
}

// assign sets the values of a list of attributes. An unknown one is an error, since it might have been a condition.
func assign(list, separator string, to map[string]*string) error {
	for _, pair := range strings.Split(list, separator) {
		if pair == "" {
			continue
		}
		name, value, ok := strings.Cut(pair, "=")
		if strings.HasPrefix(name, "pin-") {
			return errors.New("the URI has a PIN: leave it out, and let sign ask for it or read it from a file")
		}
		field := to[name]
		decoded, err := url.PathUnescape(value)
		if !ok || field == nil || err != nil || *field != "" || decoded == "" {
			return fmt.Errorf("the URI's attribute %.40q is not known, empty, malformed or there twice", name)
		}
		*field = decoded
	}
	return nil
}
