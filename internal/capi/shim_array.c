// SPDX-License-Identifier: MIT
//
// Slices for carray().
#ifdef GOSQLITE_SHIMS

// Copies an array into memory that the binding owns. data holds n integers or
// doubles; for texts and blobs it holds n cells, which name bytes of text (each
// text with a NUL after it) or are GOSQLITE_NULL.
int gosqlite_bind_array(uintptr_t h, int i, int type, const char *data, int n, const char *text, int64_t ntext) {
  const gosqlite_cell *cells = (const gosqlite_cell *)data;
  int64_t head = (int64_t)n * 8;
  char *copy, *bytes;
  int k, rc;
  if (type == CARRAY_TEXT) head = (int64_t)n * (int64_t)sizeof(char *);
  if (type == CARRAY_BLOB) head = (int64_t)n * (int64_t)sizeof(struct iovec);
  if (head + ntext > PTRDIFF_MAX - 1) return SQLITE_NOMEM;
  copy = (char *)malloc((size_t)(head + ntext + 1));
  if (!copy) return SQLITE_NOMEM;
  bytes = copy + head;
  if (ntext) memcpy(bytes, text, (size_t)ntext);
  if (type == CARRAY_TEXT) {
    for (k = 0; k < n; k++) ((char **)copy)[k] = bytes + cells[k].v;
  } else if (type == CARRAY_BLOB) {
    for (k = 0; k < n; k++) {
      int null = (cells[k].n & 7) == GOSQLITE_NULL;
      ((struct iovec *)copy)[k].iov_base = null ? 0 : bytes + cells[k].v;
      ((struct iovec *)copy)[k].iov_len = null ? 0 : (size_t)(cells[k].n >> 4);
    }
  } else if (n) {
    memcpy(copy, data, (size_t)head);
  }
  // The binding frees the copy, also when it fails.
  rc = sqlite3_carray_bind(VM(h), i, copy, n, type, free);
  return rc ? gosqlite_fail(STMT(h)->conn, rc) : rc;
}

#endif  // GOSQLITE_SHIMS
