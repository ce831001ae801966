// Whose turn it is, and what becomes of those who wait when the end comes.
#include "registry/workers.h"

#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace kubus::apiserver {
namespace {

// One thread, which is busy until let go, so that what is posted meanwhile waits.
class WorkersTest : public ::testing::Test {
 protected:
  WorkersTest() {
    std::promise<void> begun;
    workers_.post("first", [this, &begun] {
      begun.set_value();
      go_.get_future().wait();
    });
    begun.get_future().wait();
  }
  void post(const std::string& client) {
    workers_.post(client, [this, client] { order_.push_back(client); });
  }

  std::promise<void> go_;
  std::vector<std::string> order_;
  Workers workers_{1};
};

TEST_F(WorkersTest, ClientsTakeTurns) {
  for (int i = 0; i < 3; ++i) post("many");
  post("one");
  post("two");
  post("two");
  std::promise<void> done;
  workers_.post("many", [&done] { done.set_value(); });
  go_.set_value();
  done.get_future().wait();
  EXPECT_EQ(order_, (std::vector<std::string>{"many", "one", "two", "many", "two", "many"}));
}

TEST_F(WorkersTest, WhatWaitsAtTheEndIsDropped) {
  auto held = std::make_shared<int>(0);
  workers_.post("many", [this, held] { order_.push_back("never"); });
  std::thread stopper([this] { workers_.stop(); });
  // From its return on steps are the callers'.
  while (held.use_count() > 1) std::this_thread::yield();
  go_.set_value();
  stopper.join();
  post("late");
  EXPECT_EQ(order_, std::vector<std::string>{"late"});
}

TEST_F(WorkersTest, AStepMayPostTheNext) {
  std::promise<void> done;
  workers_.post("one", [&] { workers_.post("one", [&done] { done.set_value(); }); });
  go_.set_value();
  done.get_future().wait();
}

}  // namespace
}  // namespace kubus::apiserver
