// SPDX-License-Identifier: MIT

package tuf

import (
	"net/http"
	"os"
)

// Folder serves file:///NAME from a folder, so that a client needs no network: a mirror is the plain files.
func Folder(dir string) http.RoundTripper { return http.NewFileTransportFS(os.DirFS(dir)) }
