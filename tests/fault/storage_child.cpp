#include "storage_child.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <random>
#include <thread>
#include <utility>

#include "engine.h"

namespace kubus::fault {
namespace {

using storage_sqlite::Engine;
using storage_sqlite::EngineOptions;

constexpr int kInFlight = 16;
constexpr int kKeys = 64;

class Load {
 public:
  Load(Engine& engine, int pipe, unsigned seed) : engine_(engine), pipe_(pipe), random_(seed) {}

  [[noreturn]] void run() {
    for (int i = 0; i < kInFlight; ++i) write_one();
    while (true) ::pause();
  }

 private:
  // Called first here, then by the writer's thread from each answer: at the start by both.
  void write_one() {
    std::unique_lock lock(mutex_);
    const std::int64_t value = ++values_;
    const auto key = static_cast<std::int64_t>(random_() % kKeys);
    storage::TxnRequest request;
    auto* put = request.add_success()->mutable_put();
    put->set_key("k" + std::to_string(key));
    put->set_value(std::to_string(value) + std::string(random_() % 3000, '.'));
    auto* other = request.add_success()->mutable_put();
    other->set_key("twin" + std::to_string(key));
    other->set_value(std::to_string(value));
    lock.unlock();
    engine_.txn(std::move(request), [this, key, value](auto result) {
      if (!result.ok()) {
        std::fprintf(stderr, "child: %s\n", result.status().to_string().c_str());
        std::_Exit(1);
      }
      const Acknowledged record{result->revision(), key, value};
      if (::write(pipe_, &record, sizeof record) != sizeof record) std::_Exit(1);
      write_one();
    });
  }

  Engine& engine_;
  const int pipe_;
  std::mutex mutex_;
  std::mt19937 random_;
  std::int64_t values_ = 0;
};

[[noreturn]] void child(const std::string& path, int pipe, unsigned seed) {
  EngineOptions options;
  options.path = path;
  options.retention.keep = std::chrono::nanoseconds(0);
  auto engine = Engine::open(std::move(options));
  if (!engine.ok()) {
    std::fprintf(stderr, "child: %s\n", engine.status().to_string().c_str());
    std::_Exit(1);
  }
  // Compaction of what earlier rounds left is cut short as well.
  const auto head = (*engine)->status();
  if (head.revision() - 1 > head.compact_revision())
    (*engine)->compact(head.revision() - 1, [](auto) {});
  Load(**engine, pipe, seed).run();
}

}  // namespace

StorageChild::StorageChild(std::string path, unsigned seed) {
  int ends[2];
  if (::pipe(ends) != 0) std::abort();
  pid_ = ::fork();
  if (pid_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::close(ends[0]);
    child(path, ends[1], seed);
  }
  ::close(ends[1]);
  pipe_ = ends[0];
}

StorageChild::~StorageChild() {
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  if (pipe_ >= 0) ::close(pipe_);
}

std::vector<Acknowledged> StorageChild::kill_after(std::size_t count) {
  std::vector<Acknowledged> all;
  Acknowledged record{};
  while (true) {
    if (all.size() == count && pid_ > 0) {
      ::kill(pid_, SIGKILL);
      ::waitpid(std::exchange(pid_, -1), nullptr, 0);
    }
    const auto got = ::read(pipe_, &record, sizeof record);
    if (got < 0 && errno == EINTR) continue;
    if (got != sizeof record) return all;
    all.push_back(record);
  }
}

}  // namespace kubus::fault
