// The bus: round trips within a process and between processes, and the rate of pipelined calls.
//
//   bus_bench            one line of JSON per figure
//   bus_bench --echo DIR the other process, started by itself
#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "kubus/host.h"

extern char** environ;

namespace {

using kubus::Bytes;
using kubus::Instance;
using Clock = std::chrono::steady_clock;

constexpr int kRoundTrips = 5000;
constexpr int kPipelined = 100'000;
constexpr int kWindow = 512;

kubus::Status serve_echo(kubus::Context& context, std::string_view name) {
  kubus::bus::Service service;
  service.method("Echo", [](const kubus::bus::Caller&, Bytes body,
                            kubus::bus::Responder responder) { responder.reply(std::move(body)); });
  return context.server().serve(name, std::move(service));
}

int echo_process(const char* dir) {
  auto host = kubus::Host::open(
      {.run_dir = dir, .role = kubus::HostRole::kHost, .id = "host-far", .generation = 1});
  if (!host.ok()) return 1;
  auto made = (*host)->make_instance({.id = "far"});
  if (!made.ok()) return 1;
  (*made)->start([](kubus::Context& context) { return serve_echo(context, "far.v1"); });
  char byte = 0;
  while (::read(STDIN_FILENO, &byte, 1) > 0) {
  }
  (*host)->close(std::chrono::seconds(2));
  return 0;
}

// Everything the figures need; made once.
struct World {
  std::string dir;
  std::unique_ptr<kubus::Host> host;
  Instance* caller = nullptr;
  pid_t child = -1;
  int child_input = -1;

  Instance& start(const char* id, std::function<kubus::Status(kubus::Context&)> setup) {
    Instance* instance = *host->make_instance({.id = id});
    instance->start([setup](kubus::Context& context) { return setup(context); });
    return *instance;
  }

  void open(const char* program) {
    char name[] = "/tmp/kubus-bench-XXXXXX";
    dir = ::mkdtemp(name);
    host = std::move(
        *kubus::Host::open({.run_dir = dir, .role = kubus::HostRole::kKernel, .id = "kubus"}));
    start("near", [](kubus::Context& context) { return serve_echo(context, "near.v1"); });
    caller = &start("caller", [](kubus::Context&) { return kubus::Status(); });
    host->directory()->expect("far", 1, "host-far", {});
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) std::abort();
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, ends[0], STDIN_FILENO);
    const char* arguments[] = {program, "--echo", dir.c_str(), nullptr};
    if (::posix_spawn(&child, program, &actions, nullptr, const_cast<char**>(arguments), environ))
      std::abort();
    ::posix_spawn_file_actions_destroy(&actions);
    ::close(ends[0]);
    child_input = ends[1];
  }

  void close() {
    ::close(child_input);
    ::waitpid(child, nullptr, 0);
    host.reset();
    std::filesystem::remove_all(dir);
  }
};
World world;

void print(const std::string& name, double value, const char* unit) {
  std::printf("{\"bench\":\"bus\",\"figure\":\"%s\",\"value\":%.1f,\"unit\":\"%s\"}\n", name.c_str(), value, unit);
  std::fflush(stdout);
}

// Calls one after the other from the caller's loop: each is two hops between two threads.
std::vector<double> round_trips(const std::string& service, const Bytes& body, int count) {
  std::mutex mutex;
  std::condition_variable done;
  std::vector<double> times;
  bool finished = false;
  kubus::bus::Client& bus = world.caller->context().bus();
  std::function<void()> next = [&] {
    const auto begin = Clock::now();
    bus.call(service, "Echo", body, {},
             [&, begin](const kubus::Result<Bytes>& reply) {
               if (!reply.ok()) std::abort();
               times.push_back(
                   std::chrono::duration<double, std::micro>(Clock::now() - begin).count());
               if (static_cast<int>(times.size()) < count) return next();
               const std::lock_guard lock(mutex);
               finished = true;
               done.notify_one();
             })
        .detach();
  };
  world.caller->context().loop().post([&] { next(); });
  std::unique_lock lock(mutex);
  done.wait(lock, [&] { return finished; });
  std::sort(times.begin(), times.end());
  return times;
}

// Calls per second with a window of calls always open.
double pipelined(const std::string& service, const Bytes& body, int count) {
  std::mutex mutex;
  std::condition_variable done;
  int sent = 0;
  int answered = 0;
  bool finished = false;
  kubus::bus::Client& bus = world.caller->context().bus();
  std::function<void()> next = [&] {
    if (sent == count) return;
    ++sent;
    bus.call(service, "Echo", body, {},
             [&](const kubus::Result<Bytes>& reply) {
               if (!reply.ok()) std::abort();
               if (++answered < count) return next();
               const std::lock_guard lock(mutex);
               finished = true;
               done.notify_one();
             })
        .detach();
  };
  const auto begin = Clock::now();
  world.caller->context().loop().post([&] {
    for (int i = 0; i < kWindow; ++i) next();
  });
  std::unique_lock lock(mutex);
  done.wait(lock, [&] { return finished; });
  return count / std::chrono::duration<double>(Clock::now() - begin).count();
}

void figures(benchmark::State& state, const std::string& service, const std::string& way) {
  const Bytes body(std::string(static_cast<std::size_t>(state.range(0)), 'x'));
  const std::string size = std::to_string(state.range(0)) + "b";
  for (auto step : state) {
    round_trips(service, body, 500);
    const auto times = round_trips(service, body, kRoundTrips);
    print("bus_round_trip_" + way + "_" + size + "_p50", times[times.size() / 2], "us");
    print("bus_round_trip_" + way + "_" + size + "_p99", times[times.size() * 99 / 100], "us");
    print("bus_pipelined_" + way + "_" + size, pipelined(service, body, kPipelined), "calls/s");
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 3 && std::string_view(argv[1]) == "--echo") return echo_process(argv[2]);
  benchmark::Initialize(&argc, argv);
  world.open(std::filesystem::read_symlink("/proc/self/exe").c_str());
  for (const auto& [service, way] : {std::pair("near.v1", "inproc"), std::pair("far.v1", "ipc")})
    for (const int size : {100, 16384})
      benchmark::RegisterBenchmark((std::string("bus/") + way).c_str(), figures,
                                   std::string(service), std::string(way))
          ->Arg(size)
          ->Iterations(1);
  benchmark::RunSpecifiedBenchmarks();
  world.close();
  return 0;
}
