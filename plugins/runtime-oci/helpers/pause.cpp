// oci-pause: makes the namespaces of a pod sandbox and then holds them, using a few kilobytes.
//
//   oci-pause SANDBOX FLAGS HOSTNAME ROOT [SYSCTL_PATH VALUE]...
//
// FLAGS is a word of letters: n network, i ipc, p pid, u uts. ROOT is an empty directory that
// becomes the root. Descriptor 3 is a pipe that gets records of two 32-bit numbers: {0, pid} from
// the parent, then {1, 0} from the holder when it is ready or {step, errno} (step > 1) when it
// failed. As process 1 of a shared pid namespace it reaps; TERM ends it.
#include <linux/if.h>
#include <linux/prctl.h>
#include <linux/sched.h>
#include <linux/sockios.h>

#include "syscalls.h"

namespace {

constexpr int kReport = 3;
constexpr long kNobody = 65535;
enum Step { kPid, kReady, kClone, kHostname, kLoopback, kSysctl, kRoot, kPrivileges };

void report(int tag, int value) {
  const int record[2] = {tag, value};
  syscall6(__NR_write, kReport, as_long(record), sizeof record);
}

void check(long result, Step step) {
  if (result >= 0) return;
  report(step, static_cast<int>(-result));
  quit(1);
}

long clone_flags(const char* letters) {
  long flags = CLONE_NEWNS | 17;  // SIGCHLD
  for (; *letters; ++letters) {
    if (*letters == 'n') flags |= CLONE_NEWNET;
    if (*letters == 'i') flags |= CLONE_NEWIPC;
    if (*letters == 'p') flags |= CLONE_NEWPID;
    if (*letters == 'u') flags |= CLONE_NEWUTS;
  }
  return flags;
}

bool has(const char* letters, char letter) {
  for (; *letters; ++letters)
    if (*letters == letter) return true;
  return false;
}

void raise_loopback() {
  const long fd = syscall6(__NR_socket, 2, 2, 0);  // AF_INET, SOCK_DGRAM
  check(fd, kLoopback);
  ifreq request = {};
  request.ifr_name[0] = 'l';
  request.ifr_name[1] = 'o';
  request.ifr_flags = IFF_UP;
  check(syscall6(__NR_ioctl, fd, SIOCSIFFLAGS, as_long(&request)), kLoopback);
  syscall6(__NR_close, fd);
}

void write_sysctls(char** pairs) {
  for (; pairs[0] && pairs[1]; pairs += 2) {
    const long fd = syscall6(__NR_openat, -100, as_long(pairs[0]), 1);
    check(fd, kSysctl);
    check(syscall6(__NR_write, fd, as_long(pairs[1]), static_cast<long>(length(pairs[1]))),
          kSysctl);
    syscall6(__NR_close, fd);
  }
}

void enter_empty_root(const char* root) {
  constexpr long kPrivate = 1L << 18, kRec = 1L << 14, kBind = 1L << 12, kReadonly = 1;
  constexpr long kRemount = 32, kDetach = 2;
  check(syscall6(__NR_mount, 0, as_long("/"), 0, kPrivate | kRec), kRoot);
  check(syscall6(__NR_mount, as_long(root), as_long(root), 0, kBind), kRoot);
  syscall6(__NR_mount, 0, as_long(root), 0, kRemount | kBind | kReadonly);
  check(syscall6(__NR_chdir, as_long(root)), kRoot);
  check(syscall6(__NR_pivot_root, as_long("."), as_long(".")), kRoot);
  check(syscall6(__NR_umount2, as_long("."), kDetach), kRoot);
  check(syscall6(__NR_chdir, as_long("/")), kRoot);
}

void drop_privileges() {
  check(syscall6(__NR_setgroups, 0, 0), kPrivileges);
  check(syscall6(__NR_setgid, kNobody), kPrivileges);
  check(syscall6(__NR_setuid, kNobody), kPrivileges);
  check(syscall6(__NR_prctl, PR_SET_NO_NEW_PRIVS, 1), kPrivileges);
}

[[noreturn]] void hold() {
  // Blocked and taken by sigwait: as process 1 no default action would end us.
  unsigned long signals = (1UL << 14) | (1UL << 1) | (1UL << 16);  // TERM, INT, CHLD
  syscall6(__NR_rt_sigprocmask, 0, as_long(&signals), 0, 8);
  report(kReady, 0);
  syscall6(__NR_close, kReport);
  for (;;) {
    const long got = syscall6(__NR_rt_sigtimedwait, as_long(&signals), 0, 0, 8);
    if (got == 15 || got == 2) quit(0);
    while (syscall6(__NR_wait4, -1, 0, 1) > 0) {  // WNOHANG
    }
  }
}

}  // namespace

extern "C" void run(long argc, char** argv, char**) {
  if (argc < 5) quit(2);
  const char* flags = argv[2];
  const long child = syscall6(__NR_clone, clone_flags(flags));
  check(child, kClone);
  if (child > 0) {
    report(kPid, static_cast<int>(child));
    quit(0);
  }
  if (has(flags, 'u'))
    check(syscall6(__NR_sethostname, as_long(argv[3]), static_cast<long>(length(argv[3]))),
          kHostname);
  if (has(flags, 'n')) raise_loopback();
  write_sysctls(argv + 5);
  enter_empty_root(argv[4]);
  drop_privileges();
  hold();
}
