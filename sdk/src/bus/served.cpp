#include "bus/served.h"

#include <algorithm>
#include <utility>

#include "bus/limits.h"
#include "bus/node.h"

namespace kubus::bus {
namespace {

constexpr std::uint64_t kMaxCredit = std::uint64_t{1} << 20;

void run_guarded(Task task) {
  if (!task) return;
  try {
    task();
  } catch (...) {
    core::report_exception("bus");
  }
}

}  // namespace

Served::Served(std::weak_ptr<Node> node, std::string peer_in, std::uint64_t id_in, bool stream_in,
               std::shared_ptr<MethodCount> count_in)
    : peer(std::move(peer_in)),
      id(id_in),
      stream(stream_in),
      count(std::move(count_in)),
      node_(std::move(node)) {}

void Served::run_on_loop(UniqueFunction<void(Node&)> task) {
  const auto node = node_.lock();
  if (!node) return;
  node->run([node = std::weak_ptr(node), task = std::move(task)]() mutable {
    if (const auto alive = node.lock()) task(*alive);
  });
}

void Served::end(Status status, Bytes body) {
  if (over_.exchange(true)) return;
  if (body.size() > kMaxBody) {
    status = Status(Code::kRequestEntityTooLarge, "the reply exceeds 256 MiB");
    body = Bytes();
  }
  if (!stream) {
    run_on_loop([self = shared_from_this(), status = std::move(status),
                 body = std::move(body)](Node& node) {
      if (node.responses()) node.responses()->finish(*self, status, body);
    });
    return;
  }
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
    end_status_ = std::move(status);
  }
  run_on_loop([self = shared_from_this()](Node& node) { self->flush(node); });
}

bool Served::write(Bytes body) {
  bool schedule = false;
  {
    const std::lock_guard lock(mutex_);
    if (over_) return false;
    if (body.size() <= kMaxBody && pending_.size() < kStreamWindow * kMaxWindows) {
      pending_.push_back(std::move(body));
      if (pending_.size() >= credit_) wants_writable_ = true;
      schedule = !std::exchange(flushing_, true);
      if (!schedule) return true;
    }
  }
  if (!schedule) {
    overflow();
    return false;
  }
  run_on_loop([self = shared_from_this()](Node& node) { self->flush(node); });
  return true;
}

void Served::overflow() {
  if (over_.exchange(true)) return;
  {
    const std::lock_guard lock(mutex_);
    pending_.clear();
    ending_ = true;
    end_status_ =
        Status(Code::kTooManyRequests, "the reader is too slow, or a message exceeds 256 MiB");
  }
  run_on_loop([self = shared_from_this()](Node& node) { self->flush(node); });
}

bool Served::writable() {
  const std::lock_guard lock(mutex_);
  if (over_) return false;
  if (pending_.size() < credit_) return true;
  wants_writable_ = true;
  return false;
}

void Served::flush(Node& node) {
  std::unique_lock lock(mutex_);
  flushing_ = false;
  while (!pending_.empty() && credit_ > 0) {
    const Bytes body = std::move(pending_.front());
    pending_.pop_front();
    --credit_;
    lock.unlock();
    if (node.responses()) node.responses()->send_item(*this, body);
    lock.lock();
  }
  if (!ending_ || !pending_.empty()) return;
  ending_ = false;
  const Status status = std::move(end_status_);
  lock.unlock();
  if (node.responses()) node.responses()->finish(*this, status, {});
}

void Served::credit(std::uint32_t n) {
  const auto keep = shared_from_this();
  {
    const std::lock_guard lock(mutex_);
    credit_ = std::min(credit_ + n, kMaxCredit);
  }
  if (const auto node = node_.lock()) flush(*node);
  {
    const std::lock_guard lock(mutex_);
    if (!wants_writable_ || pending_.size() >= credit_ || over_) return;
    wants_writable_ = false;
  }
  if (!on_writable_) return;
  Task task = std::move(on_writable_);
  try {
    task();
  } catch (...) {
    core::report_exception("bus");
  }
  // Kept after the end it would keep the writer that it belongs to, and with it this object.
  if (!on_writable_ && !over_) on_writable_ = std::move(task);
}

void Served::on_cancel(Task task) {
  auto boxed = std::make_shared<Task>(std::move(task));
  run_on_loop([self = shared_from_this(), boxed](Node&) {
    if (self->cancelled_)
      run_guarded(std::move(*boxed));
    else if (!self->over())
      self->on_cancel_ = std::move(*boxed);
  });
}

void Served::on_writable(Task task) {
  auto boxed = std::make_shared<Task>(std::move(task));
  run_on_loop([self = shared_from_this(), boxed](Node&) {
    if (self->cancelled_ || self->over()) return;
    self->on_writable_ = std::move(*boxed);
    bool now = false;
    {
      const std::lock_guard lock(self->mutex_);
      now = self->wants_writable_ && self->pending_.size() < self->credit_;
    }
    if (now) self->credit(0);
  });
}

void Served::cancelled() {
  over_ = true;
  cancelled_ = true;
  {
    const std::lock_guard lock(mutex_);
    pending_.clear();
  }
  const Task keep = std::move(on_writable_);
  run_guarded(std::move(on_cancel_));
}

void Served::drop_tasks() {
  const Task cancel = std::move(on_cancel_);
  const Task writable = std::move(on_writable_);
}

}  // namespace kubus::bus
