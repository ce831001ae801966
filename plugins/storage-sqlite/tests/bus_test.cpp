// The plugin on the bus: the contract again, and an upgrade under load.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "bus_store.h"
#include "kubus/host.h"
#include "kubus/plugin_abi.h"
#include "scratch.h"
#include "storage_cases.h"

// plugin.cpp is linked into this program.
extern "C" const kubus_plugin_descriptor_v1* kubus_plugin_entry_v1();

namespace kubus::storage_sqlite {
namespace {

using contract::must_event;
using contract::must_put;
using contract::must_range;
using contract::must_watch;
using contract::range_of;
using contract::Txn;
using contract::watch_of;
using std::chrono::seconds;

Config config_of(const Scratch& scratch) {
  return Config({{"path", scratch.file()},
                 {"keep_history", "5m"},
                 {"keep_revisions", "0"},
                 {"read_connections", "3"},
                 {"watch_memory", "4Mi"},
                 {"max_value", "3Mi"}});
}

// A kernel process in miniature, with the plugin and a caller.
class Cluster {
 public:
  Cluster() {
    HostOptions options;
    options.run_dir = scratch_.file("run");
    options.role = HostRole::kKernel;
    options.id = "kubus";
    auto host = Host::open(std::move(options));
    EXPECT_TRUE(host.ok()) << host.status().to_string();
    host_ = std::move(*host);
    storage_ = start_storage(1);
    InstanceOptions caller;
    caller.id = "caller";
    caller_ = *host_->make_instance(std::move(caller));
    caller_->start([](Context&) { return Status(); });
    EXPECT_TRUE(ready(caller_));
  }
  ~Cluster() {
    const Status closed = host_->close(seconds(20));
    EXPECT_TRUE(closed.ok()) << closed.to_string();
  }

  bus::Client& bus() { return caller_->context().bus(); }

  // Replaces the plugin by its next generation, as the loader does.
  void upgrade() {
    Instance* old = storage_;
    storage_ = start_storage(++generation_);
    old->stop(seconds(20));
    EXPECT_EQ(old->wait_stopped(seconds(30)), InstanceState::kStopped);
    EXPECT_TRUE(host_->release(old).ok());
  }

 private:
  static bool ready(Instance* instance) {
    EXPECT_TRUE(eventually([&] {
      return instance->state() != InstanceState::kCreated &&
             instance->state() != InstanceState::kStarting;
    }));
    EXPECT_EQ(instance->state(), InstanceState::kReady) << instance->why().to_string();
    return instance->state() == InstanceState::kReady;
  }
  Instance* start_storage(std::uint64_t generation) {
    InstanceOptions options;
    options.id = "storage-sqlite";
    options.generation = generation;
    options.config = config_of(scratch_);
    auto made = host_->make_instance(std::move(options));
    EXPECT_TRUE(made.ok()) << made.status().to_string();
    (*made)->start(kubus_plugin_entry_v1());
    EXPECT_TRUE(ready(*made));
    return *made;
  }

  Scratch scratch_;
  std::unique_ptr<Host> host_;
  Instance* storage_ = nullptr;
  Instance* caller_ = nullptr;
  std::uint64_t generation_ = 1;
};

class ClusterStore : public BusStore {
 public:
  explicit ClusterStore(std::unique_ptr<Cluster> cluster)
      : BusStore(cluster->bus()), cluster_(std::move(cluster)) {}

 private:
  std::unique_ptr<Cluster> cluster_;
};

const bool kBus = contract::register_storage_suite(
    "sqlite_bus", [] { return std::make_unique<ClusterStore>(std::make_unique<Cluster>()); });

TEST(StorageUpgrade, LosesNoWriteAndNoEvent) {
  Cluster cluster;
  BusStore store(cluster.bus());
  const auto base = must_put(store, "k", "0");
  std::atomic<bool> stop = false;
  std::atomic<std::int64_t> last = base;
  std::atomic<int> writes = 0;
  std::jthread writer([&] {
    while (!stop) {
      auto done = store.txn(Txn().put("k", std::to_string(writes)).request());
      ASSERT_TRUE(done.ok()) << done.status().to_string();
      EXPECT_EQ(done->revision(), last + 1);
      last = done->revision();
      ++writes;
    }
  });
  auto watch = must_watch(store, watch_of("k", {}, base + 1));
  std::int64_t seen = base;
  for (int round = 0; round < 3; ++round) {
    const int before = writes;
    EXPECT_TRUE(eventually([&] { return writes > before + 20; }));
    cluster.upgrade();
  }
  stop = true;
  writer.join();
  while (seen < last) {
    auto message = watch->next();
    if (!message.ok()) {
      // The old generation ended it: go on where it ended, as the contract says.
      EXPECT_EQ(message.code(), Code::kUnavailable) << message.status().to_string();
      watch = must_watch(store, watch_of("k", {}, seen + 1));
      ASSERT_TRUE(watch);
      continue;
    }
    EXPECT_TRUE(message->events_size() == 0 || message->revision() == seen + 1);
    seen = message->revision();
  }
}

TEST(StorageBus, AReaderThatGoesAwayLeavesNothingBehind) {
  Cluster cluster;
  BusStore store(cluster.bus());
  for (int i = 0; i < 50; ++i) {
    auto watch = must_watch(store, watch_of("k", "l"));
    must_put(store, "k", std::to_string(i));
  }
  EXPECT_EQ(must_range(store, range_of("k")).count(), 1);
}

}  // namespace
}  // namespace kubus::storage_sqlite
