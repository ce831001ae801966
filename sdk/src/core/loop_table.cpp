#include <fcntl.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "core/loop_core.h"

#ifdef _GLIBCXX_TSAN
extern "C" void AnnotateIgnoreReadsBegin(const char* file, int line);
extern "C" void AnnotateIgnoreReadsEnd(const char* file, int line);
#endif

namespace kubus::core {
namespace {

// ThreadSanitizer does not see libzmq close its descriptors. It would hold our use of one against
// the next owner of the number, so it is not shown that use either.
class Unseen {
 public:
#ifdef _GLIBCXX_TSAN
  explicit Unseen(bool wanted) : wanted_(wanted) {
    if (wanted_) AnnotateIgnoreReadsBegin(__FILE__, __LINE__);
  }
  ~Unseen() {
    if (wanted_) AnnotateIgnoreReadsEnd(__FILE__, __LINE__);
  }
  Unseen(const Unseen&) = delete;
  Unseen& operator=(const Unseen&) = delete;

 private:
  const bool wanted_;
#else
  explicit Unseen(bool) {}
#endif
};

}  // namespace

bool TimerTable::add(Clock::time_point at, std::shared_ptr<Timer> timer) {
  const std::lock_guard lock(mutex_);
  const Timer* key = timer.get();
  const auto it = order_.emplace(at, std::move(timer));
  where_[key] = it;
  return it == order_.begin();
}

void TimerTable::remove(const Timer* timer) {
  std::shared_ptr<Timer> keep;  // destroyed after the lock
  const std::lock_guard lock(mutex_);
  const auto it = where_.find(timer);
  if (it == where_.end()) return;
  keep = std::move(it->second->second);
  order_.erase(it->second);
  where_.erase(it);
}

std::shared_ptr<Timer> TimerTable::take_due(Clock::time_point now) {
  const std::lock_guard lock(mutex_);
  if (order_.empty() || order_.begin()->first > now) return nullptr;
  auto timer = std::move(order_.begin()->second);
  order_.erase(order_.begin());
  where_.erase(timer.get());
  return timer;
}

int TimerTable::wait_ms(Clock::time_point now) const {
  const std::lock_guard lock(mutex_);
  if (order_.empty()) return -1;
  const auto left = order_.begin()->first - now;
  if (left <= Duration::zero()) return 0;
  const auto ms = std::chrono::ceil<std::chrono::milliseconds>(left).count();
  return static_cast<int>(std::min<std::int64_t>(ms, 3'600'000));
}

std::vector<std::shared_ptr<Timer>> TimerTable::take_all() {
  const std::lock_guard lock(mutex_);
  std::vector<std::shared_ptr<Timer>> all;
  for (auto& [at, timer] : order_) all.push_back(std::move(timer));
  order_.clear();
  where_.clear();
  return all;
}

std::size_t TimerTable::size() const {
  const std::lock_guard lock(mutex_);
  return order_.size();
}

FdTable::FdTable() : epoll_(::epoll_create1(EPOLL_CLOEXEC)) {}

FdTable::~FdTable() { ::close(epoll_); }

void FdTable::apply(int operation, const FdWatch& one, const Entry& entry) const {
  epoll_event event{};
  for (const auto& watch : entry.watches) {
    if (watch->events & Loop::kReadable) event.events |= EPOLLIN;
    if (watch->events & Loop::kWritable) event.events |= EPOLLOUT;
  }
  event.data.u64 = (std::uint64_t{entry.serial} << 32) | static_cast<std::uint32_t>(one.fd);
  const Unseen unseen(one.internal);
  ::epoll_ctl(epoll_, operation, one.fd, &event);
}

bool FdTable::add(std::shared_ptr<FdWatch> watch) {
  const std::lock_guard lock(mutex_);
  const int fd = watch->fd;
  if (::fcntl(fd, F_GETFD) < 0) return false;
  Entry& entry = entries_[fd];
  entry.watches.push_back(std::move(watch));
  if (entry.serial == 0) {
    entry.serial = next_serial_++;
    apply(EPOLL_CTL_ADD, *entry.watches.back(), entry);
  } else {
    apply(EPOLL_CTL_MOD, *entry.watches.back(), entry);
  }
  return true;
}

void FdTable::remove(const FdWatch* watch) {
  std::shared_ptr<FdWatch> keep;
  const std::lock_guard lock(mutex_);
  const auto it = entries_.find(watch->fd);
  if (it == entries_.end()) return;
  auto& list = it->second.watches;
  const auto found =
      std::find_if(list.begin(), list.end(), [&](const auto& w) { return w.get() == watch; });
  if (found == list.end()) return;
  keep = std::move(*found);
  list.erase(found);
  apply(list.empty() ? EPOLL_CTL_DEL : EPOLL_CTL_MOD, *watch, it->second);
  if (list.empty()) entries_.erase(it);
}

std::vector<std::shared_ptr<FdWatch>> FdTable::find(std::uint64_t token) const {
  const std::lock_guard lock(mutex_);
  const auto it = entries_.find(static_cast<int>(token & 0xffffffffU));
  if (it == entries_.end() || it->second.serial != token >> 32) return {};
  return it->second.watches;
}

std::vector<std::shared_ptr<FdWatch>> FdTable::take_all() {
  const std::lock_guard lock(mutex_);
  std::vector<std::shared_ptr<FdWatch>> all;
  for (auto& [fd, entry] : entries_) {
    apply(EPOLL_CTL_DEL, *entry.watches.front(), entry);
    for (auto& watch : entry.watches) all.push_back(std::move(watch));
  }
  entries_.clear();
  return all;
}

std::size_t FdTable::size() const {
  const std::lock_guard lock(mutex_);
  std::size_t count = 0;
  for (const auto& [fd, entry] : entries_)
    for (const auto& watch : entry.watches)
      if (!watch->internal) ++count;
  return count;
}

}  // namespace kubus::core
