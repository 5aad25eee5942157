// SPDX-License-Identifier: MIT

package sqlite

// OpenFlags say how [Open] opens a database.
//
// https://sqlite.org/c3ref/c_open_autoproxy.html
type OpenFlags int

// Flags of Open. One of OpenReadOnly and OpenReadWrite must be there.
const (
	OpenReadOnly  OpenFlags = 0x1       // SQLITE_OPEN_READONLY
	OpenReadWrite OpenFlags = 0x2       // SQLITE_OPEN_READWRITE
	OpenCreate    OpenFlags = 0x4       // SQLITE_OPEN_CREATE, with OpenReadWrite
	OpenURI       OpenFlags = 0x40      // SQLITE_OPEN_URI: name may be a file: URI
	OpenMemory    OpenFlags = 0x80      // SQLITE_OPEN_MEMORY: private, in memory
	OpenNoFollow  OpenFlags = 0x1000000 // SQLITE_OPEN_NOFOLLOW: no symbolic link

	openNoMutex OpenFlags = 0x8000 // SQLITE_OPEN_NOMUTEX: the Go layer guards

	openAll = OpenReadOnly | OpenReadWrite | OpenCreate | OpenURI | OpenMemory | OpenNoFollow
)

func (f OpenFlags) check() error {
	switch {
	case f&^openAll != 0:
		return misuse("open flags hold a bit that Open does not know")
	case f&OpenReadOnly != 0 == (f&OpenReadWrite != 0):
		return misuse("open flags need one of OpenReadOnly and OpenReadWrite")
	case f&OpenReadOnly != 0 && f&OpenCreate != 0:
		return misuse("open flags hold OpenCreate with OpenReadOnly: use OpenReadWrite")
	}
	return nil
}
