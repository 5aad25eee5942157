// SPDX-License-Identifier: MIT

package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/mod/modfile"

	"github.com/gosqlite/gosqlite/tools/publish/oci"
	"github.com/gosqlite/gosqlite/tools/publish/tree"
	"github.com/gosqlite/gosqlite/tools/release/action"
	"github.com/gosqlite/gosqlite/tools/scan/osv"
)

const revokeUsage = `usage: publish revoke --to TARGET --version VERSION --reason TEXT [--publish] [FLAGS]

Says of a published version that nobody should use it any more. Its files stay. In a folder, index.json lists it with the
reason, the list of the Go module lacks it, and the advisories are replaced, all at once; a TUF repository in it offers it no
more. In a registry it gets a referrer.

  --to TARGET           file:FOLDER, tuf:FOLDER, or oci://HOST/REPOSITORY
  --version VERSION     such as v1.2.0
  --reason TEXT         one line, for everybody to see
  --advisories FOLDER   the feed that scan advisory build wrote; with it, --advisory
  --advisory ID         the advisory that names the version, such as x_GOSQLITE-2026-0001
  --go-mod FILE         writes the retraction into this go.mod, which the next version has; else it is only printed
  --tuf-online FILE, --tuf-seen FILE
                        of tuf:FOLDER, as for publishing
  --tuf-key KEY         a key of the role that lists the version, such as stable-v1; repeated where more have to sign. Its
                        passphrase comes by --tuf-secret SOURCE; --tuf-plugin PROGRAM is as for sign
  --tuf-staged FOLDER   what tuf remove wrote and the holders of such keys signed; instead of --tuf-key. Without both, a dry
                        run says which keys are needed
  --credentials FILE, --ca FILE
                        of a registry, as for publishing
  --publish             not a dry run

Exit codes: 0 done, 1 failure, 2 usage, 3 refused.
`

// A revocation is one that was asked for.
type revocation struct {
	tree.Revocation
	feed       []tree.Item
	advisory   []byte // the OSV record; nil without one
	withdrawal withdrawal
}

// A revoker is a target that takes revocations: it says what changes, and with commit does it.
type revoker interface {
	revoke(ctx context.Context, r revocation, commit bool) (said string, err error)
}

func revoke(ctx context.Context, args []string, w world) error {
	o, r := &options{revokes: true}, revocation{}
	var goMod string
	f := flag.NewFlagSet("revoke", flag.ContinueOnError)
	f.StringVar(&o.to, "to", "", "")
	f.StringVar(&r.Version, "version", "", "")
	f.StringVar(&r.Reason, "reason", "", "")
	f.StringVar(&o.advisories, "advisories", "", "")
	f.StringVar(&r.Advisory, "advisory", "", "")
	f.StringVar(&goMod, "go-mod", "", "")
	f.StringVar(&o.login, "credentials", "", "")
	f.StringVar(&o.ca, "ca", "", "")
	f.StringVar(&o.online, "tuf-online", "", "")
	f.StringVar(&o.seen, "tuf-seen", "", "")
	f.Var(&r.withdrawal.keys, "tuf-key", "")
	f.StringVar(&r.withdrawal.secret, "tuf-secret", "", "")
	f.StringVar(&r.withdrawal.plugin, "tuf-plugin", "", "")
	f.StringVar(&r.withdrawal.staged, "tuf-staged", "", "")
	f.BoolVar(&o.publish, "publish", false, "")
	if err := action.Parse(f, revokeUsage, args, w.stdout); err != nil {
		return err
	}
	r.Time = w.now().UTC().Format(time.RFC3339)
	if o.to == "" {
		return action.UsageError("--to, --version and --reason are needed")
	}
	if err := r.Check(); err != nil {
		return action.UsageError("%w", err)
	}
	if (o.advisories == "") != (r.Advisory == "") {
		return action.UsageError("--advisories and --advisory go together")
	}
	if o.staged = r.withdrawal.staged; o.staged != "" && len(r.withdrawal.keys) > 0 {
		return action.UsageError("--tuf-key and --tuf-staged are two ways to the same signatures; name one")
	}
	if len(r.withdrawal.keys) > 0 && !strings.HasPrefix(o.to, "tuf:") {
		return action.UsageError("--tuf-key goes with --to tuf:FOLDER")
	}
	if err := r.read(o.advisories); err != nil {
		return err
	}
	o.advisories = "" // read; a registry takes no feed
	to, err := o.open(w)
	if err != nil {
		return err
	}
	target, ok := to.(revoker)
	if !ok {
		return action.UsageError("--to %s: this target takes no revocation", o.to)
	}
	// The retraction first: what can't be said to users of go.mod must not be half done.
	retraction, err := retract(goMod, r.Revocation)
	if err != nil {
		return err
	}
	said, err := target.revoke(ctx, r, o.publish)
	if err != nil {
		return err
	}
	verb := "dry run, would revoke"
	if o.publish {
		verb = "revoked"
		if err := writeRetraction(goMod, retraction); err != nil {
			return err
		}
	}
	fmt.Fprintf(w.stdout, "%s %s at %s: %s\n", verb, r.Version, o.to, said)
	if goMod == "" {
		fmt.Fprintf(w.stdout, "the next version's go.mod needs:\n\nretract %s // %s\n", r.Version, r.Reason)
	}
	return nil
}

