// A kernel process in miniature: a Host in a directory of its own, and instances made from lambdas.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "kubus/host.h"

namespace kubus::testing {

using namespace std::chrono_literals;  // NOLINT(google-build-using-namespace)

// Something the test waits for, with a deadline that only a failure reaches.
class Event {
 public:
  void set() { add(1); }
  void add(int n) {
    const std::lock_guard lock(mutex_);
    count_ += n;
    changed_.notify_all();
  }
  bool wait(int n = 1, std::chrono::milliseconds limit = 20s) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, limit, [&] { return count_ >= n; });
  }
  int count() {
    const std::lock_guard lock(mutex_);
    return count_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int count_ = 0;
};

inline bool eventually(const std::function<bool()>& condition,
                       std::chrono::milliseconds limit = 20s) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    ::usleep(1000);
  }
  return true;
}

// The states an instance has been in. Shared with the observer, which lives as long as the host.
struct States {
  std::mutex mutex;
  std::vector<InstanceState> seen;
  Code why = Code::kOk;

  static std::shared_ptr<States> of(Host& host, const std::string& id, const std::string& process) {
    auto states = std::make_shared<States>();
    host.directory()->observe([states, id, process](const InstanceReport& report) {
      const std::lock_guard lock(states->mutex);
      if (report.id != id || report.process != process) return;
      states->seen.push_back(report.state);
      states->why = report.why.code();
    });
    return states;
  }
  bool last_is(InstanceState state) {
    const std::lock_guard lock(mutex);
    return !seen.empty() && seen.back() == state;
  }
};

class BusTest : public ::testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/kubus-bus-XXXXXX";
    ASSERT_NE(::mkdtemp(name), nullptr);
    dir_ = name;
    auto host = Host::open({.run_dir = dir_, .role = HostRole::kKernel, .id = "kubus"});
    ASSERT_TRUE(host.ok()) << host.status().to_string();
    host_ = std::move(*host);
  }

  void TearDown() override {
    if (host_) {
      const Status status = host_->close(2s);
      EXPECT_TRUE(status.ok()) << status.to_string();
    }
    host_.reset();
    std::filesystem::remove_all(dir_);
  }

  // Makes an instance and starts it; `setup` registers what it serves.
  Instance& start(const std::string& id, std::function<Status(Context&)> setup = {},
                  std::uint64_t generation = 1) {
    auto made = host_->make_instance({.id = id, .generation = generation});
    EXPECT_TRUE(made.ok()) << made.status().to_string();
    Instance& instance = **made;
    instance.start([setup = std::move(setup)](Context& context) -> Status {
      return setup ? setup(context) : Status();
    });
    EXPECT_TRUE(eventually([&] { return instance.state() != InstanceState::kStarting; }));
    EXPECT_EQ(instance.state(), InstanceState::kReady) << instance.why().to_string();
    return instance;
  }

  static bus::Service echo_service() {
    bus::Service service;
    service.method("Echo", [](const bus::Caller&, Bytes body, bus::Responder responder) {
      responder.reply(std::move(body));
    });
    return service;
  }

  Instance& start_echo(const std::string& id = "echo", std::uint64_t generation = 1) {
    return start(
        id, [](Context& context) { return context.server().serve("echo.v1", echo_service()); },
        generation);
  }

  std::string dir_;
  std::unique_ptr<Host> host_;
};

inline Bytes bytes(std::string_view text) { return Bytes::copy(text); }

}  // namespace kubus::testing
