// SPDX-License-Identifier: MIT

// anchor PROGRAM ARGS...: runs a program that insists on absolute paths, in a build action whose folder has no fixed
// name.
//
// In each argument and each environment value, %PWD% becomes the absolute working folder and %TMP% a new empty folder,
// which is removed with all that is in it when the program ends. The exit code is the program's; 125 says that anchor
// itself failed.
//
// It is what the first action of a build needs, before there is a libc or a Go standard library for the machine that
// builds, and it replaces the shell there: so it is freestanding C, for Linux on the processors below. It does nothing
// but system calls: syscall(2), "Architecture calling conventions".

typedef unsigned long size;

#if defined(__x86_64__)
enum { READ_DIR = 217, CHDIR_CWD = 79, CLONE = 56, EXECVE = 59, EXIT = 231, GETPID = 39, MKDIRAT = 258, UNLINKAT = 263, OPENAT = 257, CLOSE = 3, WAIT4 = 61, WRITE = 1 };
static long call5(long n, long a, long b, long c, long d, long e) {
  long r;
  register long r10 __asm__("r10") = d;
  register long r8 __asm__("r8") = e;
  __asm__ volatile("syscall" : "=a"(r) : "a"(n), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8) : "rcx", "r11", "memory");
  return r;
}
__asm__(".globl _start\n_start:\n xor %ebp, %ebp\n mov %rsp, %rdi\n and $-16, %rsp\n call start\n");
enum { O_DIRECTORY = 0200000, O_NOFOLLOW = 0400000 };
#elif defined(__aarch64__)
enum { READ_DIR = 61, CHDIR_CWD = 17, CLONE = 220, EXECVE = 221, EXIT = 94, GETPID = 172, MKDIRAT = 34, UNLINKAT = 35, OPENAT = 56, CLOSE = 57, WAIT4 = 260, WRITE = 64 };
static long call5(long n, long a, long b, long c, long d, long e) {
  register long x8 __asm__("x8") = n;
  register long x0 __asm__("x0") = a;
  register long x1 __asm__("x1") = b;
  register long x2 __asm__("x2") = c;
  register long x3 __asm__("x3") = d;
  register long x4 __asm__("x4") = e;
  __asm__ volatile("svc #0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4) : "memory");
  return x0;
}
__asm__(".globl _start\n_start:\n mov x29, #0\n mov x0, sp\n and sp, x0, #-16\n bl start\n");
enum { O_DIRECTORY = 040000, O_NOFOLLOW = 0100000 };
#else
#error "anchor has no system calls for this processor: add them above"
#endif

enum { CWD_FD = -100, REMOVE_DIR = 0x200, SIGCHLD = 17, EEXIST = 17, FAILED = 125 };

static char heap[1 << 20];  // arguments and environment, copied once; the kernel's own limit of a string is smaller
static size used;

static size length(const char *s) {
  size n = 0;
  while (s[n]) n++;
  return n;
}

__attribute__((noreturn)) static void leave(long code) {
  for (;;) call5(EXIT, code, 0, 0, 0, 0);
}

__attribute__((noreturn)) static void fail(const char *what, const char *name) {
  const char *parts[] = {"anchor: ", what, ": ", name, "\n"};
  for (int i = 0; i < 5; i++) call5(WRITE, 2, (long)parts[i], (long)length(parts[i]), 0, 0);
  leave(FAILED);
}

static char *allocate(size n) {
  if (n > sizeof heap - used) fail("copy arguments", "they are longer than 1 MiB");
  char *p = heap + used;
  used += n;
  return p;
}

static int starts(const char *s, const char *prefix) {
  while (*prefix)
    if (*s++ != *prefix++) return 0;
  return 1;
}

// The strings with both markers replaced.
static char *replaced(const char *s, const char *pwd, const char *tmp) {
  size n = 1;
  for (const char *p = s; *p; p++) n += starts(p, "%PWD%") ? length(pwd) : starts(p, "%TMP%") ? length(tmp) : 1;
  char *out = allocate(n), *o = out;
  while (*s) {
    const char *with = starts(s, "%PWD%") ? pwd : starts(s, "%TMP%") ? tmp : 0;
    if (!with) {
      *o++ = *s++;
      continue;
    }
    while (*with) *o++ = *with++;
    s += 5;
  }
  *o = 0;
  return out;
}

// A new folder below $TMPDIR or /tmp, named by the process and a counter.
static char *temporary_folder(char **env) {
  const char *base = "/tmp";
  for (; *env; env++)
    if (starts(*env, "TMPDIR=")) base = *env + 7;
  size n = length(base);
  char *name = allocate(n + 64);
  for (long attempt = 0; attempt < 1000; attempt++) {
    char *o = name;
    for (size i = 0; i < n; i++) *o++ = base[i];
    for (const char *p = "/anchor."; *p; p++) *o++ = *p;
    for (long v = call5(GETPID, 0, 0, 0, 0, 0) * 1000 + attempt; v; v /= 10) *o++ = (char)('0' + v % 10);
    *o = 0;
    long r = call5(MKDIRAT, CWD_FD, (long)name, 0700, 0, 0);
    if (r == 0) return name;
    if (r != -EEXIST) break;
  }
  fail("make temporary folder", name);
}

// linux_dirent64 of getdents64(2).
struct entry {
  unsigned long ino;
  long off;
  unsigned short reclen;
  unsigned char type;
  char name[];
};

// Removes a folder's content, then the folder. Go's caches hold folders without write permission for nobody, so
// nothing needs chmod.
static void remove_all(long parent, const char *name) {
  long fd = call5(OPENAT, parent, (long)name, O_DIRECTORY | O_NOFOLLOW, 0, 0);
  if (fd >= 0) {
    char buffer[4096] __attribute__((aligned(8)));
    for (long n; (n = call5(READ_DIR, fd, (long)buffer, sizeof buffer, 0, 0)) > 0;) {
      for (long at = 0; at < n;) {
        struct entry *e = (struct entry *)(buffer + at);
        at += e->reclen;
        if (e->name[0] == '.' && (!e->name[1] || (e->name[1] == '.' && !e->name[2]))) continue;
        if (call5(UNLINKAT, fd, (long)e->name, 0, 0, 0) < 0) remove_all(fd, e->name);
      }
    }
    call5(CLOSE, fd, 0, 0, 0, 0);
  }
  call5(UNLINKAT, parent, (long)name, REMOVE_DIR, 0, 0);
}

__attribute__((used)) void start(long *stack) {
  long argc = stack[0];
  char **argv = (char **)(stack + 1), **env = argv + argc + 1;
  if (argc < 2) fail("usage", "anchor PROGRAM ARGS...");
  char *pwd = allocate(4096);
  if (call5(CHDIR_CWD, (long)pwd, 4096, 0, 0, 0) <= 0) fail("find working folder", "getcwd failed");
  char *tmp = temporary_folder(env);
  for (long i = 1; i < argc; i++) argv[i] = replaced(argv[i], pwd, tmp);
  for (char **e = env; *e; e++) *e = replaced(*e, pwd, tmp);

  long child = call5(CLONE, SIGCHLD, 0, 0, 0, 0);
  if (child == 0) {
    call5(EXECVE, (long)argv[1], (long)(argv + 1), (long)env, 0, 0);
    fail("run", argv[1]);
  }
  int status = 0;
  if (child < 0 || call5(WAIT4, child, (long)&status, 0, 0, 0) < 0) fail("start", argv[1]);
  remove_all(CWD_FD, tmp);
  leave(status & 0x7f ? 128 + (status & 0x7f) : status >> 8 & 0xff);
}
