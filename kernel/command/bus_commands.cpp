#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <ctime>
#include <iomanip>
#include <iostream>
#include <map>
#include <memory>
#include <mutex>
#include <thread>

#include "command/commands.h"
#include "command/table.h"

namespace kubus::command {
namespace {

using kernel::StatsReply;
constexpr rpc::Method<kernel::StatsRequest, StatsReply> kStats{kInstanceService, "Stats"};
constexpr rpc::StreamMethod<kernel::TraceRequest, kernel::TraceItem> kTrace{kInstanceService,
                                                                            "Trace"};

// The kernel and every plugin that is ready.
std::vector<std::string> instances(Session& session) {
  std::vector<std::string> ids = {"kubus"};
  const auto list = session.call(kernel::verbs::kList, {});
  for (const auto& plugin : list.plugins())
    if (plugin.state() == "ready") ids.push_back(plugin.name());
  return ids;
}

std::vector<StatsReply> collect(Session& session) {
  std::vector<StatsReply> all;
  for (const auto& id : instances(session)) {
    bus::CallOptions options;
    options.provider = id;
    options.timeout = std::chrono::seconds(2);
    auto reply = rpc::call_wait(session.bus(), kStats, {}, options);
    if (reply.ok()) all.push_back(std::move(*reply));
  }
  return all;
}

using Counts = std::map<std::string, std::uint64_t>;

// Rates since `before`, which is brought up to date; totals when it is empty.
void print_top(const std::vector<StatsReply>& all, Counts& before, double seconds) {
  bool rates = !before.empty();
  Table table({"PLUGIN", "SERVICE", "METHOD", rates ? "CALLS/S" : "CALLS", "ERRORS", "ITEMS", "IN",
               "OUT", "MEAN us", "MAX us"});
  for (const auto& stats : all)
    for (const auto& method : stats.methods()) {
      auto& last = before[stats.id() + "/" + method.service() + "/" + method.method()];
      auto done = static_cast<double>(method.calls() - (rates ? last : 0));
      last = method.calls();
      if (rates && done == 0) continue;
      table.row({stats.id(), method.service(), method.method(),
                 short_count(rates ? done / seconds : done), short_count(method.errors()),
                 short_count(method.items()), short_count(method.bytes_in()),
                 short_count(method.bytes_out()),
                 method.calls() ? std::to_string(method.total_us() / method.calls()) : "-",
                 std::to_string(method.max_us())});
    }
  table.print(std::cout);
}

void top(Session& session, int rounds) {
  if (session.json()) {
    for (const auto& stats : collect(session)) print_json(stats);
    return;
  }
  bool screen = ::isatty(STDOUT_FILENO) != 0;
  if (rounds == 0 && !screen) rounds = 1;
  Counts before;
  auto last = std::chrono::steady_clock::now();
  for (int round = 1;; ++round) {
    auto all = collect(session);
    auto now = std::chrono::steady_clock::now();
    if (screen && rounds != 1) std::cout << "\033[H\033[2J";
    print_top(all, before, std::chrono::duration<double>(now - last).count());
    std::cout << std::flush;
    last = now;
    if (round == rounds) return;
    std::this_thread::sleep_for(std::chrono::seconds(1));
  }
}

std::string clock_text(std::uint64_t unix_us) {
  auto seconds = static_cast<std::time_t>(unix_us / 1'000'000);
  std::tm parts{};
  ::localtime_r(&seconds, &parts);
  std::ostringstream text;
  text << std::put_time(&parts, "%H:%M:%S") << '.' << std::setw(6) << std::setfill('0')
       << unix_us % 1'000'000;
  return text.str();
}

void print_item(const kernel::TraceItem& item, bool json) {
  if (json) return print_json(item);
  std::cout << clock_text(item.unix_us()) << "  " << item.instance()
            << (item.sent() ? " -> " : " <- ") << item.peer() << "  " << item.type() << " "
            << item.service() << (item.service().empty() ? "" : "/") << item.method() << "  #"
            << item.id() << "  " << item.bytes() << " B";
  if (item.code() != 0) std::cout << "  " << code_name(static_cast<Code>(item.code()));
  if (!item.trace().empty()) std::cout << "  trace " << item.trace();
  std::cout << std::endl;
}

// Prints until `count` messages (0: no limit) were seen or every stream has ended.
void trace(Session& session, const std::string& only, const std::string& service,
           std::uint64_t count) {
  std::mutex mutex;
  std::condition_variable changed;
  std::uint64_t seen = 0;
  std::size_t open = 0;
  std::vector<std::unique_ptr<bus::StreamReader>> readers;
  kernel::TraceRequest request;
  request.set_service(service);
  auto ids = only.empty() ? instances(session) : std::vector<std::string>{only};
  if (!session.json()) std::cerr << "kubus: listening to the bus; Ctrl-C ends this\n";
  for (const auto& id : ids) {
    bus::CallOptions options;
    options.provider = id;
    std::lock_guard lock(mutex);
    ++open;
    readers.push_back(rpc::stream(
        session.bus(), kTrace, request, options,
        [&, json = session.json()](const kernel::TraceItem& item) {
          std::lock_guard guard(mutex);
          if (count > 0 && seen >= count) return;
          print_item(item, json);
          ++seen;
          changed.notify_all();
        },
        [&, id](const Status& status) {
          std::lock_guard guard(mutex);
          if (!status.ok()) std::cerr << "kubus: " << id << ": " << status.message() << "\n";
          --open;
          changed.notify_all();
        }));
  }
  std::unique_lock lock(mutex);
  changed.wait(lock, [&] { return open == 0 || (count > 0 && seen >= count); });
  lock.unlock();
  for (auto& reader : readers)
    if (reader) reader->cancel();
}

}  // namespace

void add_bus_commands(CLI::App& app, Session& session) {
  auto* group = app.add_subcommand("bus", "Watch what goes over the bus");
  group->require_subcommand(1);
  auto* top_command = group->add_subcommand("top", "Calls per plugin and method");
  auto rounds = std::make_shared<int>(0);
  top_command->add_option("-n,--rounds", *rounds, "Print so many times, then end");
  add_output_option(*top_command, session);
  top_command->callback([&session, rounds] { top(session, *rounds); });

  auto* trace_command = group->add_subcommand("trace", "Every message as it passes");
  auto plugin = std::make_shared<std::string>();
  auto service = std::make_shared<std::string>();
  auto count = std::make_shared<std::uint64_t>(0);
  trace_command->add_option("--plugin", *plugin, "Only messages of this plugin");
  trace_command->add_option("--service", *service, "Only messages of this service");
  trace_command->add_option("-n,--count", *count, "End after so many messages");
  add_output_option(*trace_command, session);
  trace_command->callback(
      [&session, plugin, service, count] { trace(session, *plugin, *service, *count); });
}

}  // namespace kubus::command
