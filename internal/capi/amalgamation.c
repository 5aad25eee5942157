// SPDX-License-Identifier: MIT
//
// The one translation unit that holds SQLite and the shims over it. Every
// SQLite function becomes static, so the program exports no sqlite3_* symbol,
// links beside another copy of SQLite, and the row loop inlines what it calls.
//
// Two builds compile this file:
//
//   Bazel     as a cc_library; the amalgamation's folder is on the include path
//   go build  as part of the package, with sqlite3.c in this folder. The go
//             command then also compiles sqlite3.c and the shim files by
//             themselves: -DSQLITE_AMALGAMATION (capi.go) empties the first,
//             GOSQLITE_SHIMS the others. With -tags libsqlite3 it holds the
//             shims alone, over a library that is linked beside it.
#ifndef GOSQLITE_LIBSQLITE3
# if !__has_include("sqlite3.c")
#  error "the SQLite amalgamation is missing: run `./bazelw run //internal/capi:amalgamation`"
# endif
#endif

#include "sqlite3_options.h"

#ifdef GOSQLITE_LIBSQLITE3
# include "outside.h"
#else
# undef SQLITE_AMALGAMATION
# define SQLITE_API static
# define SQLITE_EXTERN

// Static functions that nothing calls are the price of including everything.
// gcc warns of them at the end of the unit, so there is no pop.
# if defined(__GNUC__)
#  pragma GCC diagnostic ignored "-Wunused-function"
# endif
# include "sqlite3.c"

# ifndef _WIN32
_Static_assert(sizeof(off_t) == 8, "file offsets must have 64 bits");
# endif
#endif

#include "capi.h"
#include "callback.h"
#include "func.h"
#include "fts5.h"
#include "hook.h"
#include "session.h"
#include "vfs.h"
#include "vtab.h"

#define GOSQLITE_SHIMS 1
#include "shim_callback.c"
#include "shim_conn.c"
#ifdef GOSQLITE_LIBSQLITE3
# include "shim_outside.c"
#else
# include "shim_ahead.c"
# include "shim_inside.c"
# include "shim_abandon.c"
#endif
#include "shim_stmt.c"
#include "shim_rows.c"
#include "shim_meta.c"
#include "shim_backup.c"
#include "shim_func.c"
#include "shim_hook.c"
#include "shim_session.c"
#include "shim_stream.c"
#include "shim_snapshot.c"
#include "shim_array.c"
#include "shim_fts5.c"
#include "shim_vfs.c"
#include "shim_vtab.c"
