// SPDX-License-Identifier: MIT

package remotecache

import (
	"crypto/sha1" //nolint:gosec // the scheme {SSHA} of nginx; the password is 256 random bits
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"net"
)

// Writer is the only user of the cache.
const Writer = "writer"

// password makes one of 256 random bits.
func password(random io.Reader) (string, error) {
	bits := make([]byte, 32)
	if _, err := io.ReadFull(random, bits); err != nil {
		return "", fmt.Errorf("make password: %w", err)
	}
	return hex.EncodeToString(bits), nil
}

// htpasswd is the line of nginx's auth_basic_user_file for Writer.
//
// Format: https://nginx.org/en/docs/http/ngx_http_auth_basic_module.html#auth_basic_user_file
func htpasswd(password string, random io.Reader) (string, error) {
	salt := make([]byte, 16)
	if _, err := io.ReadFull(random, salt); err != nil {
		return "", fmt.Errorf("make salt: %w", err)
	}
	sum := sha1.Sum(append([]byte(password), salt...))
	return Writer + ":{SSHA}" + base64.StdEncoding.EncodeToString(append(sum[:], salt...)) + "\n", nil
}

// netrc is the file that Bazel finds by the environment variable NETRC.
func netrc(ip net.IP, password string) string {
	return fmt.Sprintf("machine %s login %s password %s\n", ip, Writer, password)
}
