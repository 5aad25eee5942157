// SPDX-License-Identifier: MIT

package registry

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/gosqlite/gosqlite/tools/publish/oci"
)

// A rule is something that the registry holds to. A check gives an error where it does not.
type rule struct {
	name  string
	check func(s *server, g *oci.Graph) error
}

// rules are tried in this order on a registry with authenticated pull that has release g; none leaves a trace that another
// would see.
var rules = []rule{
	{"nobody", nobodyAtAll}, {"wrong password", wrongPassword}, {"reader", readsOnly}, {"tag", tagsStay}, {"spelling", spellings},
	{"race", oneOfMany}, {"delete", nothingGoes}, {"names", noOtherNames}, {"digest", digests}, {"oversize", oversize},
	{"referrers", referrers}, {"elsewhere", noOtherHost}, {"audit", audited}, {"folder", closed},
}

func want(a answer, what string, statuses ...int) error {
	if !slices.Contains(statuses, a.status) {
		return fmt.Errorf("%s: %d, want %v", what, a.status, statuses)
	}
	return nil
}

// writes tries every request that would change something.
func writes(s *server, l login, status int) error {
	text := small("x", "")
	return errors.Join(
		want(s.ask(l, "POST", "blobs/uploads/", nil, ""), "begin an upload", status),
		want(s.ask(l, "PUT", "manifests/v7.0.0", text, typeManifest), "put a tag", status),
		want(s.ask(l, "PUT", "manifests/"+digestOf(text), text, typeManifest), "put a manifest", status))
}

func nobodyAtAll(s *server, g *oci.Graph) error {
	return errors.Join(writes(s, nobody, 401), want(s.ask(nobody, "GET", "manifests/"+g.Version, nil, ""), "pull", 401),
		want(s.ask(nobody, "GET", "/v2/", nil, ""), "ask for the version", 401), want(s.ask(nobody, "GET", "tags/list", nil, ""), "list", 401))
}

func wrongPassword(s *server, g *oci.Graph) error {
	wrong := login{"release", "x" + s.login("release").Password}
	if err := s.registry(wrong).Push(s.Context(), g); err == nil || !strings.Contains(err.Error(), "401") {
		return fmt.Errorf("the publisher with a wrong password: %w", err)
	}
	return errors.Join(writes(s, wrong, 401), want(s.ask(wrong, "GET", "manifests/"+g.Version, nil, ""), "pull", 401))
}

func readsOnly(s *server, g *oci.Graph) error {
	reader := s.login("reader")
	a := s.ask(reader, "GET", "manifests/"+g.Version, nil, "")
	if a.header.Get("Docker-Content-Digest") != g.Root.Digest.String() || digestOf(a.text) != g.Root.Digest.String() {
		return fmt.Errorf("a reader gets other bytes: %d", a.status)
	}
	return writes(s, reader, 401)
}

// stays says whether a version is what was published.
func stays(s *server, g *oci.Graph) error {
	there, err := s.registry(s.login("release")).Published(s.Context(), g)
	if err == nil && !there {
		err = errors.New("the version is gone")
	}
	return err
}

func tagsStay(s *server, g *oci.Graph) error {
	l := s.login("release")
	same := s.ask(l, "GET", "manifests/"+g.Version, nil, "")
	return errors.Join(
		want(s.ask(l, "PUT", "manifests/"+g.Version, small("moved", ""), typeManifest), "move a tag", 409),
		want(s.ask(l, "PUT", "manifests/"+g.Version, same.text, same.header.Get("Content-Type")), "put the same once more", 409),
		stays(s, g))
}

// spellings move the tag under other names of the same path.
func spellings(s *server, g *oci.Graph) error {
	l := s.login("release")
	var errs []error
	for _, path := range []string{"/v2/gosqlite/manifests/%76" + g.Version[1:], "/v2/gosqlite//manifests/" + g.Version, "/v2/x/../gosqlite/manifests/" + g.Version,
		"/v2/gosqlite/./manifests/" + g.Version, "/v2/gosqlite/manifests/" + g.Version + "?x=1", "/v2/gosqlite%2fmanifests/" + g.Version, "/v2/gosqlite/manifests/" + g.Version + "/"} {
		errs = append(errs, want(s.ask(l, "PUT", path, small("moved", ""), typeManifest), path, 404, 409))
	}
	return errors.Join(append(errs, stays(s, g))...)
}

