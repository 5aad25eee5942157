// SPDX-License-Identifier: MIT
//
// SQLite as a library that is linked beside the shims (-tags libsqlite3). Only
// its interface is used. What a library may have been compiled without is
// linked weakly, so that the program links and Open can say what is missing;
// that needs ELF, elsewhere the linker names the functions.
#ifndef GOSQLITE_OUTSIDE_H
#define GOSQLITE_OUTSIDE_H

#define SQLITE_ENABLE_COLUMN_METADATA 1
#define SQLITE_ENABLE_PREUPDATE_HOOK 1
#define SQLITE_ENABLE_SESSION 1
#define SQLITE_ENABLE_SNAPSHOT 1
#include "sqlite3.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#ifdef _WIN32
# include <windows.h>
struct iovec {
  void *iov_base;
  size_t iov_len;
};
#else
# include <sys/uio.h>
#endif

// The most that sqlite3.c allows, whatever the library was compiled with.
#define SQLITE_MAX_LENGTH 2147483645

#ifdef __ELF__
# pragma weak sqlite3_carray_bind
# pragma weak sqlite3_column_database_name
# pragma weak sqlite3_column_origin_name
# pragma weak sqlite3_column_table_name
# pragma weak sqlite3_preupdate_blobwrite
# pragma weak sqlite3_preupdate_count
# pragma weak sqlite3_preupdate_depth
# pragma weak sqlite3_preupdate_hook
# pragma weak sqlite3_preupdate_new
# pragma weak sqlite3_preupdate_old
# pragma weak sqlite3_snapshot_cmp
# pragma weak sqlite3_snapshot_free
# pragma weak sqlite3_snapshot_get
# pragma weak sqlite3_snapshot_open
# pragma weak sqlite3_snapshot_recover
# pragma weak sqlite3changegroup_add
# pragma weak sqlite3changegroup_add_change
# pragma weak sqlite3changegroup_add_strm
# pragma weak sqlite3changegroup_delete
# pragma weak sqlite3changegroup_new
# pragma weak sqlite3changegroup_output
# pragma weak sqlite3changegroup_output_strm
# pragma weak sqlite3changegroup_schema
# pragma weak sqlite3changeset_apply_v3
# pragma weak sqlite3changeset_apply_v3_strm
# pragma weak sqlite3changeset_conflict
# pragma weak sqlite3changeset_finalize
# pragma weak sqlite3changeset_fk_conflicts
# pragma weak sqlite3changeset_invert
# pragma weak sqlite3changeset_invert_strm
# pragma weak sqlite3changeset_new
# pragma weak sqlite3changeset_next
# pragma weak sqlite3changeset_old
# pragma weak sqlite3changeset_op
# pragma weak sqlite3changeset_pk
# pragma weak sqlite3changeset_start_v2
# pragma weak sqlite3changeset_start_v2_strm
# pragma weak sqlite3rebaser_configure
# pragma weak sqlite3rebaser_create
# pragma weak sqlite3rebaser_delete
# pragma weak sqlite3rebaser_rebase
# pragma weak sqlite3rebaser_rebase_strm
# pragma weak sqlite3session_attach
# pragma weak sqlite3session_changeset
# pragma weak sqlite3session_changeset_strm
# pragma weak sqlite3session_create
# pragma weak sqlite3session_delete
# pragma weak sqlite3session_diff
# pragma weak sqlite3session_enable
# pragma weak sqlite3session_indirect
# pragma weak sqlite3session_isempty
# pragma weak sqlite3session_memory_used
# pragma weak sqlite3session_object_config
# pragma weak sqlite3session_patchset
# pragma weak sqlite3session_patchset_strm
# pragma weak sqlite3session_table_filter
// What older versions do not have.
# pragma weak sqlite3_db_status64
#endif

#endif  // GOSQLITE_OUTSIDE_H
