// FakeNode: what the parts of a kubelet work with, and no node: a Context, a runtime whose answers
// the test gives when it likes, an API that takes Events and nothing else.
//
// Thread safety: by the test's thread. What is tested must be gone before it is.
#pragma once

#include <gtest/gtest.h>
#include <k8s/core/v1/event.pb.h>

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "kubus/api/types.h"
#include "kubus/host.h"
#include "node_runtime.h"
#include "temp_dir.h"

namespace kubus::kubelet::test {

// What has arrived, in its order, each thing with what it is to be answered by.
template <class Request, class Answer>
class Arrivals {
 public:
  void put(Request request, Answer answer) {
    const std::lock_guard lock(mutex_);
    all_.emplace_back(std::move(request), std::move(answer));
    changed_.notify_all();
  }
  // The one of that index, waited for; a failure of the test and a throw when it does not come.
  const Request& request(std::size_t index) { return at(index).first; }
  Answer& answer(std::size_t index) { return at(index).second; }
  std::size_t count() {
    const std::lock_guard lock(mutex_);
    return all_.size();
  }
  void clear() {
    const std::lock_guard lock(mutex_);
    all_.clear();
  }

 private:
  std::pair<Request, Answer>& at(std::size_t index) {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, std::chrono::seconds(20), [&] { return all_.size() > index; })) {
      ADD_FAILURE() << "only " << all_.size() << " have arrived, not number " << index;
      throw std::out_of_range("arrivals");
    }
    return all_[index];
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::pair<Request, Answer>> all_;
};

class FakeNode {
 public:
  FakeNode();
  ~FakeNode();

  Context& context();
  NodeRuntime& runtime() { return *runtime_; }

  Arrivals<runtime::StopContainerRequest, rpc::Answer<runtime::StopContainerResponse>> stops;
  Arrivals<runtime::ExecSyncRequest, rpc::Answer<runtime::ExecSyncResponse>> execs;
  Arrivals<runtime::PullImageRequest, rpc::ItemWriter<runtime::PullImageProgress>> pulls;
  Arrivals<runtime::ReopenLogRequest, rpc::Answer<runtime::ReopenLogResponse>> reopens;
  // Those that were created; they have been answered.
  Arrivals<core_v1::Event, std::monostate> events;

 private:
  Instance& start(const std::string& id, std::function<Status(Context&)> setup);
  bus::Service runtime_service();
  bus::Service api_service();

  const kernel::TempDir dir_;
  std::unique_ptr<Host> host_;
  Instance* member_ = nullptr;
  std::unique_ptr<NodeRuntime> runtime_;
};

// Waits for calls of a callback.
class Calls {
 public:
  void add(std::string what) {
    const std::lock_guard lock(mutex_);
    all_.push_back(std::move(what));
    changed_.notify_all();
  }
  // The first `count` of them; fewer when they do not come.
  std::vector<std::string> wait(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds(20), [&] { return all_.size() >= count; });
    return all_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> all_;
};

}  // namespace kubus::kubelet::test
