#include "log_rotator.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "kubus/context.h"
#include "rotation.h"

namespace kubus::kubelet {
namespace {

// What a log grows by is known only some time after the first write.
constexpr std::chrono::seconds kFirstLook{1};

// -1 when there is none.
Result<std::int64_t> size_of(const std::string& path) {
  struct stat facts {};
  if (::stat(path.c_str(), &facts) == 0) return std::int64_t{facts.st_size};
  if (errno == ENOENT) return std::int64_t{-1};
  return Status(Code::kInternalError, path + ": " + std::strerror(errno));
}

}  // namespace

LogRotator::LogRotator(Context& context, LogLimits limits, Reopen reopen)
    : limits_(limits), reopen_(std::move(reopen)), watch_(context.loop()) {
  if (limits_.max_bytes <= 0) return;
  queue_ =
      std::make_unique<WorkQueue>(context, "container-logs", 1,
                                  [this](const std::string& container) { return look(container); });
}

LogRotator::~LogRotator() {
  std::unique_lock lock(mutex_);
  const auto queue = std::move(queue_);
  lock.unlock();
}

void LogRotator::begin(const std::string& container, const std::string& path) {
  std::lock_guard lock(mutex_);
  if (!queue_ || path.empty()) return;
  if (logs_.try_emplace(container, Log{.path = path}).second) queue_->add(container);
}

void LogRotator::end(const std::string& container) {
  std::unique_lock lock(mutex_);
  auto ended = logs_.extract(container);
  lock.unlock();
  if (ended && ended.mapped().watch != 0) watch_.remove(ended.mapped().watch);
}

void LogRotator::written(const std::string& container) {
  std::lock_guard lock(mutex_);
  if (queue_) queue_->add(container);
}

Outcome LogRotator::look(const std::string& container) {
  std::unique_lock lock(mutex_);
  const auto found = logs_.find(container);
  if (found == logs_.end()) return Outcome::done();
  Log log = found->second;
  lock.unlock();
  const auto watch = std::exchange(log.watch, 0);
  if (watch != 0) watch_.remove(watch);
  const Outcome outcome = look_at(container, log, watch != 0);
  lock.lock();
  const auto still = logs_.find(container);
  if (still != logs_.end()) {
    still->second = log;
  } else if (log.watch != 0) {
    lock.unlock();
    watch_.remove(log.watch);
  }
  return outcome;
}

Outcome LogRotator::look_at(const std::string& container, Log& log, bool was_at_rest) {
  auto size = size_of(log.path);
  if (!size.ok()) return size.status();
  if (*size < 0) {
    // An earlier rotation was interrupted half-way.
    KUBUS_TRY(reopen_(container));
    size = 0;
  } else if (*size >= limits_.max_bytes) {
    const Status rotated = rotate_log(log.path, limits_.max_files, std::chrono::system_clock::now(),
                                      [&] { return reopen_(container); });
    if (rotated.code() == Code::kConflict)
      return Outcome::requeue_after(std::min<Duration>(limits_.interval, kFirstLook));
    KUBUS_TRY(rotated);
    size = 0;
  } else if (*size == log.size && !was_at_rest) {
    return rest(container, log);
  }
  const auto wait = next_look(log, *size, was_at_rest);
  log.size = *size;
  log.looked = Clock::now();
  return Outcome::requeue_after(wait);
}

Duration LogRotator::next_look(const Log& log, std::int64_t size, bool was_at_rest) const {
  const auto soon = std::min<Duration>(limits_.interval, kFirstLook);
  const auto grown = size - log.size;
  if (was_at_rest || log.size < 0 || grown <= 0) return soon;
  const double share = static_cast<double>(limits_.max_bytes - size) / static_cast<double>(grown);
  const auto elapsed = std::chrono::duration<double, std::nano>(Clock::now() - log.looked);
  const auto expected = elapsed.count() * share;
  if (expected >= static_cast<double>(limits_.interval.count())) return limits_.interval;
  return std::max(soon, Duration(static_cast<Duration::rep>(expected)));
}

Outcome LogRotator::rest(const std::string& container, Log& log) {
  const auto directory = std::filesystem::path(log.path).parent_path().string();
  auto watch = watch_.add(directory, [this, container] { written(container); });
  if (!watch.ok()) return watch.status();
  const auto size = size_of(log.path);
  if (size.ok() && *size == log.size) {
    log.watch = *watch;
    return Outcome::done();
  }
  watch_.remove(*watch);
  return Outcome::requeue_after(std::min<Duration>(limits_.interval, kFirstLook));
}

}  // namespace kubus::kubelet
