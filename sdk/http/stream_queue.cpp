#include "stream_queue.h"

#include <algorithm>
#include <utility>

namespace kubus::http {

StreamQueue::StreamQueue(std::size_t limit, UniqueFunction<void()> wake,
                         UniqueFunction<void()> overflow)
    : limit_(limit), wake_(std::move(wake)), overflow_(std::move(overflow)) {}

bool StreamQueue::write(std::vector<Bytes> pieces, bool limited) {
  std::unique_lock lock(mutex_);
  if (closed_ || finished_) return false;
  std::size_t size = 0;
  for (const auto& piece : pieces) size += piece.size();
  // One message larger than the limit passes when nothing else waits.
  if (limited && waiting_ > 0 && waiting_ + size > limit_) {
    finished_ = cut_off_ = true;
    queue_.clear();
    lock.unlock();
    overflow_();
    return false;
  }
  (limited ? waiting_ : unlimited_) += size;
  for (auto& piece : pieces)
    if (!piece.empty()) queue_.push_back(std::move(piece));
  const bool announce = !std::exchange(announced_, true);
  lock.unlock();
  if (announce) wake_();
  return true;
}

void StreamQueue::finish() {
  {
    std::lock_guard lock(mutex_);
    if (closed_ || finished_) return;
    finished_ = true;
  }
  wake_();
}

void StreamQueue::on_close(Task task) {
  {
    std::lock_guard lock(mutex_);
    if (!closed_) {
      close_tasks_.push_back(std::move(task));
      return;
    }
  }
  task();
}

void StreamQueue::when_below(std::size_t waiting, Task task) {
  {
    std::lock_guard lock(mutex_);
    if (!closed_ && !finished_ && waiting_ > waiting) {
      room_below_ = waiting;
      room_task_ = std::move(task);
      return;
    }
  }
  task();
}

StreamQueue::Batch StreamQueue::take() {
  std::lock_guard lock(mutex_);
  announced_ = false;
  return {std::exchange(queue_, {}), finished_ && !cut_off_};
}

std::optional<std::vector<Bytes>> StreamQueue::take_at_most(std::size_t most) {
  std::lock_guard lock(mutex_);
  if (finished_ || waiting_ + unlimited_ > most) return std::nullopt;
  announced_ = false;
  return std::exchange(queue_, {});
}

bool StreamQueue::idle() {
  std::lock_guard lock(mutex_);
  return queue_.empty() && (!finished_ || cut_off_);
}

void StreamQueue::sent(std::size_t bytes) {
  Task room;
  {
    std::lock_guard lock(mutex_);
    // The unlimited part came first.
    const auto first = std::min(bytes, unlimited_);
    unlimited_ -= first;
    waiting_ -= bytes - first;
    if (room_task_ && waiting_ <= room_below_) room = std::exchange(room_task_, Task());
  }
  if (room) room();
}

void StreamQueue::close() {
  std::vector<Task> tasks;
  {
    std::lock_guard lock(mutex_);
    if (closed_) return;
    closed_ = true;
    queue_.clear();
    tasks = std::exchange(close_tasks_, {});
    if (room_task_) tasks.push_back(std::exchange(room_task_, Task()));
  }
  for (auto& task : tasks) task();
}

}  // namespace kubus::http
