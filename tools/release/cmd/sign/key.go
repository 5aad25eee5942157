// SPDX-License-Identifier: MIT

package main

import (
	"context"
	"crypto/sha256"
	"encoding/pem"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"text/tabwriter"
	"time"

	"github.com/gosqlite/gosqlite/tools/release/action"
	"github.com/gosqlite/gosqlite/tools/release/sign"
	"github.com/gosqlite/gosqlite/tools/release/sign/bundle"
	"github.com/gosqlite/gosqlite/tools/release/sign/identity"
	"github.com/gosqlite/gosqlite/tools/release/sign/key"
	"github.com/gosqlite/gosqlite/tools/release/sign/ring"
)

const (
	makeUsage = `usage: sign key make --ring FILE --key KEY --until TIME [FLAGS]

Makes a new ECDSA key on P-256 and the list of keys with it, signed by the key.

  --ring FILE          the list of keys to write, such as keys.json; its bundle lies beside it
  --until TIME         when the key ends to count, such as 2028-11-23T00:00:00Z
  --from TIME          when it begins to; now, when left out
  --identity NAME      what it may sign; release, when left out
  --existing           the key is there already and is only listed
` + keyUsage
	showUsage = `usage: sign key show --ring FILE

Shows the list of keys as a table. The file itself is the same for machines.
`
	rotateUsage = `usage: sign key rotate --ring FILE --key OLD --new-key NEW --until TIME [FLAGS]

Makes a new key and adds it to the list of keys, which the old key signs.

  --ring FILE          the list of keys
  --until TIME         when the new key ends to count
  --from TIME          when it begins to; now, when left out
  --overlap DURATION   how long the old one still counts after that; 720h, when left out
  --identity NAME      whose key it is; release, when left out
  --existing           the new key is there already and is only listed
  --new-key KEY, --new-secret SOURCE, --new-plugin PROGRAM
                       the new key, as below
` + keyUsage
	revokeUsage = `usage: sign key revoke --ring FILE --hint HINT --at TIME --reason TEXT --key KEY [FLAGS]

Says in the list of keys that a key does not count from a time on. Another key of the list signs that; only when there is
none does the revoked key itself.

  --ring FILE          the list of keys
  --hint HINT          the key to revoke, as key show tells it
  --at TIME            from when on it does not count
  --reason TEXT        why
` + keyUsage
)

func runKeyMake(ctx context.Context, w *world, args []string) (err error) {
	r := &ringCommand{w: w}
	flags := r.flags("key make")
	r.periodFlags(flags)
	if err := r.parse(flags, makeUsage, args); err != nil {
		return err
	}
	if _, err := os.Lstat(r.file); !errors.Is(err, fs.ErrNotExist) {
		return action.UsageError("--ring %s exists: a key is added to it by sign key rotate", r.file)
	}
	k, err := r.newKey(ctx, &r.signer)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, k.Close()) }()
	list, err := ring.New(k.Public(), r.identity, r.from, r.until)
	if err != nil {
		return err
	}
	return r.write(ctx, list, k)
}

func runKeyShow(_ context.Context, w *world, args []string) error {
	r := &ringCommand{w: w}
	flags := newFlags("key show")
	flags.StringVar(&r.file, "ring", "", "")
	if err := parse(w, flags, showUsage, args); err != nil {
		return err
	}
	if r.file == "" {
		return action.UsageError("--ring is needed")
	}
	list, err := r.read()
	if err != nil {
		return err
	}
	return show(w.stdout, list)
}

func runKeyRotate(ctx context.Context, w *world, args []string) (err error) {
	r := &ringCommand{w: w}
	var next signer
	overlap := 720 * time.Hour
	flags := r.flags("key rotate")
	r.periodFlags(flags)
	next.keyFlags(flags, "new-")
	flags.DurationVar(&overlap, "overlap", overlap, "")
	if err := r.parse(flags, rotateUsage, args); err != nil {
		return err
	}
	if err := next.check(); err != nil {
		return err
	}
	list, err := r.read()
	if err != nil {
		return err
	}
	old, err := r.openListed(ctx, list)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, old.Close()) }()
	k, err := r.newKey(ctx, &next)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, k.Close()) }()
	if err := list.Rotate(k.Public(), r.identity, r.from, r.until, overlap); err != nil {
		return err
	}
	return r.write(ctx, list, old)
}

func runKeyRevoke(ctx context.Context, w *world, args []string) (err error) {
	r := &ringCommand{w: w}
	var hint, at, reason string
	flags := r.flags("key revoke")
	flags.StringVar(&hint, "hint", "", "")
	flags.StringVar(&at, "at", "", "")
	flags.StringVar(&reason, "reason", "", "")
	if err := r.parse(flags, revokeUsage, args); err != nil {
		return err
	}
	when, err := parseTime("at", at, time.Time{})
	if err != nil {
		return err
	}
	if hint == "" || reason == "" || when.IsZero() {
		return action.UsageError("--hint, --at and --reason are needed")
	}
	list, err := r.read()
	if err != nil {
		return err
	}
	k, err := r.openListed(ctx, list)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, k.Close()) }()
	if err := checkRevoker(list, hint, k, w.now()); err != nil {
		return err
	}
	if err := list.Revoke(hint, when, reason); err != nil {
		return err
	}
	return r.write(ctx, list, k)
}

// checkRevoker refuses that a key revokes itself while another one could: whoever stole it would sign, too.
func checkRevoker(list *ring.Ring, hint string, k key.Key, now time.Time) error {
	by, err := hintOf(k)
	if err != nil || by != hint {
		return err
	}
	for _, other := range list.Keys {
		if other.Hint != hint && list.Counts(other.Hint, now) == nil {
			return action.UsageError("--key is the key to revoke: let %s sign this", other.Hint)
		}
	}
	return nil
}