// oneOfMany puts a new tag many times at once, each time another manifest.
func oneOfMany(s *server, _ *oci.Graph) error {
	l := s.login("release")
	const many = 12
	statuses, texts := make([]int, many), make([][]byte, many)
	var all sync.WaitGroup
	for i := range many {
		texts[i] = small(fmt.Sprint("race ", i), "")
		all.Go(func() { statuses[i] = s.ask(l, "PUT", "manifests/v9.9.9", texts[i], typeManifest).status })
	}
	all.Wait()
	winner := slices.Index(statuses, http.StatusCreated)
	if winner < 0 || slices.Index(statuses[winner+1:], http.StatusCreated) >= 0 {
		return fmt.Errorf("a tag was put at once: %v, want one 201", statuses)
	}
	if have := s.ask(l, "GET", "manifests/v9.9.9", nil, ""); !bytes.Equal(have.text, texts[winner]) {
		return errors.New("the tag is not the one that was answered with 201")
	}
	return nil
}

func nothingGoes(s *server, g *oci.Graph) error {
	l := s.login("release")
	var errs []error
	for _, path := range []string{"manifests/" + g.Version, "manifests/" + g.Root.Digest.String(), "blobs/" + g.Root.Digest.String()} {
		errs = append(errs, want(s.ask(l, "DELETE", path, nil, ""), "delete "+path, 405))
	}
	return errors.Join(append(errs, stays(s, g))...)
}

func noOtherNames(s *server, _ *oci.Graph) error {
	l := s.login("release")
	text := small("x", "")
	return errors.Join(
		want(s.ask(l, "PUT", "manifests/latest", text, typeManifest), "a tag that would move", 404),
		want(s.ask(l, "PUT", "/v2/other/manifests/v1.0.0", text, typeManifest), "another repository", 404),
		want(s.ask(l, "POST", "/v2/other/blobs/uploads/", nil, ""), "another repository", 404),
		want(s.ask(l, "GET", "/v2/_catalog", nil, ""), "the catalogue", 404))
}

// upload begins an upload and ends it with bytes under a digest.
func upload(s *server, l login, text []byte, digest string) (answer, error) {
	begun := s.ask(l, "POST", "blobs/uploads/", nil, "")
	at := begun.header.Get("Location")
	if begun.status != http.StatusAccepted || !strings.HasPrefix(at, "/v2/gosqlite/blobs/uploads/") {
		return answer{}, fmt.Errorf("begin an upload: %d, goes on at %q", begun.status, at)
	}
	sign := "?"
	if strings.Contains(at, "?") {
		sign = "&"
	}
	return s.ask(l, "PUT", at+sign+"digest="+digest, text, "application/octet-stream"), nil
}

func digests(s *server, _ *oci.Graph) error {
	l := s.login("release")
	text, other := small("digest", ""), digestOf([]byte("other"))
	blob, err := upload(s, l, []byte("some"), other)
	return errors.Join(err, want(blob, "a blob under another's digest", 400),
		want(s.ask(l, "PUT", "manifests/"+other, text, typeManifest), "a manifest under another's digest", 400),
		want(s.ask(l, "GET", "blobs/"+other, nil, ""), "what was refused", 404),
		want(s.ask(l, "PUT", "manifests/v8.0.0", bytes.Replace(text, []byte("44136f"), []byte("000000"), 1), typeManifest), "a manifest of what is not there", 400, 404))
}

func oversize(s *server, _ *oci.Graph) error {
	l := s.login("release")
	blob, err := upload(s, l, make([]byte, 9<<20), digestOf(make([]byte, 9<<20)))
	fits, err2 := upload(s, l, make([]byte, 5<<20), digestOf(make([]byte, 5<<20)))
	return errors.Join(err, err2, want(blob, "a blob over the limit", 413), want(fits, "a blob below it", 201),
		want(s.ask(l, "PUT", "manifests/v8.0.0", make([]byte, 5<<20), typeManifest), "a manifest over the limit", 413),
		want(s.ask(l, "POST", "/v2/", make([]byte, 5<<20), ""), "anything", 405, 413))
}

