// Holds something that only one generation can hold: says so with kConflict.
#include <fcntl.h>
#include <kubus/plugin.h>
#include <sys/file.h>
#include <unistd.h>

namespace {

class Exclusive : public kubus::Plugin {
 public:
  using Plugin::Plugin;
  ~Exclusive() override {
    if (lock_ >= 0) ::close(lock_);
  }
  kubus::Status start() override {
    auto path = context().state_dir() + "/lock";
    lock_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (lock_ < 0 || ::flock(lock_, LOCK_EX | LOCK_NB) != 0)
      return {kubus::Code::kConflict, "its state is in use"};
    return {};
  }

 private:
  int lock_ = -1;
};

}  // namespace

KUBUS_PLUGIN(Exclusive)
