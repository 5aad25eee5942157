// SPDX-License-Identifier: MIT

package sqlite

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
	"time"
)

// Pool is a database file in WAL mode with one connection that writes and
// several that read, which never wait for each other. Its functions run in
// transactions: a writer holds the write lock from its start, a reader sees one
// state of the database from its start to its end. A connection that a function
// has closed, or lost to runtime.Goexit, is replaced.
//
// https://sqlite.org/wal.html
type Pool struct {
	writer  chan *Conn // holds the one while it is free
	readers chan *Conn
	all     []*Conn
	name    string // as OpenPool got it
	options PoolOptions
	file    string // the database's absolute path

	mu      sync.Mutex          // also of all
	reading map[*Conn]time.Time // since when
	isShut  bool
	shut    chan struct{}  // closed with the pool, for those who wait
	users   sync.WaitGroup // functions that run or wait
}

// PoolOptions tune [OpenPool].
type PoolOptions struct {
	// Readers is how many functions may read at once; 4 when it is 0.
	Readers int
	// Init, if any, runs on each connection: the place for functions and
	// pragmas.
	Init func(*Conn) error
}

// PoolStats tells what a WAL that grows is waiting for: a checkpoint cannot pass
// the oldest reader.
type PoolStats struct {
	WALBytes     int64         // size of the -wal file, which a checkpoint does not shrink
	Reading      int           // functions that read now
	OldestReader time.Duration // how long the first of them has been reading
}

var errPoolClosed = misuse("pool is closed")

// OpenPool opens the file, creates it if needed, and sets WAL mode. A database
// in memory has no WAL: use one Conn.
//
// https://sqlite.org/wal.html
func OpenPool(name string, o PoolOptions) (*Pool, error) {
	if o.Readers == 0 {
		o.Readers = 4
	}
	if o.Readers < 0 {
		return nil, misuse("a pool wants at least one reader")
	}
	p := &Pool{
		name: name, options: o,
		writer:  make(chan *Conn, 1),
		readers: make(chan *Conn, o.Readers),
		reading: map[*Conn]time.Time{},
		shut:    make(chan struct{}),
	}
	for i := range 1 + o.Readers {
		c, err := p.open(i == 0)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("open pool %q: %w", name, err), p.Close())
		}
		if i == 0 {
			p.file = c.Filename("main")
			p.writer <- c
		} else {
			p.readers <- c
		}
	}
	return p, nil
}

// open opens a connection and adds it to those that Close closes.
func (p *Pool) open(writer bool) (*Conn, error) {
	c, err := Open(p.name, OpenReadWrite|OpenCreate)
	if err != nil {
		return nil, err
	}
	if err := p.setUp(c, writer); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.all = append(p.all, c)
	return c, nil
}

func (p *Pool) setUp(c *Conn, writer bool) error {
	if writer {
		if err := c.wal(); err != nil {
			return err
		}
	}
	if p.options.Init != nil {
		if err := p.options.Init(c); err != nil {
			return err
		}
	}
	if writer {
		return nil
	}
	return c.Exec("PRAGMA query_only = 1")
}

