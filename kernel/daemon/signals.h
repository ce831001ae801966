// Signals: lets a thread wait for the signals that tell a daemon what to do.
//
// Thread safety: one object per process, made before other threads; wait() from one thread.
//
// Handlers, not a blocked mask and not ignored signals: both would be inherited by whatever a
// plugin starts, while handlers are reset when a program is executed.
#pragma once

namespace kubus::kernel {

class Signals {
 public:
  // Catches SIGTERM, SIGINT and SIGHUP; SIGPIPE does nothing from now on.
  Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  // The next signal, or what was passed to wake().
  int wait();
  // Any thread.
  static void wake(int signal);
};

}  // namespace kubus::kernel
