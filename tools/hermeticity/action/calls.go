// SPDX-License-Identifier: MIT

package action

// Kind is what a call does with a path.
type Kind string

// Kinds of accesses. Looking is asking whether a path is there, what it is, or where a link leads.
const (
	Look   Kind = "look"
	Read   Kind = "read"
	Write  Kind = "write" // or make, change, remove
	Run    Kind = "run"
	Enter  Kind = "enter" // make it the working folder
	Socket Kind = "socket"
	Other  Kind = "other" // a call that is not understood, or that hides what is opened
)

// argument is where a call has a path.
type argument struct {
	folder int // index of the descriptor that a relative path starts from; -1 for the working folder
	path   int
	kind   Kind
	flags  int // index of the flags of an open that may write; 0 for none
	makes  Making
}

// calls are those that an action may make, with the paths in them. Any other that strace prints is of kind Other.
var calls = map[string][]argument{
	"open":    {{-1, 0, Read, 1, Leaves}},
	"openat":  {{0, 1, Read, 2, Leaves}},
	"openat2": {{0, 1, Read, 2, Leaves}},
	"creat":   {{-1, 0, Write, 0, Ensures}},

	"access": look(-1, 0), "faccessat": look(0, 1), "faccessat2": look(0, 1),
	"stat": look(-1, 0), "lstat": look(-1, 0), "newfstatat": look(0, 1), "statx": look(0, 1),
	"readlink": look(-1, 0), "readlinkat": look(0, 1), "statfs": look(-1, 0),
	"getxattr": look(-1, 0), "lgetxattr": look(-1, 0), "listxattr": look(-1, 0), "llistxattr": look(-1, 0),
	"name_to_handle_at": look(0, 1), "inotify_add_watch": look(-1, 1),

	"chdir":  {{-1, 0, Enter, 0, Leaves}},
	"fchdir": {{0, -1, Enter, 0, Leaves}},

	"mkdir": create(-1, 0), "mkdirat": create(0, 1), "mknod": create(-1, 0), "mknodat": create(0, 1),
	"unlink": remove(-1, 0), "unlinkat": remove(0, 1), "rmdir": remove(-1, 0),
	"chmod": write(-1, 0), "fchmodat": write(0, 1), "fchmodat2": write(0, 1),
	"chown": write(-1, 0), "lchown": write(-1, 0), "fchownat": write(0, 1),
	"truncate": write(-1, 0), "utime": write(-1, 0), "utimes": write(-1, 0), "futimesat": write(0, 1), "utimensat": write(0, 1),
	"setxattr": write(-1, 0), "lsetxattr": write(-1, 0), "removexattr": write(-1, 0), "lremovexattr": write(-1, 0),
	"rename": append(remove(-1, 0), create(-1, 1)...), "renameat": append(remove(0, 1), create(2, 3)...), "renameat2": append(remove(0, 1), create(2, 3)...),
	"link": append(look(-1, 0), create(-1, 1)...), "linkat": append(look(0, 1), create(2, 3)...),
	// The text of a link is no access: following it is one.
	"symlink": create(-1, 1), "symlinkat": create(1, 2),

	"execve": {{-1, 0, Run, 0, Leaves}},

	"getcwd": nil,
}

func look(folder, path int) []argument   { return []argument{{folder, path, Look, 0, Leaves}} }
func write(folder, path int) []argument  { return []argument{{folder, path, Write, 0, Leaves}} }
func create(folder, path int) []argument { return []argument{{folder, path, Write, 0, Creates}} }
func remove(folder, path int) []argument { return []argument{{folder, path, Write, 0, Removes}} }

// births are calls that make a process or thread.
var births = map[string]bool{"clone": true, "clone3": true, "fork": true, "vfork": true}

// sockets are calls that reach, or prepare to reach, other processes and machines.
var sockets = map[string]bool{"socket": true, "socketpair": true, "connect": true, "bind": true}

// Traced is what strace has to be asked for, for its option -e trace=. io_uring opens files out of its sight, and a handle is
// a path that it cannot name.
const Traced = "%file,fchdir,clone,clone3,fork,vfork,socket,socketpair,connect,bind,io_uring_setup,open_by_handle_at"
