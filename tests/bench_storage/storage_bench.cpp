// Figures of the storage engine, one line of JSON each. Options: --seconds N, --dir PATH.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <latch>
#include <string>
#include <thread>
#include <vector>

#include "engine.h"

namespace {

using Clock = std::chrono::steady_clock;
using kubus::storage_sqlite::Engine;
using kubus::storage_sqlite::EngineOptions;
namespace storage = kubus::storage;

struct Arguments {
  double seconds = 3;
  std::string dir = std::filesystem::temp_directory_path() / "kubus-storage-bench";
};

void print(const char* figure, double value, const char* unit) {
  std::printf("{\"bench\":\"storage\",\"figure\":\"%s\",\"value\":%.1f,\"unit\":\"%s\"}\n", figure,
              value, unit);
  std::fflush(stdout);
}

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

storage::TxnRequest put_request(const std::string& key, const std::string& value) {
  storage::TxnRequest request;
  auto* put = request.add_success()->mutable_put();
  put->set_key(key);
  put->set_value(value);
  return request;
}

// Blocks for the durable write.
void put(Engine& engine, const std::string& key, const std::string& value) {
  std::latch done(1);
  engine.txn(put_request(key, value), [&](auto result) {
    if (!result.ok()) {
      std::fprintf(stderr, "%s\n", result.status().to_string().c_str());
      std::_Exit(1);
    }
    done.count_down();
  });
  done.wait();
}

std::string key_of(int number) {
  return "/registry/configmaps/default/item-" + std::to_string(100000 + number);
}

double percentile(std::vector<double>& values, double share) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  return values[std::min(values.size() - 1, static_cast<std::size_t>(share * values.size()))];
}

// `keys` 0: every write makes a new key.
void bench_puts(Engine& engine, int writers, int keys, double seconds, const std::string& name) {
  const std::string value(1024, 'v');
  const auto start = Clock::now();
  std::atomic<int> made = 0;
  std::vector<std::vector<double>> times(static_cast<std::size_t>(writers));
  {
    std::vector<std::jthread> threads;
    for (auto& mine : times)
      threads.emplace_back([&] {
        while (seconds_since(start) < seconds) {
          const int number = made++;
          const auto begin = Clock::now();
          put(engine, name + key_of(keys > 0 ? number * 7919 % keys : number), value);
          mine.push_back(seconds_since(begin) * 1e3);
        }
      });
  }
  print((name + "_per_second").c_str(), made / seconds_since(start), "1/s");
  std::vector<double> all;
  for (const auto& mine : times) all.insert(all.end(), mine.begin(), mine.end());
  print((name + "_p50").c_str(), percentile(all, 0.5), "ms");
  print((name + "_p99").c_str(), percentile(all, 0.99), "ms");
}

void bench_ranges(Engine& engine, double seconds) {
  storage::RangeRequest one;
  int reads = 0;
  auto start = Clock::now();
  while (seconds_since(start) < seconds) {
    one.set_key("update_1k_64_writers" + key_of(reads++ * 7919 % 10000));
    if (!engine.range(one).ok()) std::_Exit(1);
  }
  print("get_per_second", reads / seconds_since(start), "1/s");
  storage::RangeRequest all;
  all.set_key("update_1k_64_writers");
  all.set_range_end("update_1k_64_writert");
  start = Clock::now();
  auto list = engine.range(all);
  if (!list.ok()) std::_Exit(1);
  print("list_10000_of_1k", seconds_since(start) * 1e3, "ms");
  print("list_keys", list->kvs_size(), "keys");
}

// From the acknowledged write's start until a watcher has the event.
void bench_watch(Engine& engine, double seconds) {
  std::atomic<std::int64_t> woken = 0;
  storage::WatchRequest request;
  request.set_key("watched");
  auto watch = engine.watch(request, [&] {
    ++woken;
    woken.notify_one();
  });
  if (!watch.ok()) std::_Exit(1);
  while ((*watch)->pull(16).next != kubus::storage_sqlite::Watch::Next::kWake) continue;
  std::vector<double> times;
  const auto start = Clock::now();
  while (seconds_since(start) < seconds) {
    const auto begin = Clock::now();
    const auto before = woken.load();
    engine.txn(put_request("watched", "1"), [](auto) {});
    woken.wait(before);
    while ((*watch)->pull(16).next != kubus::storage_sqlite::Watch::Next::kWake) continue;
    times.push_back(seconds_since(begin) * 1e3);
  }
  print("write_to_event_p50", percentile(times, 0.5), "ms");
  print("write_to_event_p99", percentile(times, 0.99), "ms");
}

void bench_compaction(Engine& engine) {
  const auto start = Clock::now();
  const auto before = engine.status();
  std::latch done(1);
  engine.compact(before.revision(), [&](auto) { done.count_down(); });
  done.wait();
  print("compact_answer", seconds_since(start) * 1e3, "ms");
  put(engine, "during-compaction", "1");
  print("put_during_compaction", seconds_since(start) * 1e3, "ms");
  print("revisions", static_cast<double>(before.revision()), "revisions");
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  for (int i = 1; i + 1 < argc; i += 2) {
    if (std::strcmp(argv[i], "--seconds") == 0) arguments.seconds = std::atof(argv[i + 1]);
    if (std::strcmp(argv[i], "--dir") == 0) arguments.dir = argv[i + 1];
  }
  std::filesystem::remove_all(arguments.dir);
  std::filesystem::create_directories(arguments.dir);
  const std::string file = arguments.dir + "/store.db";
  {
    EngineOptions options;
    options.path = file;
    auto engine = Engine::open(std::move(options));
    if (!engine.ok()) {
      std::fprintf(stderr, "%s\n", engine.status().to_string().c_str());
      return 1;
    }
    bench_puts(**engine, 1, 0, arguments.seconds, "create_1k_1_writer");
    bench_puts(**engine, 64, 0, arguments.seconds, "create_1k_64_writers");
    bench_puts(**engine, 64, 10000, arguments.seconds, "update_1k_64_writers");
    bench_ranges(**engine, arguments.seconds / 2);
    bench_watch(**engine, arguments.seconds / 2);
    bench_compaction(**engine);
    print("file_size", static_cast<double>(std::filesystem::file_size(file)) / 1e6, "MB");
    print("log_size", static_cast<double>(std::filesystem::file_size(file + "-wal")) / 1e6, "MB");
  }
  const auto start = Clock::now();
  EngineOptions options;
  options.path = file;
  if (!Engine::open(std::move(options)).ok()) return 1;
  print("open_and_close", seconds_since(start) * 1e3, "ms");
  std::filesystem::remove_all(arguments.dir);
  return 0;
}
