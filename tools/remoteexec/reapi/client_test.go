// SPDX-License-Identifier: MIT

package reapi

import (
	"context"
	"encoding/binary"
	"encoding/pem"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// server answers every call with the message, or with a status at once.
func server(t *testing.T, answer []byte, status, text string) (*Client, *http.Request, *[]byte) {
	t.Helper()
	var request http.Request
	var body []byte
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		request = *r
		body, _ = io.ReadAll(r.Body)
		w.Header().Set("Content-Type", "application/grpc")
		if answer == nil {
			w.Header().Set("Grpc-Status", status)
			w.Header().Set("Grpc-Message", text)
			return
		}
		w.Header().Set("Trailer", "Grpc-Status")
		_, _ = w.Write(append(binary.BigEndian.AppendUint32([]byte{0}, uint32(len(answer))), answer...))
		w.Header().Set("Grpc-Status", status)
	}))
	s.EnableHTTP2 = true
	s.StartTLS()
	t.Cleanup(s.Close)
	cert := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})
	client, err := New(s.URL, "main", "a token", cert)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return client, &request, &body
}

func TestCall(t *testing.T) {
	client, request, body := server(t, []byte("a result"), "0", "")
	action := DigestOf([]byte("an action"))
	result, err := client.GetActionResult(context.Background(), action)
	if err != nil || string(result) != "a result" {
		t.Errorf("%q, %v", result, err)
	}
	if request.ProtoMajor != 2 || request.URL.Path != "/build.bazel.remote.execution.v2.ActionCache/GetActionResult" ||
		request.Header.Get("Authorization") != "Bearer a token" || request.Header.Get("Te") != "trailers" {
		t.Errorf("%s %s %v", request.Proto, request.URL.Path, request.Header)
	}
	want := message(nil).text(1, "main").bytes(2, action.message())
	if got := *body; len(got) != prefix+len(want) || int(binary.BigEndian.Uint32(got[1:])) != len(want) || string(got[prefix:]) != string(want) {
		t.Errorf("sent %q", got)
	}
}

func TestRefusals(t *testing.T) {
	for _, c := range []struct {
		answer       []byte
		status, text string
		want         Code
		says         string
	}{
		{nil, "16", "who%20are%20you", Unauthenticated, "status 16: who are you"},
		{[]byte{}, "7", "", PermissionDenied, "status 7"},
		{nil, "", "", -1, "no gRPC status"},
	} {
		client, _, _ := server(t, c.answer, c.status, c.text)
		if err := client.GetCapabilities(context.Background()); CodeOf(err) != c.want || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%+v: %v", c, err)
		}
	}
	// A blob has a status of its own.
	answer := message(nil).bytes(1, message(nil).bytes(1, DigestOf(nil).message()).bytes(2, message(nil).number(1, 3).text(2, "other bytes")))
	client, _, _ := server(t, answer, "0", "")
	if err := client.UpdateBlob(context.Background(), DigestOf(nil), nil); CodeOf(err) != InvalidArgument {
		t.Error(err)
	}
}

func TestNewWithoutCertificate(t *testing.T) {
	if _, err := New("https://127.0.0.1:1", "", "", []byte("no certificate")); err == nil {
		t.Error("a file without certificate is taken")
	}
}
