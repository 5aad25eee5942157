// SPDX-License-Identifier: MIT

package sqlite

// FileControl is a request to the file below a schema. What has an effect
// depends on the VFS; one that does not know a request gives ErrNotFound.
//
// https://sqlite.org/c3ref/c_fcntl_begin_atomic_write.html
type FileControl int

// Requests of [Conn.FileControl]: the value that goes in, and what comes back.
const (
	FileLockState          FileControl = 1  // SQLITE_FCNTL_LOCKSTATE: gives 0 for no lock, up to 4 for EXCLUSIVE
	FileLastErrno          FileControl = 4  // SQLITE_FCNTL_LAST_ERRNO: gives the system's last error number
	FileSizeHint           FileControl = 5  // SQLITE_FCNTL_SIZE_HINT: bytes that the file will grow to
	FileChunkSize          FileControl = 6  // SQLITE_FCNTL_CHUNK_SIZE: bytes that the file grows by
	FilePersistWAL         FileControl = 10 // SQLITE_FCNTL_PERSIST_WAL: 1 keeps the WAL after the last close, -1 asks
	FilePowersafeOverwrite FileControl = 13 // SQLITE_FCNTL_POWERSAFE_OVERWRITE: 1 or 0, -1 asks
	FileMmapSize           FileControl = 18 // SQLITE_FCNTL_MMAP_SIZE: bytes to map, -1 asks
	FileHasMoved           FileControl = 20 // SQLITE_FCNTL_HAS_MOVED: gives 1 when the file was renamed or removed
	FileDataVersion        FileControl = 35 // SQLITE_FCNTL_DATA_VERSION: gives a number that changes with the contents
	FileSizeLimit          FileControl = 36 // SQLITE_FCNTL_SIZE_LIMIT: bytes that a memdb may have, negative asks
	FileReserveBytes       FileControl = 38 // SQLITE_FCNTL_RESERVE_BYTES: per page, 0 to 255, -1 asks
	FileExternalReader     FileControl = 40 // SQLITE_FCNTL_EXTERNAL_READER: gives 1 when another process reads the WAL
	FileResetCache         FileControl = 42 // SQLITE_FCNTL_RESET_CACHE: drops the page cache
)

// Requests of [Conn.FileControlText].
const (
	FileVFSName      FileControl = 12 // SQLITE_FCNTL_VFSNAME: the names of the VFS and those below
	FileTempFileName FileControl = 16 // SQLITE_FCNTL_TEMPFILENAME: a name for a temporary file
)

// wide tells how C wants the value: nil is an unknown request.
func (f FileControl) wide() (wide, known bool) {
	switch f {
	case FileSizeHint, FileMmapSize, FileSizeLimit:
		return true, true
	case FileLockState, FileLastErrno, FileChunkSize, FilePersistWAL, FilePowersafeOverwrite, FileHasMoved,
		FileDataVersion, FileReserveBytes, FileExternalReader, FileResetCache:
		return false, true
	}
	return false, false
}

// FileControl is sqlite3_file_control with a number.
//
// https://sqlite.org/c3ref/file_control.html
func (c *Conn) FileControl(schema string, request FileControl, value int64) (int64, error) {
	wide, known := request.wide()
	if !known {
		return 0, misuse("file control: the request is unknown or takes no number")
	}
	if !wide && (value > 1<<31-1 || value < -1<<31) {
		return 0, coded(ErrRange, "file control: the value has more than 32 bits")
	}
	if err := c.enter(); err != nil {
		return 0, err
	}
	defer c.leave()
	v, rc := c.c.FileControl(schema, int(request), value, wide)
	if rc != 0 {
		return 0, coded(ErrorCode(rc), "file control of schema "+schema+" is refused")
	}
	return v, nil
}

// FileControlText is sqlite3_file_control of a request that gives a text.
//
// https://sqlite.org/c3ref/file_control.html
func (c *Conn) FileControlText(schema string, request FileControl) (string, error) {
	if request != FileVFSName && request != FileTempFileName {
		return "", misuse("file control: the request is unknown or gives no text")
	}
	if err := c.enter(); err != nil {
		return "", err
	}
	defer c.leave()
	text, rc := c.c.FileControlText(schema, int(request))
	if rc != 0 {
		return "", coded(ErrorCode(rc), "file control of schema "+schema+" is refused")
	}
	return text, nil
}
