// SPDX-License-Identifier: MIT

package shell

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"

	"github.com/gosqlite/gosqlite/sqlite"
)

// backupPages is how many pages are copied at a time: about 4 MB, so that
// Ctrl-C and the progress bar are served and other connections get a turn.
const backupPages = 1024

func runBackup(ctx context.Context, s *session, args []string) (err error) {
	path := args[0]
	if resolved, err := filepath.EvalSymlinks(path); err == nil {
		path = resolved // SQLite names journals after it
	}
	if err := s.refuseLiveTarget(path); err != nil {
		return fmt.Errorf("back up to %s: %w", path, err)
	}
	f, err := createFile(path)
	if err != nil {
		return err
	}
	if f.temp == "" {
		f.abort()
		return fmt.Errorf("back up to %s: not a regular file", path)
	}
	// A copy is as private as the database itself.
	if source, statErr := os.Stat(s.conn.Filename("main")); statErr == nil && runtime.GOOS != "windows" {
		err = f.Chmod(source.Mode().Perm())
	}
	if err == nil {
		err = s.backupTo(ctx, f.temp)
	}
	if err != nil {
		f.abort()
		removeSideFiles(f.temp)
		return fmt.Errorf("back up to %s: %w", path, err)
	}
	removeSideFiles(f.temp)
	return f.commit()
}

// refuseLiveTarget refuses to rename over a database that is in use: its
// journal or write-ahead log would be applied to the wrong file.
func (s *session) refuseLiveTarget(path string) error {
	target, err := os.Stat(path)
	if err != nil {
		return nil
	}
	if source, err := os.Stat(s.conn.Filename("main")); err == nil && os.SameFile(source, target) {
		return fmt.Errorf("it is the open database itself")
	}
	for _, suffix := range []string{"-journal", "-wal"} {
		if _, err := os.Stat(path + suffix); err == nil {
			return fmt.Errorf("%s%s exists, so another program may use it; choose another file", path, suffix)
		}
	}
	return nil
}

func removeSideFiles(path string) {
	for _, suffix := range []string{"-journal", "-wal", "-shm"} {
		os.Remove(path + suffix)
	}
}

func (s *session) backupTo(ctx context.Context, path string) (err error) {
	dst, err := sqlite.Open(path, sqlite.OpenReadWrite)
	if err != nil {
		return err
	}
	defer func() {
		if closeErr := dst.Close(); err == nil {
			err = closeErr
		}
	}()
	return s.copyPages(ctx, "backup", s.conn, dst)
}

func runRestore(ctx context.Context, s *session, args []string) (err error) {
	path := args[0]
	// For some names SQLite makes an empty database, which would take the place of this one.
	if _, err := os.Stat(path); err != nil {
		return fmt.Errorf("restore from %s: %w", path, err)
	}
	// Read-only, SQLite could not clear away the write-ahead log of a database
	// in WAL mode; it opens a write-protected file read-only by itself.
	src, err := sqlite.Open(path, sqlite.OpenReadWrite)
	if err != nil {
		return fmt.Errorf("restore from %s: %w", path, err)
	}
	defer src.Close()
	if err := src.SetBusyTimeout(s.cfg.timeout); err != nil {
		return fmt.Errorf("restore from %s: %w", path, err)
	}
	if !s.conn.AutoCommit() {
		return fmt.Errorf("restore from %s: a transaction is open; COMMIT or ROLLBACK first", path)
	}
	if err := s.copyPages(ctx, "restore", src, s.conn); err != nil {
		return fmt.Errorf("restore from %s: %w", path, err)
	}
	return nil
}

// copyPages copies src's main database over dst's. Until the last step the
// copy is an open transaction of dst, and closing it early rolls it back.
func (s *session) copyPages(ctx context.Context, label string, src, dst *sqlite.Conn) (err error) {
	// Both wait for locks by themselves, and the context ends such a wait.
	defer src.SetContext(ctx)()
	defer dst.SetContext(ctx)()
	backup, err := src.Backup(dst, "main", "main")
	if err != nil {
		return err
	}
	bar := s.newProgress(label)
	defer bar.clear()
	defer func() {
		if closeErr := backup.Close(); err == nil {
			err = closeErr
		}
	}()
	for {
		if err := ctx.Err(); err != nil {
			return interrupted{err}
		}
		done, err := backup.Step(backupPages)
		if err != nil || done {
			return interruption(ctx, err)
		}
		total := int64(backup.PageCount())
		bar.update(total-int64(backup.Remaining()), total, fmt.Sprintf("%d pages", total))
	}
}
