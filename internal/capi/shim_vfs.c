// SPDX-License-Identifier: MIT
//
// File systems that are written in Go. What has nothing to do with files (time,
// sleep, randomness, shared libraries) is the default VFS's.
// https://sqlite.org/vfs.html
#ifdef GOSQLITE_SHIMS

typedef struct gosqlite_file {
  sqlite3_file base;
  uintptr_t handle;
} gosqlite_file;

#define FILE_HANDLE(f) (((gosqlite_file *)(f))->handle)
#define VFS_HANDLE(v) ((uintptr_t)(v)->pAppData)

static int gosqlite_file_close(sqlite3_file *f) { return gosqliteGoFileClose(FILE_HANDLE(f)); }

// Go gives the number of bytes that it read, or a negative code.
static int gosqlite_file_read(sqlite3_file *f, void *p, int n, sqlite3_int64 off) {
  int got = gosqliteGoFileRead(FILE_HANDLE(f), (char *)p, n, off);
  if (got < 0) return -got;
  if (got >= n) return SQLITE_OK;
  memset((char *)p + got, 0, (size_t)(n - got));
  return SQLITE_IOERR_SHORT_READ;
}

static int gosqlite_file_write(sqlite3_file *f, const void *p, int n, sqlite3_int64 off) {
  return gosqliteGoFileWrite(FILE_HANDLE(f), (char *)p, n, off);
}
static int gosqlite_file_truncate(sqlite3_file *f, sqlite3_int64 n) { return gosqliteGoFileTruncate(FILE_HANDLE(f), n); }
static int gosqlite_file_sync(sqlite3_file *f, int flags) { return gosqliteGoFileSync(FILE_HANDLE(f), flags); }

static int gosqlite_file_size(sqlite3_file *f, sqlite3_int64 *n) {
  int64_t size = 0;
  int rc = gosqliteGoFileSize(FILE_HANDLE(f), &size);
  *n = size;
  return rc;
}

static int gosqlite_file_lock(sqlite3_file *f, int level) { return gosqliteGoFileLock(FILE_HANDLE(f), level); }
static int gosqlite_file_unlock(sqlite3_file *f, int level) { return gosqliteGoFileUnlock(FILE_HANDLE(f), level); }
static int gosqlite_file_reserved(sqlite3_file *f, int *out) { return gosqliteGoFileReserved(FILE_HANDLE(f), out); }
// Requests are answered by SQLite itself or not at all.
static int gosqlite_file_request(sqlite3_file *f, int op, void *p) { return SQLITE_NOTFOUND; }
static int gosqlite_file_sector(sqlite3_file *f) { return gosqliteGoFileSector(FILE_HANDLE(f)); }
static int gosqlite_file_traits(sqlite3_file *f) { return gosqliteGoFileTraits(FILE_HANDLE(f)); }

static int gosqlite_shm_map(sqlite3_file *f, int region, int size, int extend, void volatile **p) {
  uintptr_t at = 0;
  int rc = gosqliteGoShmMap(FILE_HANDLE(f), region, size, extend, &at);
  *p = (void volatile *)at;
  return rc;
}
static int gosqlite_shm_lock(sqlite3_file *f, int offset, int n, int flags) {
  return gosqliteGoShmLock(FILE_HANDLE(f), offset, n, flags);
}
static void gosqlite_shm_barrier(sqlite3_file *f) { __atomic_thread_fence(__ATOMIC_SEQ_CST); }
static int gosqlite_shm_unmap(sqlite3_file *f, int unlink) { return gosqliteGoShmUnmap(FILE_HANDLE(f)); }

static const sqlite3_io_methods gosqlite_file_methods = {
    2,                     gosqlite_file_close,  gosqlite_file_read,     gosqlite_file_write,  gosqlite_file_truncate,
    gosqlite_file_sync,    gosqlite_file_size,   gosqlite_file_lock,     gosqlite_file_unlock, gosqlite_file_reserved,
    gosqlite_file_request, gosqlite_file_sector, gosqlite_file_traits,   gosqlite_shm_map,     gosqlite_shm_lock,
    gosqlite_shm_barrier,  gosqlite_shm_unmap,   0,                      0};

static int gosqlite_vfs_open(sqlite3_vfs *v, sqlite3_filename name, sqlite3_file *f, int flags, int *out) {
  uintptr_t handle = 0;
  int given = flags, rc;
  f->pMethods = 0;
  rc = gosqliteGoVFSOpen(VFS_HANDLE(v), (char *)name, flags, &given, &handle);
  if (rc) return rc;
  FILE_HANDLE(f) = handle;
  f->pMethods = &gosqlite_file_methods;
  if (out) *out = given;
  return SQLITE_OK;
}