// A ringCommand is what commands about a ring have in common.
type ringCommand struct {
	w            *world
	file         string
	signer       signer
	identity     string
	fromText     string
	untilText    string
	from, until  time.Time
	needsPeriods bool
	existing     bool
}

func (r *ringCommand) flags(name string) *flag.FlagSet {
	flags := newFlags(name)
	flags.StringVar(&r.file, "ring", "", "")
	r.signer.keyFlags(flags, "")
	return flags
}

func (r *ringCommand) periodFlags(flags *flag.FlagSet) {
	r.needsPeriods = true
	flags.StringVar(&r.identity, "identity", "release", "")
	flags.StringVar(&r.fromText, "from", "", "")
	flags.StringVar(&r.untilText, "until", "", "")
	flags.BoolVar(&r.existing, "existing", false, "")
}

func (r *ringCommand) parse(flags *flag.FlagSet, usage string, args []string) error {
	err := parse(r.w, flags, usage, args)
	if err != nil {
		return err
	}
	if r.file == "" {
		return action.UsageError("--ring is needed")
	}
	if r.needsPeriods {
		if r.from, err = parseTime("from", r.fromText, r.w.now()); err != nil {
			return err
		}
		if r.until, err = parseTime("until", r.untilText, time.Time{}); err != nil {
			return err
		}
		if !r.from.Before(r.until) {
			return action.UsageError("--until is needed, and has to come after --from")
		}
	}
	return r.signer.check()
}

// newKey makes a key, or opens one that is to be listed.
func (r *ringCommand) newKey(ctx context.Context, s *signer) (key.Key, error) {
	if !r.existing {
		return s.reference().Make(ctx, r.w.surroundings(), r.w.random)
	}
	k, err := s.reference().Open(ctx, r.w.surroundings())
	if err != nil {
		return nil, err
	}
	if err := identity.CheckP256(k.Public()); err != nil {
		return nil, errors.Join(err, k.Close())
	}
	return k, nil
}

func parseTime(name, text string, none time.Time) (time.Time, error) {
	if text == "" {
		return none, nil
	}
	t, err := time.Parse("2006-01-02T15:04:05Z", text)
	if err != nil {
		return t, action.UsageError("--%s %q: write it as 2026-11-23T00:00:00Z", name, text)
	}
	return t, nil
}

func (r *ringCommand) read() (*ring.Ring, error) {
	text, err := readText(r.file, ring.MaxText)
	if err != nil {
		return nil, err
	}
	return ring.Parse(text)
}

// openListed opens the signing key, which has to count now, of a list that is signed.
func (r *ringCommand) openListed(ctx context.Context, list *ring.Ring) (key.Key, error) {
	k, err := r.signer.reference().Open(ctx, r.w.surroundings())
	if err != nil {
		return nil, err
	}
	hint, err := hintOf(k)
	if err == nil {
		err = action.Reject(list.Counts(hint, r.w.now()))
	}
	if err == nil {
		err = r.checkSigned(list, hint)
	}
	if err != nil {
		return nil, errors.Join(err, k.Close())
	}
	return k, nil
}

// checkSigned wants the list to be signed by the key with that hint, or by one that came before it and is not revoked: whoever
// signs the next list says that this one holds. A key that came later may be one that somebody else put there.
func (r *ringCommand) checkSigned(list *ring.Ring, hint string) error {
	name := r.file + bundle.Extension
	signed, err := action.ReadFile(name, ring.MaxText)
	if err != nil {
		return action.Needed(fmt.Errorf("check the list of keys: %w", err))
	}
	text, err := list.Encode()
	if err != nil {
		return err
	}
	for _, k := range list.Keys {
		block, _ := pem.Decode([]byte(k.PublicKey))
		if err = bundle.CheckMessage(signed, sha256.Sum256(text), block.Bytes); err == nil && (k.Revoked == nil || k.Hint == hint) {
			return nil
		}
		if k.Hint == hint {
			break
		}
	}
	return action.Reject(fmt.Errorf("check the list of keys: %s is no signature of %s by %s, or by a key that is listed before it and not revoked; get both files as they were published", name, r.file, hint))
}

func hintOf(k key.Key) (string, error) {
	public, err := (&identity.Identity{Key: k}).Public()
	return identity.Hint(public), err
}

// write writes the ring and its bundle. The bundle comes first: a ring that was not replaced still has the signature of
// nothing, and is seen.
func (r *ringCommand) write(ctx context.Context, list *ring.Ring, by key.Key) error {
	text, err := list.Encode()
	if err != nil {
		return err
	}
	id := &identity.Identity{Key: by}
	signed, err := (&bundle.Writer{Identity: id}).Message(ctx, sha256.Sum256(text))
	if err != nil {
		return err
	}
	if err := writeText(sign.BundleName(r.file, id), signed); err != nil {
		return err
	}
	if err := writeText(r.file, text); err != nil {
		return err
	}
	return show(r.w.stdout, list)
}

// show prints the ring as a table.
func show(w io.Writer, list *ring.Ring) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "HINT\tIDENTITY\tFROM\tUNTIL\tREVOKED")
	for _, k := range list.Keys {
		revoked := "no"
		if k.Revoked != nil {
			revoked = fmt.Sprintf("%s: %q", k.Revoked.At.Format(time.RFC3339), k.Revoked.Reason)
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\n", k.Hint, k.Identity, k.From.Format(time.RFC3339), k.Until.Format(time.RFC3339), revoked)
	}
	return t.Flush()
}
