// SPDX-License-Identifier: MIT

// Package reapi asks a remote cache, for the tests of who may do what, and for the lie of a trusted writer.
//
// It knows the few calls that those need, over gRPC as net/http carries it.
//
// Format: https://github.com/bazelbuild/remote-apis (build.bazel.remote.execution.v2),
// https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md
package reapi

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

const (
	// A result or an answer of this package's calls is far smaller.
	maxAnswer = 4 << 20

	prefix    = 5 // one byte, and the length of the message
	callLimit = 20 * time.Second

	service = "/build.bazel.remote.execution.v2."
)

// Code is a gRPC status code.
type Code int

// Those that the tests tell apart.
const (
	OK               Code = 0
	InvalidArgument  Code = 3
	NotFound         Code = 5
	PermissionDenied Code = 7
	Unauthenticated  Code = 16
)

// Error is the answer of a server that refused a call.
type Error struct {
	Code    Code
	Message string
}

func (e *Error) Error() string { return fmt.Sprintf("status %d: %s", e.Code, e.Message) }

// CodeOf is the status code of a call's error; -1 when no server answered.
func CodeOf(err error) Code {
	if err == nil {
		return OK
	}
	if status := (*Error)(nil); errors.As(err, &status) {
		return status.Code
	}
	return -1
}

// Client calls one instance of a server.
type Client struct {
	// URL is https://HOST:PORT.
	URL string
	// Instance is the name that the server gives to a set of services.
	Instance string
	// Token is sent as a bearer token unless it is empty.
	Token string
	http  *http.Client
}

// New makes a client that trusts the given certificates, PEM.
func New(address, instance, token string, trusted []byte) (*Client, error) {
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(trusted) {
		return nil, errors.New("read certificate: there is none in the file")
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}, ForceAttemptHTTP2: true}
	return &Client{URL: address, Instance: instance, Token: token, http: &http.Client{Transport: transport, Timeout: callLimit}}, nil
}

// Close ends the connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }

func (c *Client) call(ctx context.Context, method string, message []byte) ([]byte, error) {
	return c.callPath(ctx, service+method, message)
}

func (c *Client) callPath(ctx context.Context, method string, message []byte) ([]byte, error) {
	frame := binary.BigEndian.AppendUint32([]byte{0}, uint32(len(message)))
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.URL+method, bytes.NewReader(append(frame, message...)))
	if err != nil {
		return nil, fmt.Errorf("call %s: %w", method, err)
	}
	request.Header.Set("Content-Type", "application/grpc")
	request.Header.Set("TE", "trailers")
	if c.Token != "" {
		request.Header.Set("Authorization", "Bearer "+c.Token)
	}
	response, err := c.http.Do(request)
	if err != nil {
		return nil, fmt.Errorf("call %s: %w", method, err)
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer+1))
	if err := errors.Join(err, response.Body.Close()); err != nil {
		return nil, fmt.Errorf("call %s: read answer: %w", method, err)
	}
	if err := status(response); err != nil {
		return nil, fmt.Errorf("call %s: %w", method, err)
	}
	if len(body) < prefix || len(body) > maxAnswer || body[0] != 0 || uint64(binary.BigEndian.Uint32(body[1:])) != uint64(len(body)-prefix) {
		return nil, fmt.Errorf("call %s: the answer is no message", method)
	}
	return body[prefix:], nil
}

// status reads what a server says at the end or, when it has nothing else to say, at the beginning.
func status(response *http.Response) error {
	headers := response.Trailer
	if headers.Get("Grpc-Status") == "" {
		headers = response.Header
	}
	code, err := strconv.Atoi(headers.Get("Grpc-Status"))
	if err != nil {
		return fmt.Errorf("no gRPC status in the answer (HTTP %s): is it a gRPC server?", response.Status)
	}
	if code == 0 {
		return nil
	}
	message := headers.Get("Grpc-Message")
	if text, err := url.PathUnescape(message); err == nil {
		message = text
	}
	return &Error{Code: Code(code), Message: message}
}