// read takes the feed, and demands that the advisory is in it and names the version.
func (r *revocation) read(feed string) (err error) {
	if feed == "" {
		return nil
	}
	if r.feed, err = tree.Advisories(feed); err != nil {
		return err
	}
	if filepath.Base(r.Advisory) != r.Advisory {
		return action.UsageError("--advisory %s is no id", r.Advisory)
	}
	if r.advisory, err = read("advisories", filepath.Join(feed, "osv", r.Advisory+".json")); err != nil {
		return err
	}
	record, err := osv.Parse(r.advisory)
	if err != nil {
		return fmt.Errorf("read --advisory: %w", err)
	}
	if record.ID != r.Advisory || record.Withdrawn != "" {
		return action.Reject(fmt.Errorf("advisory %s: it is %s, or withdrawn", r.Advisory, record.ID))
	}
	for _, a := range record.Affected {
		verdict, err := a.Match(strings.TrimPrefix(r.Version, "v"))
		if err != nil {
			return fmt.Errorf("read --advisory: %w", err)
		}
		if verdict.Affected {
			return nil
		}
	}
	return action.Reject(fmt.Errorf("advisory %s does not name %s: mend it, build the feed, and run again", r.Advisory, r.Version))
}

// retract is a go.mod with the retraction. It is the same text where it has it already.
func retract(name string, r tree.Revocation) ([]byte, error) {
	if name == "" {
		return nil, nil
	}
	text, err := read("go-mod", name)
	if err != nil {
		return nil, err
	}
	f, err := modfile.Parse(name, text, nil)
	if err != nil {
		return nil, fmt.Errorf("read --go-mod: %w", err)
	}
	for _, old := range f.Retract {
		if old.Low == r.Version && old.High == r.Version {
			return text, nil
		}
	}
	if err := f.AddRetract(modfile.VersionInterval{Low: r.Version, High: r.Version}, r.Reason); err != nil {
		return nil, fmt.Errorf("retract %s: %w", r.Version, err)
	}
	return f.Format()
}

func writeRetraction(name string, text []byte) error {
	if name == "" {
		return nil
	}
	info, err := os.Stat(name)
	if err != nil {
		return fmt.Errorf("write --go-mod: %w", err)
	}
	return action.WriteFile(name, info.Mode().Perm(), func(w io.Writer) error { _, err := w.Write(text); return err })
}

func (f *folder) revoke(ctx context.Context, r revocation, commit bool) (string, error) {
	if _, err := f.versions(ctx); err != nil {
		return "", err
	}
	change, err := tree.Revoke(f.base, f.generation, r.Revocation, r.feed)
	if err != nil {
		return "", err
	}
	if change.Nothing() {
		return "nothing to do", nil
	}
	changed := 0
	for _, d := range change.Files {
		if d.Change != tree.Same {
			changed++
		}
	}
	said := fmt.Sprintf("%d files change; state %.12s", changed, change.Next)
	if commit {
		err = f.store.Commit(ctx, change)
	}
	return said, err
}

func (x *registry) revoke(ctx context.Context, r revocation, commit bool) (string, error) {
	// Without the time: the same revocation is the same referrer, whenever it is sent.
	text, err := json.Marshal(map[string]string{"version": r.Version, "reason": r.Reason, "advisory": r.Advisory})
	if err != nil {
		return "", err
	}
	documents := []oci.Document{{Name: "revocation.json", MediaType: "application/json", Text: append(text, '\n')}}
	if r.advisory != nil {
		documents = append(documents, oci.Document{Name: r.Advisory + ".json", MediaType: "application/json", Text: r.advisory})
	}
	if !commit {
		reasons, err := x.r.Revocations(ctx, r.Version)
		return fmt.Sprintf("a referrer beside %d", len(reasons)), err
	}
	digest, err := x.r.Revoke(ctx, r.Version, r.Reason, documents)
	return "referrer " + digest.String(), err
}
