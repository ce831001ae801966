// oci-terminal: gives its terminal a size and becomes a command, inside of a container.
//
//   /proc/self/fd/3 ROWS COLUMNS COMMAND ARGUMENT...
//
// It is run from descriptor 3, a sealed copy in memory: a file of the machine could be written to
// by the container it is run in. When there is no such command, descriptor 4 is told the number of
// the error.
#include <asm/ioctls.h>
#include <asm/termios.h>

#include "syscalls.h"

namespace {

constexpr int kSelf = 3, kErrors = 4;
constexpr long kNoEntry = -2, kNoDirectory = -20;  // -ENOENT, -ENOTDIR
constexpr unsigned long kLongestPath = 4096;

void close_at_exec(int fd) {
  constexpr long kSetFlags = 2, kCloexec = 1;
  syscall6(__NR_fcntl, fd, kSetFlags, kCloexec);
}

unsigned short number(const char* text) {
  unsigned value = 0;
  for (; *text >= '0' && *text <= '9'; ++text)
    value = value * 10 + static_cast<unsigned>(*text - '0');
  return static_cast<unsigned short>(value);
}

[[noreturn]] void fail(long error) {
  char text[16];
  char* at = text + sizeof text;
  const char* end = at;
  for (long rest = -error; rest > 0; rest /= 10) *--at = static_cast<char>('0' + rest % 10);
  syscall6(__NR_write, kErrors, as_long(at), end - at);
  quit(127);
}

bool has_slash(const char* text) {
  while (*text && *text != '/') ++text;
  return *text == '/';
}

const char* search_path(char** envp) {
  for (; *envp; ++envp) {
    const char* entry = *envp;
    const char* name = "PATH=";
    while (*name && *entry == *name) ++entry, ++name;
    if (!*name) return entry;
  }
  return "";
}

// Why there is no `argv[0]` in any directory of the path; returns only then.
long search(char** argv, char** envp) {
  long error = kNoEntry;
  char file[kLongestPath];
  for (const char* path = search_path(envp); *path;) {
    unsigned long used = 0;
    while (*path && *path != ':' && used < kLongestPath) file[used++] = *path++;
    while (*path && *path != ':') ++path;
    if (*path == ':') ++path;
    if (used == 0) file[used++] = '.';
    if (used + 2 + length(argv[0]) > kLongestPath) continue;
    file[used++] = '/';
    for (const char* name = argv[0]; *name; ++name) file[used++] = *name;
    file[used] = '\0';
    const long result = syscall6(__NR_execve, as_long(file), as_long(argv), as_long(envp));
    if (result != kNoEntry && result != kNoDirectory) error = result;
  }
  return error;
}

}  // namespace

extern "C" void run(long argc, char** argv, char** envp) {
  constexpr long kCommand = 3;
  close_at_exec(kSelf);
  close_at_exec(kErrors);
  if (argc <= kCommand) fail(kNoEntry);
  winsize size;
  size.ws_row = number(argv[1]);
  size.ws_col = number(argv[2]);
  size.ws_xpixel = size.ws_ypixel = 0;
  syscall6(__NR_ioctl, 0, TIOCSWINSZ, as_long(&size));
  char** command = argv + kCommand;
  if (has_slash(command[0]))
    fail(syscall6(__NR_execve, as_long(command[0]), as_long(command), as_long(envp)));
  fail(search(command, envp));
}
