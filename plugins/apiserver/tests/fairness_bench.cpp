// What it costs a request to have its turn, where nobody waits; one line of JSON per figure.
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <thread>
#include <vector>

#include "cache/cluster_cache.h"
#include "fairness/bus_turns.h"
#include "fairness/fairness.h"
#include "fairness/work.h"
#include "figure.h"

namespace kubus::apiserver::fairness {
namespace {

constexpr int kRounds = 1'000'000;

template <class Work>
void measure(const char* name, Work work) {
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < kRounds; ++i) work();
  const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - begin;
  bench::print_figure("fairness", name, took.count() / kRounds, "ns");
}

class Deaf final : public Watcher {
  void on_event(EventType, const ObjectPtr&) override {}
  void on_bookmark(std::int64_t, bool) override {}
  void on_end(const Status&) override {}
};

// What it takes to know how wide a request is, watched by few and by many.
void measure_width(ClusterCache& cache, const RequestInfo& read) {
  auto write = read;
  write.verb = "update";
  write.name = "p";
  auto list = read;
  list.verb = "list";
  const auto width = [&](const RequestInfo& info) {
    return [&] {
      if (width_of(info, {}, cache, 10).most() == 0) std::abort();
    };
  };
  measure("width of a read", width(read));
  measure("width of a list", width(list));
  measure("width of a write", width(write));
  std::vector<std::shared_ptr<Watcher>> watchers;
  for (int i = 0; i < 100; ++i) {
    watchers.push_back(std::make_shared<Deaf>());
    if (!cache.find("", "pods")->watch(watchers.back(), {}, {}, 1).ok()) std::abort();
  }
  measure("width of a write that 100 watch", width(write));
}

void run() {
  Fairness fairness(
      600, {[] { return Clock::now(); }, [](Task task) { task(); }, [](Duration, Task) {}});
  for (auto& level : default_levels()) fairness.put(std::move(level));
  for (auto& schema : default_schemas()) fairness.put(std::move(schema));
  RequestInfo info;
  info.is_resource = true;
  info.verb = "get";
  info.resource = "pods";
  info.ns = "default";
  const Identity user{"eve", {"staff", "system:authenticated"}, {}};
  const auto take_turn = [&] {
    const auto lane = fairness.classify(user, info);
    const auto entry =
        lane->level->enter({lane->series, lane->flow(user, info), {}, std::chrono::seconds(15)});
    if (!entry.seats) std::abort();
  };
  measure("classified", [&] {
    if (fairness.classify(user, info)->name != "global-default") std::abort();
  });
  measure("classified, entered and left", take_turn);
  std::atomic<bool> over{false};
  std::thread other([&] {
    while (!over) take_turn();
  });
  measure("the same beside another thread", take_turn);
  over = true;
  other.join();
  ClusterCache cache(10);
  cache.reset(ClusterCache::Filling(cache), 1);
  measure_width(cache, info);
  Loop loop("bench");
  BusTurns turns(fairness, cache, loop);
  Identity plugin{"system:kubus:plugin:p", {"system:kubus:plugins", "system:authenticated"}, {}};
  plugin.plugin = "p";
  measure("a plugin's turn over the bus", [&] {
    turns.take(plugin, info, {}, [](const Result<Seats>& seats) {
      if (!seats.ok()) std::abort();
    });
  });
}

}  // namespace
}  // namespace kubus::apiserver::fairness

int main() { kubus::apiserver::fairness::run(); }
