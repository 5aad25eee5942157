// SPDX-License-Identifier: MIT
//
// The end of a connection that can no longer be closed.
#ifdef GOSQLITE_SHIMS

// A callback that ended its goroutine took SQLite's C frames with it: the
// connection's memory is in the middle of something and cannot be used again.
// Its files can: this closes them and gives up their locks as the end of a
// process would, so that the next connection rolls back what was not committed.
// The memory is lost.
void gosqlite_abandon(uintptr_t h) {
  sqlite3 *db = DB(h);
  int i;
  for (i = 0; i < db->nDb; i++) {
    Pager *pager;
    Wal *wal;
    if (!db->aDb[i].pBt) continue;
    pager = sqlite3BtreePager(db->aDb[i].pBt);
    wal = pager->pWal;
    if (!isOpen(pager->fd)) continue;
    if (wal) {
      if (wal->writeLock) walUnlockExclusive(wal, WAL_WRITE_LOCK, 1);
      if (wal->ckptLock) walUnlockExclusive(wal, WAL_CKPT_LOCK, 1);
      if (wal->readLock >= 0) walUnlockShared(wal, WAL_READ_LOCK(wal->readLock));
      sqlite3OsShmUnmap(pager->fd, 0);
      sqlite3OsClose(wal->pWalFd);
    }
    if (isOpen(pager->jfd)) sqlite3OsClose(pager->jfd);
    if (isOpen(pager->sjfd)) sqlite3OsClose(pager->sjfd);
    sqlite3OsClose(pager->fd);
  }
}

#endif  // GOSQLITE_SHIMS
