// SPDX-License-Identifier: MIT
//
// Snapshots of databases in WAL mode.
#ifdef GOSQLITE_SHIMS

#define SNAPSHOT(h) ((sqlite3_snapshot *)(h))

// SQLite gives codes here and no messages: the connection's may be of an older
// call.
static int gosqlite_fail_plainly(gosqlite_conn *c, int rc) {
  sqlite3_free(c->errmsg);
  c->errmsg = 0;
  c->erroffset = -1;
  return rc;
}

int gosqlite_snapshot_get(uintptr_t h, const char *schema, uintptr_t *out) {
  sqlite3_snapshot *s = 0;
  int rc = sqlite3_snapshot_get(DB(h), schema, &s);
  *out = (uintptr_t)s;
  return rc ? gosqlite_fail_plainly(CONN(h), rc) : rc;
}

int gosqlite_snapshot_open(uintptr_t h, const char *schema, uintptr_t s) {
  int rc = sqlite3_snapshot_open(DB(h), schema, SNAPSHOT(s));
  return rc ? gosqlite_fail_plainly(CONN(h), rc) : rc;
}

int gosqlite_snapshot_cmp(uintptr_t a, uintptr_t b) { return sqlite3_snapshot_cmp(SNAPSHOT(a), SNAPSHOT(b)); }

int gosqlite_snapshot_recover(uintptr_t h, const char *schema) {
  int rc = sqlite3_snapshot_recover(DB(h), schema);
  return rc ? gosqlite_fail_plainly(CONN(h), rc) : rc;
}

void gosqlite_snapshot_free(uintptr_t s) { sqlite3_snapshot_free(SNAPSHOT(s)); }

#endif  // GOSQLITE_SHIMS
