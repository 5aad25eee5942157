// SPDX-License-Identifier: MIT

package tuf

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/theupdateframework/go-tuf/v2/metadata"

	"github.com/gosqlite/gosqlite/tools/fetch/tuf/tuftest"
)

// served is where the server has the program.
var served = tuftest.TargetPath(program, payload)

// TestEndless is a server that never stops sending, in place of each file.
func TestEndless(t *testing.T) {
	d := newDesk(t)
	for _, name := range []string{"metadata/2.root.json", "metadata/timestamp.json", "metadata/2.snapshot.json", "metadata/2.targets.json", "metadata/2.stable-v1.json", served} {
		for kind, h := range map[string]http.HandlerFunc{"endless": tuftest.Endless, "announced": func(w http.ResponseWriter, req *http.Request) {
			w.Header().Set("Content-Length", strconv.Itoa(1<<40))
			tuftest.Endless(w, req)
		}} {
			d.state = filepath.Join(t.TempDir(), "state")
			d.s.Instead(name, h)
			if err := d.use(program); err == nil {
				t.Errorf("%s %s: no error", kind, name)
			} else {
				d.bad(err, ErrTooLarge)
			}
			d.s.Instead(name, nil)
			d.good(program)
		}
	}
}

// TestSignedSizes are sizes that a thief signed for.
func TestSignedSizes(t *testing.T) {
	d := newDesk(t)
	d.r.Snapshot.Signed.Version++
	d.r.Timestamp.Signed.Version++
	d.r.Timestamp.Signed.Meta["snapshot.json"] = &metadata.MetaFiles{Version: d.r.Snapshot.Signed.Version, Length: 1 << 50}
	d.r.Sign(metadata.TIMESTAMP)
	d.s.Instead(tuftest.Name(metadata.SNAPSHOT, d.r.Snapshot.Signed.Version), tuftest.Endless)
	d.bad(d.use(program), ErrTooLarge)

	for _, size := range []int64{1 << 50, -1} {
		d = newDesk(t)
		d.good(program)
		d.r.Targets[tuftest.StableRole].Signed.Targets[program].Length = size
		next(d)
		d.bad(d.use(program), ErrTooLarge)
	}
	d = newDesk(t)
	d.limits.Target = int64(len(payload)) - 1
	d.bad(d.use(program), ErrTooLarge)
	d.limits.Target++
	d.good(program)
}

// TestSlow is a server that sends a byte now and then, or nothing at all.
func TestSlow(t *testing.T) {
	d := newDesk(t)
	for _, name := range []string{"metadata/timestamp.json", "metadata/2.snapshot.json", "metadata/2.stable-v1.json", served} {
		for kind, h := range map[string]http.HandlerFunc{"dripping": tuftest.Dripping, "silent": tuftest.Silent} {
			d.state = filepath.Join(t.TempDir(), "state")
			d.limits = Limits{Window: 200 * time.Millisecond, Bytes: 16 << 10}
			d.s.Instead(name, h)
			if err := d.use(program); err == nil {
				t.Errorf("%s %s: no error", kind, name)
			} else {
				d.bad(err, ErrSlow)
			}
			d.s.Instead(name, nil)
			d.limits = Limits{}
			d.good(program)
		}
	}
	// All of it together takes too long, though each window has its bytes.
	d.limits = Limits{Window: time.Minute, Bytes: 1, Refresh: 300 * time.Millisecond}
	d.s.Instead("metadata/timestamp.json", tuftest.Dripping)
	d.bad(d.use(program), ErrSlow)
}

func TestCancelled(t *testing.T) {
	d := newDesk(t)
	ctx, cancel := context.WithCancel(t.Context())
	d.s.Instead("metadata/timestamp.json", func(_ http.ResponseWriter, req *http.Request) {
		cancel()
		<-req.Context().Done()
	})
	d.bad(d.open().Refresh(ctx), context.Canceled)
}