// referrers: who may push can add one. It changes neither the version nor which files belong to it.
func referrers(s *server, g *oci.Graph) error {
	subject, err := json.Marshal(g.Root)
	if err != nil {
		return err
	}
	text := small("foreign", string(subject))
	list := "manifests/" + strings.Replace(g.Root.Digest.String(), ":", "-", 1)
	if err := errors.Join(
		want(s.ask(s.login("reader"), "PUT", "manifests/"+digestOf(text), text, typeManifest), "a reader's referrer", 401),
		want(s.ask(s.login("reader"), "PUT", list, text, typeManifest), "a reader's list of referrers", 401),
		want(s.ask(s.login("release"), "PUT", "manifests/"+digestOf(text), text, typeManifest), "a referrer", 201)); err != nil {
		return err
	}
	var index struct{ Manifests []struct{ Digest string } }
	a := s.ask(s.login("reader"), "GET", list, nil, "")
	if err := json.Unmarshal(a.text, &index); err != nil || len(index.Manifests) == 0 {
		return fmt.Errorf("the release's referrers are not listed: %d %w", a.status, err)
	}
	return stays(s, g)
}

// noOtherHost: no answer leads a client elsewhere, whatever name it asked for.
func noOtherHost(s *server, g *oci.Graph) error {
	for _, method := range []string{"POST", "GET"} {
		path := "blobs/uploads/"
		if method == "GET" {
			path = "manifests/" + g.Version
		}
		r, err := http.NewRequestWithContext(s.Context(), method, "https://"+s.host+repository+path, nil)
		if err != nil {
			return err
		}
		l := s.login("release")
		r.SetBasicAuth(l.User, l.Password)
		r.Host = "elsewhere.example.test"
		r.Header.Set("X-Forwarded-Host", "elsewhere.example.test")
		r.Header.Set("Forwarded", "host=elsewhere.example.test")
		response, err := s.client.Do(r)
		if err != nil {
			return err
		}
		response.Body.Close()
		if at := response.Header.Get("Location"); strings.Contains(at, "elsewhere") {
			return fmt.Errorf("%s leads to %s", method, at)
		}
	}
	return nil
}

// audited: the log tells of a refusal and of a success, by whom, and holds no secret.
func audited(s *server, g *oci.Graph) error {
	text, err := os.ReadFile(s.in("audit.log"))
	if err != nil {
		return err
	}
	seen := map[string]bool{}
	for line := range bytes.Lines(text) {
		var e struct {
			Time, Address, User, Method, URI string
			Status                           int
		}
		if err := json.Unmarshal(line, &e); err != nil || e.Time == "" || e.Address != "127.0.0.1" {
			return fmt.Errorf("a line of the log: %w: %s", err, line)
		}
		seen[fmt.Sprint(e.User, " ", e.Method, " ", strings.TrimPrefix(e.URI, repository), " ", e.Status)] = true
	}
	for _, line := range []string{"release PUT manifests/" + g.Version + " 201", " PUT manifests/v7.0.0 401", "reader GET manifests/" + g.Version + " 200",
		"reader PUT manifests/v7.0.0 401", "release PUT manifests/" + g.Version + " 409", "release DELETE manifests/" + g.Version + " 405"} {
		if !seen[line] {
			return fmt.Errorf("the log does not tell %q", line)
		}
	}
	for _, name := range []string{"release", "reader"} {
		if bytes.Contains(text, []byte(s.login(name).Password)) {
			return fmt.Errorf("the log has the password of %s", name)
		}
	}
	return nil
}

// closed: nobody else on the machine reaches the registry past nginx, or reads a key.
func closed(s *server, _ *oci.Graph) error {
	info, err := os.Stat(s.dir)
	if err != nil || info.Mode().Perm() != 0o700 {
		return fmt.Errorf("the folder is open: %v, %w", info.Mode(), err)
	}
	for _, name := range []string{"release.json", "reader.json", "pushers", "pullers", "tls/server.key", "registry.yml", "run/audit.log"} {
		info, err := os.Stat(filepath.Join(s.dir, name))
		if err != nil || info.Mode().Perm()&0o077 != 0 {
			return fmt.Errorf("%s is open: %v, %w", name, info, err)
		}
	}
	return nil
}
