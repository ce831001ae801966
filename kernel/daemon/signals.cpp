#include "daemon/signals.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <initializer_list>

namespace kubus::kernel {
namespace {

int g_pipe[2] = {-1, -1};

void on_signal(int signal) {
  int saved = errno;
  Signals::wake(signal);
  errno = saved;
}

void catch_signal(int signal, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  ::sigaction(signal, &action, nullptr);
}

}  // namespace

Signals::Signals() {
  if (::pipe2(g_pipe, O_CLOEXEC) != 0) return;
  // A full pipe must not block a handler: what is in it already wakes the reader.
  ::fcntl(g_pipe[1], F_SETFL, O_NONBLOCK);
  for (int signal : {SIGTERM, SIGINT, SIGHUP}) catch_signal(signal, on_signal);
  catch_signal(SIGPIPE, [](int) {});
}

int Signals::wait() {
  // Not in the read: a handler that comes in one waits with it under ThreadSanitizer.
  pollfd ready{g_pipe[0], POLLIN, 0};
  while (::poll(&ready, 1, -1) < 0 && errno == EINTR) {
  }
  unsigned char signal = SIGTERM;
  [[maybe_unused]] auto got = ::read(g_pipe[0], &signal, 1);
  return signal;
}

void Signals::wake(int signal) {
  auto byte = static_cast<unsigned char>(signal);
  [[maybe_unused]] auto ignored = ::write(g_pipe[1], &byte, 1);
}

}  // namespace kubus::kernel
