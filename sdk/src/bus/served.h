// Served: one call or stream of another instance while this one works on it.
//
// Thread safety: as said per member.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>

#include "core/loop_core.h"
#include "kubus/bus.h"

namespace kubus::bus {

class Node;
struct MethodCount;

class Served : public std::enable_shared_from_this<Served> {
 public:
  Served(std::weak_ptr<Node> node, std::string peer, std::uint64_t id, bool stream,
         std::shared_ptr<MethodCount> count);

  // Any thread. The first one counts.
  void end(Status status, Bytes body);
  bool over() const { return over_; }
  bool write(Bytes body);
  bool writable();
  void on_cancel(Task task);
  void on_writable(Task task);

  // Loop only.
  void cancelled();              // the caller gave up or vanished
  void credit(std::uint32_t n);  // the reader can take more
  void drop_tasks();
  // Ends it in the provider's place; false when it was over already.
  bool take_over() { return !over_.exchange(true); }
  void set_credit(std::uint32_t n) { credit_ = n; }

  const std::string peer;  // routing id
  const std::uint64_t id;
  const bool stream;
  const std::shared_ptr<MethodCount> count;
  const core::Clock::time_point received = core::Clock::now();

 private:
  void run_on_loop(UniqueFunction<void(Node&)> task);
  void flush(Node& node);
  void overflow();

  const std::weak_ptr<Node> node_;
  std::atomic<bool> over_{false};

  std::mutex mutex_;
  std::deque<Bytes> pending_;
  std::uint64_t credit_ = 0;
  bool flushing_ = false;
  bool wants_writable_ = false;
  bool ending_ = false;
  Status end_status_;

  // Loop only.
  bool cancelled_ = false;
  Task on_cancel_;
  Task on_writable_;
};

}  // namespace kubus::bus