// TestNames are names that would lead somewhere else.
func TestNames(t *testing.T) {
	d := newDesk(t)
	c := d.open()
	for _, name := range []string{"", ".", "..", "../x", "/etc/passwd", "stable/v1/../../../x", "stable//v1/x", "stable/v1/x/", `stable\v1\..\x`, "stable/v1/\x00/x", "stable/v1/v1/a\nb",
		"./stable", string(bytes.Repeat([]byte("a"), 513))} {
		dir := t.TempDir()
		d.bad(c.Download(t.Context(), name, filepath.Join(dir, "file"), nil), ErrName)
		if left, _ := os.ReadDir(dir); len(left) > 0 {
			t.Errorf("%q left %v", name, left)
		}
	}
	// A name that only looks like an address' parts is a name.
	odd := "stable/v1/v1.2.0/a b?c#d%2e"
	d.r.Put(tuftest.StableRole, odd, payload)
	next(d)
	d.good(odd)
}

// cutOff sends the first bytes of an answer, and ends it.
func cutOff(text []byte, n int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", strconv.Itoa(len(text)))
		w.Write(text[:n])
		panic(http.ErrAbortHandler)
	}
}

// TestResume goes on where a download was cut off, and starts anew where what is there is of no use.
func TestResume(t *testing.T) {
	d := newDesk(t)
	c := d.open()
	get := func(file string) error { return c.Download(t.Context(), program, file, nil) }
	ranges := func() (out []string) {
		for _, req := range d.s.Asked(served) {
			out = append(out, req.Header.Get("Range"))
		}
		return out
	}
	file := filepath.Join(t.TempDir(), "file")
	d.s.Instead(served, cutOff(payload, 100_000))
	d.bad(get(file), ErrUnreachable)
	if _, err := os.Stat(file); err == nil {
		t.Error("a part of a file appeared as the file")
	}
	d.s.Instead(served, nil)
	if err := get(file); err != nil {
		t.Fatal(err)
	}
	have, _ := os.ReadFile(file)
	if got := ranges(); len(got) != 2 || got[0] != "" || got[1] != "bytes=100000-" || !bytes.Equal(have, payload) {
		t.Errorf("ranges %q, %d bytes", got, len(have))
	}
	for name, part := range map[string][]byte{
		"other bytes": bytes.Repeat([]byte("x"), 5000), "too many": append(bytes.Clone(payload), "more"...),
		"all, and wrong": bytes.Repeat([]byte("x"), len(payload)), "all": payload, "none": {},
	} {
		file := filepath.Join(t.TempDir(), "file")
		write(t, "", file+partial, string(part))
		if err := get(file); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if have, _ := os.ReadFile(file); !bytes.Equal(have, payload) {
			t.Errorf("%s: other bytes", name)
		}
		if left, _ := os.ReadDir(filepath.Dir(file)); len(left) != 1 {
			t.Errorf("%s: left %v", name, left)
		}
	}
}

// TestHostileRanges are answers to a request for the rest that are not the rest.
func TestHostileRanges(t *testing.T) {
	for name, test := range map[string]struct {
		answer http.HandlerFunc
		want   error
	}{
		"another range": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Range", fmt.Sprintf("bytes 0-9/%d", len(payload)))
			w.WriteHeader(http.StatusPartialContent)
		}, ErrUnreachable},
		"other bytes of the range": {func(w http.ResponseWriter, req *http.Request) {
			if req.Header.Get("Range") != "" {
				w.Header().Set("Content-Range", fmt.Sprintf("bytes 1000-%d/%d", len(payload)-1, len(payload)))
				w.WriteHeader(http.StatusPartialContent)
			}
			w.Write(bytes.Repeat([]byte("x"), len(payload)-1000))
		}, ErrUnreachable}, // once more from the beginning, which ends early
		"not satisfiable": {func(w http.ResponseWriter, req *http.Request) {
			w.WriteHeader(http.StatusRequestedRangeNotSatisfiable)
		}, ErrUnreachable},
		"endless rest": {func(w http.ResponseWriter, req *http.Request) {
			w.Header().Set("Content-Range", "bytes 1000-/*")
			w.WriteHeader(http.StatusPartialContent)
			tuftest.Endless(w, req)
		}, ErrTooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			file := filepath.Join(t.TempDir(), "file")
			write(t, "", file+partial, string(payload[:1000]))
			d.s.Instead(served, test.answer)
			d.bad(d.open().Download(t.Context(), program, file, nil), test.want)
			if _, err := os.Stat(file); err == nil {
				t.Error("the file appeared")
			}
			d.s.Instead(served, nil)
			if err := d.open().Download(t.Context(), program, file, nil); err != nil {
				t.Errorf("control: %v", err)
			}
		})
	}
}
