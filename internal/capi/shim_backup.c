// SPDX-License-Identifier: MIT
//
// Whole databases and single blobs: backup, serialize, incremental I/O.
#ifdef GOSQLITE_SHIMS

#define BACKUP(h) ((sqlite3_backup *)(h))
#define BLOB(h) ((sqlite3_blob *)(h))

// Errors of a backup are those of its destination.
int gosqlite_backup_init(uintptr_t dst, const char *dstschema, uintptr_t src,
                         const char *srcschema, uintptr_t *out) {
  sqlite3_backup *b = sqlite3_backup_init(DB(dst), dstschema, DB(src), srcschema);
  *out = (uintptr_t)b;
  if (b) return SQLITE_OK;
  return gosqlite_fail(CONN(dst), sqlite3_errcode(DB(dst)));
}

// Copies in small steps so that a cancelled context ends a long copy. The code
// is the caller's to interpret: DONE, BUSY and LOCKED are no failures.
int gosqlite_backup_step(uintptr_t h, int pages) { return sqlite3_backup_step(BACKUP(h), pages); }
int gosqlite_backup_remaining(uintptr_t h) { return sqlite3_backup_remaining(BACKUP(h)); }
int gosqlite_backup_pagecount(uintptr_t h) { return sqlite3_backup_pagecount(BACKUP(h)); }
int gosqlite_backup_finish(uintptr_t dst, uintptr_t h) {
  int rc = sqlite3_backup_finish(BACKUP(h));
  return rc ? gosqlite_fail(CONN(dst), rc) : rc;
}

// The caller frees *data with gosqlite_free. The code is -1 for a schema that is
// not there.
int gosqlite_serialize(uintptr_t h, const char *schema, char **data, int64_t *n) {
  sqlite3_int64 size = 0;
  *data = (char *)sqlite3_serialize(DB(h), schema, &size, 0);
  *n = size;
  if (*data || size == 0) return SQLITE_OK;
  if (size > 0) return gosqlite_fail(CONN(h), SQLITE_NOMEM);
  // Of a schema that is not there SQLite keeps no error.
  if (sqlite3_txn_state(DB(h), schema) < 0) return -1;
  size = sqlite3_errcode(DB(h)) & 0xff;
  return gosqlite_fail(CONN(h), size && size != SQLITE_ROW && size != SQLITE_DONE ? (int)size : SQLITE_ERROR);
}

// SQLite owns the copy from here on, also when deserialize fails.
int gosqlite_deserialize(uintptr_t h, const char *schema, const char *data, int64_t n, int readonly) {
  unsigned flags = SQLITE_DESERIALIZE_FREEONCLOSE | SQLITE_DESERIALIZE_RESIZEABLE;
  unsigned char *p = (unsigned char *)sqlite3_malloc64((sqlite3_uint64)(n ? n : 1));
  int rc;
  if (!p) return gosqlite_fail(CONN(h), SQLITE_NOMEM);
  if (n) memcpy(p, data, (size_t)n);
  if (readonly) flags |= SQLITE_DESERIALIZE_READONLY;
  rc = sqlite3_deserialize(DB(h), schema, p, n, n, flags);
  return rc ? gosqlite_fail(CONN(h), rc) : rc;
}

int gosqlite_blob_open(uintptr_t h, const char *schema, const char *table, const char *column,
                       int64_t rowid, int write, uintptr_t *out) {
  sqlite3_blob *b = 0;
  int rc = sqlite3_blob_open(DB(h), schema, table, column, rowid, write, &b);
  *out = (uintptr_t)b;
  return rc ? gosqlite_fail(CONN(h), rc) : rc;
}

int gosqlite_blob_reopen(uintptr_t h, uintptr_t b, int64_t rowid) {
  int rc = sqlite3_blob_reopen(BLOB(b), rowid);
  return rc ? gosqlite_fail(CONN(h), rc) : rc;
}

int gosqlite_blob_read(uintptr_t h, uintptr_t b, char *p, int n, int off) {
  int rc = sqlite3_blob_read(BLOB(b), p, n, off);
  return rc ? gosqlite_fail(CONN(h), rc) : rc;
}

int gosqlite_blob_write(uintptr_t h, uintptr_t b, const char *p, int n, int off) {
  int rc = sqlite3_blob_write(BLOB(b), p, n, off);
  return rc ? gosqlite_fail(CONN(h), rc) : rc;
}

int gosqlite_blob_bytes(uintptr_t b) { return sqlite3_blob_bytes(BLOB(b)); }
int gosqlite_blob_close(uintptr_t h, uintptr_t b) {
  int rc = sqlite3_blob_close(BLOB(b));
  return rc ? gosqlite_fail(CONN(h), rc) : rc;
}

#endif  // GOSQLITE_SHIMS
