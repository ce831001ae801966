// What it costs a request to have its turn, where nobody waits; one line of JSON per figure.
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <thread>

#include "fairness/fairness.h"
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
}

}  // namespace
}  // namespace kubus::apiserver::fairness

int main() { kubus::apiserver::fairness::run(); }
