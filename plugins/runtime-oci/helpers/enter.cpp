// oci-enter: starts a program with a changed view of the machine.
//
//   oci-enter [-u] [-n NETNS] PROGRAM ARGUMENT...
//
// -u hides the cgroup v2 mount of a hybrid layout (/sys/fs/cgroup/unified) from the program, which
//    crun then takes for plain cgroup v1 and serves fully; everything else stays shared.
// -n joins the network namespace at path NETNS.
#include <linux/sched.h>

#include "syscalls.h"

namespace {

[[noreturn]] void fail(const char* what) {
  syscall6(__NR_write, 2, as_long("oci-enter: cannot "), 18);
  syscall6(__NR_write, 2, as_long(what), static_cast<long>(length(what)));
  syscall6(__NR_write, 2, as_long("\n"), 1);
  quit(125);
}

void hide_unified() {
  constexpr long kPrivate = 1L << 18, kDetach = 2;
  if (syscall6(__NR_unshare, CLONE_NEWNS) < 0) fail("make a mount namespace");
  // Private first, so that the unmount stays here.
  syscall6(__NR_mount, 0, as_long("/sys/fs/cgroup"), 0, kPrivate);
  if (syscall6(__NR_umount2, as_long("/sys/fs/cgroup/unified"), kDetach) < 0)
    fail("hide /sys/fs/cgroup/unified");
}

void join_network(const char* path) {
  constexpr long kCloexec = 02000000;
  const long fd = syscall6(__NR_openat, -100, as_long(path), kCloexec);
  if (fd < 0 || syscall6(__NR_setns, fd, CLONE_NEWNET) < 0) fail("join the network namespace");
}

}  // namespace

extern "C" void run(long argc, char** argv, char** envp) {
  long next = 1;
  for (; next < argc && argv[next][0] == '-'; ++next) {
    if (equal(argv[next], "-u")) {
      hide_unified();
    } else if (equal(argv[next], "-n") && next + 1 < argc) {
      join_network(argv[++next]);
    } else {
      fail("understand its arguments");
    }
  }
  if (next >= argc) fail("run nothing");
  syscall6(__NR_execve, as_long(argv[next]), as_long(argv + next), as_long(envp));
  fail("start the program");
}