// live gives c, or another connection in its place when a function has closed it
// or lost it to runtime.Goexit. Without one, c stays for the next try.
func (p *Pool) live(c *Conn, writer bool) (*Conn, error) {
	if c.whyUnusable() == nil {
		return c, nil
	}
	// It gives back its files and locks.
	if err := c.Close(); err != nil {
		return c, err
	}
	next, err := p.open(writer)
	if err != nil {
		return c, fmt.Errorf("open another connection of pool %q: %w", p.name, err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.all = slices.DeleteFunc(p.all, func(x *Conn) bool { return x == c })
	return next, nil
}

// wal sets WAL mode and finds out whether SQLite took it.
func (c *Conn) wal() error {
	s, _, err := c.Prepare("PRAGMA journal_mode = wal")
	if err != nil {
		return err
	}
	defer s.Close()
	if _, err := s.Step(); err != nil {
		return err
	}
	if mode := s.ColumnText(0); mode != "wal" {
		return coded(ErrError, "journal mode is "+mode+": the database cannot have a WAL")
	}
	return nil
}

// Read runs f on a connection that cannot write, in a transaction of its own. It
// waits for a free connection until ctx ends, which also ends what f runs.
//
// https://sqlite.org/isolation.html
func (p *Pool) Read(ctx context.Context, f func(*Conn) error) error {
	c, err := p.take(ctx, p.readers)
	if err != nil {
		return err
	}
	defer func() { p.give(p.readers, c) }()
	if c, err = p.live(c, false); err != nil {
		return err
	}
	p.mu.Lock()
	p.reading[c] = time.Now()
	p.mu.Unlock()
	defer func() {
		p.mu.Lock()
		delete(p.reading, c)
		p.mu.Unlock()
	}()
	// The first read fixes the state that is seen: do it here, not whenever f
	// comes to it.
	return c.transact(ctx, "BEGIN; SELECT 1 FROM sqlite_schema LIMIT 1", f)
}

// Write runs f on the connection that writes and commits; an error or a panic of
// f rolls back. One function writes at a time, others wait until ctx ends.
//
// https://sqlite.org/lang_transaction.html
func (p *Pool) Write(ctx context.Context, f func(*Conn) error) error {
	c, err := p.take(ctx, p.writer)
	if err != nil {
		return err
	}
	defer func() { p.give(p.writer, c) }()
	if c, err = p.live(c, true); err != nil {
		return err
	}
	return c.transact(ctx, "BEGIN IMMEDIATE", f)
}

// take waits for a connection; what it gives goes back by give.
func (p *Pool) take(ctx context.Context, from chan *Conn) (c *Conn, err error) {
	p.mu.Lock()
	if p.isShut {
		p.mu.Unlock()
		return nil, errPoolClosed
	}
	p.users.Add(1)
	p.mu.Unlock()
	defer func() {
		if err != nil {
			p.users.Done()
		}
	}()
	select {
	case c := <-from:
		return c, nil
	default:
	}
	select {
	case c := <-from:
		return c, nil
	case <-p.shut:
		return nil, errPoolClosed
	case <-ctx.Done():
		return nil, &Error{Code: ErrInterrupt, Message: "interrupted while waiting for a connection of the pool", Offset: -1, cause: ctx.Err()}
	}
}

func (p *Pool) give(to chan *Conn, c *Conn) {
	to <- c
	p.users.Done()
}

// transact runs f between begin and COMMIT. Whatever f leaves open, the
// connection is without a transaction afterwards; a statement that it left half
// read would hold the next function in this one's state.
func (c *Conn) transact(ctx context.Context, begin string, f func(*Conn) error) (err error) {
	w := c.watch(ctx)
	committed := false
	defer func() {
		c.unwatch(w)
		if committed {
			return
		}
		if !c.AutoCommit() {
			if rerr := c.Exec("ROLLBACK"); err == nil {
				err = rerr
			}
		}
		// What was to be written is undone. A transaction that f has ended leaves its statements half read all the same.
		_ = c.ResetAll()
	}()
	if err := c.Exec(begin); err != nil {
		return err
	}
	if err := f(c); err != nil {
		return err
	}
	if err := c.ResetAll(); err != nil {
		return err
	}
	if c.AutoCommit() {
		return coded(ErrAbortRollback, "the transaction ended before its function did")
	}
	if err := c.Exec("COMMIT"); err != nil {
		return err
	}
	committed = true
	return nil
}

// Stats looks at the WAL and at who reads.
//
// https://sqlite.org/wal.html
func (p *Pool) Stats() (PoolStats, error) {
	var s PoolStats
	p.mu.Lock()
	for _, since := range p.reading {
		s.Reading++
		s.OldestReader = max(s.OldestReader, time.Since(since))
	}
	p.mu.Unlock()
	info, err := os.Stat(p.file + "-wal")
	if errors.Is(err, os.ErrNotExist) {
		return s, nil // the last connection's close takes it away
	}
	if err != nil {
		return s, fmt.Errorf("pool: %w", err)
	}
	s.WALBytes = info.Size()
	return s, nil
}

// Close waits for the functions that run, ends the waits of others, and closes
// all connections. A second Close does nothing.
//
// https://sqlite.org/c3ref/close.html
func (p *Pool) Close() error {
	p.mu.Lock()
	if p.isShut {
		p.mu.Unlock()
		return nil
	}
	p.isShut = true
	close(p.shut)
	p.mu.Unlock()
	p.users.Wait()
	var err error
	for _, c := range p.all {
		err = errors.Join(err, c.Close())
	}
	return err
}