static int gosqlite_vfs_delete(sqlite3_vfs *v, const char *name, int sync) {
  return gosqliteGoVFSDelete(VFS_HANDLE(v), (char *)name, sync);
}
static int gosqlite_vfs_access(sqlite3_vfs *v, const char *name, int flags, int *out) {
  return gosqliteGoVFSAccess(VFS_HANDLE(v), (char *)name, flags, out);
}
static int gosqlite_vfs_full(sqlite3_vfs *v, const char *name, int n, char *out) {
  return gosqliteGoVFSFull(VFS_HANDLE(v), (char *)name, n, out);
}

static sqlite3_vfs *gosqlite_vfs_below(void) { return sqlite3_vfs_find(0); }
static void *gosqlite_vfs_dlopen(sqlite3_vfs *v, const char *name) {
  return gosqlite_vfs_below()->xDlOpen(gosqlite_vfs_below(), name);
}
static void gosqlite_vfs_dlerror(sqlite3_vfs *v, int n, char *msg) {
  gosqlite_vfs_below()->xDlError(gosqlite_vfs_below(), n, msg);
}
static void (*gosqlite_vfs_dlsym(sqlite3_vfs *v, void *lib, const char *symbol))(void) {
  return gosqlite_vfs_below()->xDlSym(gosqlite_vfs_below(), lib, symbol);
}
static void gosqlite_vfs_dlclose(sqlite3_vfs *v, void *lib) {
  gosqlite_vfs_below()->xDlClose(gosqlite_vfs_below(), lib);
}
static int gosqlite_vfs_randomness(sqlite3_vfs *v, int n, char *out) {
  return gosqlite_vfs_below()->xRandomness(gosqlite_vfs_below(), n, out);
}
static int gosqlite_vfs_sleep(sqlite3_vfs *v, int us) {
  return gosqlite_vfs_below()->xSleep(gosqlite_vfs_below(), us);
}
static int gosqlite_vfs_error(sqlite3_vfs *v, int n, char *out) { return 0; }
static int gosqlite_vfs_time64(sqlite3_vfs *v, sqlite3_int64 *out) {
  return gosqlite_vfs_below()->xCurrentTimeInt64(gosqlite_vfs_below(), out);
}
static int gosqlite_vfs_time(sqlite3_vfs *v, double *out) {
  sqlite3_int64 t = 0;
  int rc = gosqlite_vfs_time64(v, &t);
  *out = (double)t / 86400000.0;
  return rc;
}

int gosqlite_vfs_known(const char *name) { return sqlite3_vfs_find(name) != 0; }
void gosqlite_free_region(uintptr_t at) { free((void *)at); }

typedef struct gosqlite_vfs {
  sqlite3_vfs base;
  struct gosqlite_vfs *before;
  char name[];
} gosqlite_vfs;

// All that were ever registered. The memory is never freed: a connection keeps
// the address for as long as it is open, whether or not it has files. Go calls
// one at a time.
static gosqlite_vfs *gosqlite_vfs_all;

int gosqlite_vfs_register(const char *name, uintptr_t handle, int max_pathname, uintptr_t *out) {
  size_t n = strlen(name) + 1;
  gosqlite_vfs *made = (gosqlite_vfs *)calloc(1, sizeof *made + n);
  sqlite3_vfs *v = &made->base;
  int rc;
  *out = 0;
  if (!made) return SQLITE_NOMEM;
  memcpy(made->name, name, n);
  v->iVersion = 2;
  v->szOsFile = sizeof(gosqlite_file);
  v->mxPathname = max_pathname;
  v->zName = made->name;
  v->pAppData = (void *)handle;
  v->xOpen = gosqlite_vfs_open;
  v->xDelete = gosqlite_vfs_delete;
  v->xAccess = gosqlite_vfs_access;
  v->xFullPathname = gosqlite_vfs_full;
  v->xDlOpen = gosqlite_vfs_dlopen;
  v->xDlError = gosqlite_vfs_dlerror;
  v->xDlSym = gosqlite_vfs_dlsym;
  v->xDlClose = gosqlite_vfs_dlclose;
  v->xRandomness = gosqlite_vfs_randomness;
  v->xSleep = gosqlite_vfs_sleep;
  v->xCurrentTime = gosqlite_vfs_time;
  v->xGetLastError = gosqlite_vfs_error;
  v->xCurrentTimeInt64 = gosqlite_vfs_time64;
  rc = sqlite3_vfs_register(v, 0);
  if (rc) {
    free(made);
    return rc;
  }
  made->before = gosqlite_vfs_all;
  gosqlite_vfs_all = made;
  *out = (uintptr_t)v;
  return SQLITE_OK;
}

void gosqlite_vfs_unregister(uintptr_t v) { sqlite3_vfs_unregister((sqlite3_vfs *)v); }

#endif  // GOSQLITE_SHIMS
