// SPDX-License-Identifier: MIT

package remotecache

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha1" //nolint:gosec // the scheme {SSHA} of nginx; the password is 256 random bits
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"time"
)

const (
	// Writer is the only user of the cache.
	Writer = "writer"

	validity = 30 * 24 * time.Hour
)

// certificate makes a key pair and a certificate signed by itself, for one IP address, as PEM.
func certificate(ip net.IP, now time.Time, random io.Reader) (cert, key []byte, err error) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), random)
	if err != nil {
		return nil, nil, fmt.Errorf("make key: %w", err)
	}
	serial := make([]byte, 16)
	if _, err := io.ReadFull(random, serial); err != nil {
		return nil, nil, fmt.Errorf("make serial number: %w", err)
	}
	serial[0] &= 0x7f
	template := &x509.Certificate{
		SerialNumber:          new(big.Int).SetBytes(serial),
		Subject:               pkix.Name{CommonName: "gosqlite build cache"},
		NotBefore:             now.Add(-time.Minute),
		NotAfter:              now.Add(validity),
		KeyUsage:              x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true,
		IsCA:                  true,
		IPAddresses:           []net.IP{ip},
	}
	der, err := x509.CreateCertificate(random, template, template, private.Public(), private)
	if err != nil {
		return nil, nil, fmt.Errorf("make certificate: %w", err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return nil, nil, fmt.Errorf("write key: %w", err)
	}
	cert = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	key = pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8})
	return cert, key, nil
}

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
