// SPDX-License-Identifier: MIT

package driver

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"
	"log/slog"
	"time"
)

// Option changes what [NewConnector] makes.
type Option func(*hooks)

// hooks look at what passes between database/sql and SQLite.
type hooks struct {
	log    *slog.Logger
	slow   time.Duration
	errors func(error) error
}

// WithErrors lets f replace every error that database/sql gets to see, so that
// a program may go on matching errors of its own or of another driver.
func WithErrors(f func(error) error) Option { return func(h *hooks) { h.errors = f } }

// WithLogger logs each statement at its end: at level Debug, at Warn when it
// took slow or longer (0: never), at Error when it failed. The record holds the
// SQL text, which may hold secrets where values are not bound, never values.
func WithLogger(log *slog.Logger, slow time.Duration) Option {
	return func(h *hooks) { h.log, h.slow = log, slow }
}

// out is the error that database/sql gets.
func (c *Conn) out(err error) error {
	if err == nil || c.hooks == nil {
		return err
	}
	return c.hooks.out(err)
}

func (h *hooks) out(err error) error {
	if err == nil || h == nil || h.errors == nil || err == io.EOF || errors.Is(err, driver.ErrBadConn) || err == driver.ErrSkip {
		return err
	}
	return h.errors(err)
}

// began is when a statement begins, the zero time when nobody asks.
func (c *Conn) began() time.Time {
	if c.hooks == nil || c.hooks.log == nil {
		return time.Time{}
	}
	return time.Now()
}

// ended logs a statement, with how many rows it read or changed (-1: neither),
// and gives the error that database/sql gets.
func (c *Conn) ended(ctx context.Context, what, sql string, began time.Time, err error, rows int64) error {
	if c.hooks == nil {
		return err
	}
	c.hooks.ended(ctx, what, sql, began, err, rows)
	return c.out(err)
}

func (h *hooks) ended(ctx context.Context, what, sql string, began time.Time, err error, rows int64) {
	if h.log != nil && !began.IsZero() {
		took := time.Since(began)
		level := slog.LevelDebug
		attrs := []slog.Attr{slog.String("sql", sql), slog.Duration("took", took)}
		if rows >= 0 && err == nil {
			attrs = append(attrs, slog.Int64("rows", rows))
		}
		if h.slow > 0 && took >= h.slow {
			level = slog.LevelWarn
		}
		if err != nil {
			level = slog.LevelError
			attrs = append(attrs, slog.String("error", err.Error()))
		}
		h.log.LogAttrs(ctx, level, "gosqlite: "+what, attrs...)
	}
}
