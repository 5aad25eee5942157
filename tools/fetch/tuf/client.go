// SPDX-License-Identifier: MIT

package tuf

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/theupdateframework/go-tuf/v2/metadata/config"
	"github.com/theupdateframework/go-tuf/v2/metadata/updater"
)

// Limits bound what a server can make the client do. A zero has the default.
type Limits struct {
	Target  int64         // bytes of one target; 4 GiB
	Refresh time.Duration // all metadata together; 5 minutes
	Window  time.Duration // in each window of this length, 30 seconds,
	Bytes   int64         // so many bytes have to come at least; 16 KiB
}

func (l *Limits) fill() {
	if l.Target == 0 {
		l.Target = 4 << 30
	}
	if l.Refresh == 0 {
		l.Refresh = 5 * time.Minute
	}
	if l.Window == 0 {
		l.Window = 30 * time.Second
	}
	if l.Bytes == 0 {
		l.Bytes = 16 << 10
	}
}

// Options are what a client depends on.
type Options struct {
	// Root is the first root, which the user has from elsewhere. It may be nil only where Init was called for the state.
	Root        []byte
	MetadataURL string
	TargetsURL  string // needed for downloads
	State       string // a folder of this client alone; it is made where it is not there
	HTTP        *http.Client
	Now         func() time.Time
	Limits      Limits
}

// A Client is a user's view of a repository.
type Client struct {
	o       Options
	mu      sync.Mutex
	fresh   bool
	fetch   *fetcher
	updater *updater.Updater // nil before the first refresh
}

// Open makes a client. It does not touch the network.
func Open(o Options) (*Client, error) {
	if o.State == "" || o.HTTP == nil || o.Now == nil {
		return nil, errors.New("open repository: state, client and clock are needed")
	}
	if err := checkAddress(o.MetadataURL); err != nil {
		return nil, fmt.Errorf("open repository: %w", err)
	}
	if o.TargetsURL != "" {
		if err := checkAddress(o.TargetsURL); err != nil {
			return nil, fmt.Errorf("open repository: %w", err)
		}
	}
	o.Limits.fill()
	c := &Client{o: o}
	c.fetch = &fetcher{client: c}
	var err error
	if _, c.fresh, err = openState(o.State, o.Root); err != nil {
		return nil, fmt.Errorf("open repository: %w", err)
	}
	return c, nil
}

func checkAddress(address string) error {
	u, err := url.Parse(address)
	if err == nil && (u.Scheme == "" || u.RawQuery != "" || u.Fragment != "") {
		err = errors.New("a scheme is missing, or there is something after the path")
	}
	if err != nil {
		return fmt.Errorf("read address %.200q: %w", address, err)
	}
	return nil
}

// Fresh says whether the state held nothing when the client was opened. There was no protection from a rollback then.
func (c *Client) Fresh() bool { return c.fresh }

// Refresh brings metadata up to date. The other methods do it the first time.
func (c *Client) Refresh(ctx context.Context) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.refresh(ctx)
}

func (c *Client) refresh(ctx context.Context) error {
	c.updater = nil
	u, err := c.update(ctx)
	if err != nil {
		return fmt.Errorf("refresh metadata: %w", err)
	}
	c.updater = u
	return markState(c.o.State)
}

func (c *Client) update(ctx context.Context) (*updater.Updater, error) {
	root, _, err := openState(c.o.State, c.o.Root)
	if err != nil {
		return nil, err
	}
	if err := checkState(c.o.State); err != nil {
		return nil, err
	}
	cfg, err := config.New(c.o.MetadataURL, root)
	if err != nil {
		return nil, err
	}
	cfg.Fetcher = c.fetch
	cfg.LocalMetadataDir, cfg.LocalTargetsDir = c.o.State, c.o.State
	defer c.within(ctx)()
	var u *updater.Updater
	err = guarded(func() (err error) {
		if u, err = updater.New(cfg); err != nil {
			return err
		}
		u.UnsafeSetRefTime(c.o.Now())
		return u.Refresh()
	})
	return u, err
}

// within gives what the library fetches a context, and a bound in time. It returns what ends both.
func (c *Client) within(ctx context.Context) func() {
	ctx, cancel := context.WithTimeoutCause(ctx, c.o.Limits.Refresh, fmt.Errorf("%w: metadata took more than %s", ErrSlow, c.o.Limits.Refresh))
	c.fetch.ctx = ctx
	return cancel
}

// ready refreshes the first time.
func (c *Client) ready(ctx context.Context) error {
	if c.updater != nil {
		return nil
	}
	return c.refresh(ctx)
}

// join is an address under another one, which may end in a slash.
func join(base string, elements ...string) string {
	for i, e := range elements {
		elements[i] = url.PathEscape(e)
	}
	return strings.TrimSuffix(base, "/") + "/" + strings.Join(elements, "/")
}
