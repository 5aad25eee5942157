// SPDX-License-Identifier: MIT
//
// What C calls in Go. The functions are exported by this package's Go files and
// resolved when the program is linked, so the C library that amalgamation.c
// makes leaves them undefined. Go files include this header where dllexport
// does not stand in the way, and a prototype that differs does not compile.
//
// host is gosqlite_conn.host; slot is a callback in that connection's table.
#ifndef GOSQLITE_CALLBACK_H
#define GOSQLITE_CALLBACK_H

#include "capi.h"
#include "vtab.h"

// ---- callback.go
extern void gosqliteGoDrop(uintptr_t host, int slot);

// ---- func.go
extern void gosqliteGoScalar(uintptr_t host, int slot, uintptr_t ctx, int argc, gosqlite_cell *argv);
extern int64_t gosqliteGoStep(uintptr_t host, int slot, uintptr_t ctx, int64_t state, int argc, gosqlite_cell *argv);
extern void gosqliteGoInverse(uintptr_t host, int slot, uintptr_t ctx, int64_t state, int argc, gosqlite_cell *argv);
extern void gosqliteGoValue(uintptr_t host, int slot, uintptr_t ctx, int64_t state, int last);
extern int gosqliteGoCollate(uintptr_t host, int slot, char *a, int na, char *b, int nb);

// ---- hook.go
extern int gosqliteGoProgress(uintptr_t host);
extern int gosqliteGoBusy(uintptr_t host, int count);
extern int gosqliteGoCommit(uintptr_t host);
extern void gosqliteGoRollback(uintptr_t host);
extern void gosqliteGoUpdate(uintptr_t host, int op, char *schema, char *table, int64_t rowid);
extern void gosqliteGoPreUpdate(uintptr_t host, int op, char *schema, char *table, int64_t old_rowid, int64_t new_rowid);
extern int gosqliteGoWAL(uintptr_t host, char *schema, int pages);
extern unsigned int gosqliteGoAutovacuum(uintptr_t host, char *schema, unsigned int pages, unsigned int free_pages, unsigned int page_size);
extern int gosqliteGoAuthorize(uintptr_t host, int action, char *a, char *b, char *schema, char *inner);
extern void gosqliteGoTrace(uintptr_t host, unsigned int event, uintptr_t stmt, char *text, int64_t ns);
extern void gosqliteGoCollationNeeded(uintptr_t host, char *name);

// ---- session.go
extern int gosqliteGoSessionFilter(uintptr_t host, int slot, char *table);
extern int gosqliteGoApplyFilter(uintptr_t host, int slot, uintptr_t iter);
extern int gosqliteGoConflict(uintptr_t host, int slot, int kind, uintptr_t iter);

// ---- fts5.go
extern int gosqliteGoTokenizerNew(uintptr_t host, int slot, char **argv, int argc);
extern int gosqliteGoTokenize(uintptr_t host, int slot, int flags, char *text, int n, char *locale, int nlocale, uintptr_t sink);
extern void gosqliteGoFTS5(uintptr_t host, int slot, uintptr_t ctx, uintptr_t match, int argc, gosqlite_cell *argv);
extern int gosqliteGoFTS5Phrase(uintptr_t host, int slot, uintptr_t match);

// ---- stream.go
extern int gosqliteGoStreamRead(uintptr_t stream, char *p, int *n);
extern int gosqliteGoStreamWrite(uintptr_t stream, char *p, int n);

// ---- vtab.go
extern int gosqliteGoVTabConnect(uintptr_t host, int slot, int create, int argc, char **argv, int *table);
extern int gosqliteGoVTabEnd(uintptr_t host, int slot, int destroy);
extern int gosqliteGoVTabBest(uintptr_t host, int slot, gosqlite_index *index);
extern int gosqliteGoVTabOpen(uintptr_t host, int slot, int *cursor);
extern int gosqliteGoVTabUpdate(uintptr_t host, int slot, int n, gosqlite_cell *cells, int64_t *rowid);
extern int gosqliteGoVTabTxn(uintptr_t host, int slot, int what, int n);
extern int gosqliteGoVTabRename(uintptr_t host, int slot, char *name);
extern int gosqliteGoVTabIntegrity(uintptr_t host, int slot, char *schema, char *table, int quick);
extern int gosqliteGoVTabFunction(uintptr_t host, int slot, int nargs, char *name, int *function);
extern void gosqliteGoCursorClose(uintptr_t host, int slot);
extern int gosqliteGoCursorFilter(uintptr_t host, int slot, int num, char *text, int n, gosqlite_cell *cells,
                                  uintptr_t values);
extern int gosqliteGoCursorNext(uintptr_t host, int slot);
extern int gosqliteGoCursorColumn(uintptr_t host, int slot, int i, int unchanged);
extern int gosqliteGoCursorRowID(uintptr_t host, int slot, int64_t *rowid);

// ---- vfs.go; the first argument names a file system or an open file
extern int gosqliteGoVFSOpen(uintptr_t vfs, char *name, int flags, int *out_flags, uintptr_t *file);
extern int gosqliteGoVFSDelete(uintptr_t vfs, char *name, int sync);
extern int gosqliteGoVFSAccess(uintptr_t vfs, char *name, int flags, int *out);
extern int gosqliteGoVFSFull(uintptr_t vfs, char *name, int n, char *out);
extern int gosqliteGoFileClose(uintptr_t file);
extern int gosqliteGoFileRead(uintptr_t file, char *p, int n, int64_t off);
extern int gosqliteGoFileWrite(uintptr_t file, char *p, int n, int64_t off);
extern int gosqliteGoFileTruncate(uintptr_t file, int64_t size);
extern int gosqliteGoFileSync(uintptr_t file, int flags);
extern int gosqliteGoFileSize(uintptr_t file, int64_t *size);
extern int gosqliteGoFileLock(uintptr_t file, int level);
extern int gosqliteGoFileUnlock(uintptr_t file, int level);
extern int gosqliteGoFileReserved(uintptr_t file, int *out);
extern int gosqliteGoFileSector(uintptr_t file);
extern int gosqliteGoFileTraits(uintptr_t file);
extern int gosqliteGoShmMap(uintptr_t file, int region, int size, int extend, uintptr_t *at);
extern int gosqliteGoShmLock(uintptr_t file, int offset, int n, int flags);
extern int gosqliteGoShmUnmap(uintptr_t file);

#endif  // GOSQLITE_CALLBACK_H
