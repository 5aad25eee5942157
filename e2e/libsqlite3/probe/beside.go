// SPDX-License-Identifier: MIT

//go:build libsqlite3

package main

import (
	"fmt"
	"unsafe"
)

// #include <sqlite3.h>
// #include <stdlib.h>
//
// static const char *header(void) { return SQLITE_SOURCE_ID; }
//
// static int leave(const char *file) {
//   sqlite3 *db = 0;
//   int rc = sqlite3_open(file, &db);
//   if (rc == SQLITE_OK) rc = sqlite3_exec(db, "CREATE TABLE c(x); INSERT INTO c VALUES(42)", 0, 0, 0);
//   sqlite3_close(db);
//   return rc;
// }
import "C"

// writeInC writes a file by the library itself and its own header.
func writeInC(file string) (bool, error) {
	if header, library := C.GoString(C.header()), C.GoString(C.sqlite3_sourceid()); header != library {
		return false, fmt.Errorf("compare sqlite3.h: it is of %s, the library of %s; have CGO_CFLAGS name the library's include", header, library)
	}
	name := C.CString(file)
	defer C.free(unsafe.Pointer(name))
	if rc := C.leave(name); rc != C.SQLITE_OK {
		return false, fmt.Errorf("write in C: result code %d", int(rc))
	}
	return true, nil
}
