#include "fairness/dump.h"

#include <algorithm>
#include <cstdio>
#include <utility>
#include <vector>

#include "kubus/api/time.h"

namespace kubus::apiserver::fairness {
namespace {

using Row = std::vector<std::string>;

// Cells are followed by commas, and columns are as wide as their widest cell.
std::string table(const std::vector<Row>& rows) {
  constexpr std::size_t kNarrowest = 8;
  std::vector<std::size_t> widths(rows.front().size(), kNarrowest);
  for (const auto& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size() + 2);
  std::string text;
  for (const auto& row : rows) {
    for (std::size_t i = 0; i + 1 < row.size(); ++i) {
      auto cell = row[i] + ",";
      cell.resize(widths[i], ' ');
      text += cell;
    }
    text += row.back() + "\n";
  }
  return text;
}

std::string truth(bool value) { return value ? "true" : "false"; }

std::string seat_seconds(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.8fss", value);
  return text;
}

}  // namespace

std::string dump_levels(const Fairness& fairness) {
  std::vector<Row> rows = {{"PriorityLevelName", "ActiveQueues", "IsIdle", "IsQuiescing",
                            "WaitingRequests", "ExecutingRequests", "DispatchedRequests",
                            "RejectedRequests", "TimedoutRequests", "CancelledRequests"}};
  for (const auto& level : fairness.levels()) {
    const auto view = level->view();
    rows.push_back({level->name(), std::to_string(view.active_queues),
                    truth(view.waiting + view.executing == 0), "false",
                    std::to_string(view.waiting), std::to_string(view.executing),
                    std::to_string(view.dispatched), std::to_string(view.rejected),
                    std::to_string(view.timed_out), std::to_string(view.cancelled)});
  }
  return table(rows);
}

std::string dump_queues(const Fairness& fairness) {
  std::vector<Row> rows = {{"PriorityLevelName", "Index", "PendingRequests", "ExecutingRequests",
                            "SeatsInUse", "NextDispatchR", "InitialSeatsSum", "MaxSeatsSum",
                            "TotalWorkSum"}};
  for (const auto& level : fairness.levels()) {
    std::size_t index = 0;
    for (const auto& queue : level->view().queues) {
      const auto seats = std::to_string(queue.waiting_seats);
      rows.push_back({level->name(), std::to_string(index++), std::to_string(queue.waiting),
                      std::to_string(queue.executing), std::to_string(queue.seats),
                      seat_seconds(queue.next), seats, seats,
                      seat_seconds(queue.waiting_seats * 0.003)});
    }
  }
  return table(rows);
}

std::string dump_requests(const Fairness& fairness, bool details) {
  Row head = {"PriorityLevelName", "FlowSchemaName", "QueueIndex", "RequestIndexInQueue",
              "ArriveTime",        "InitialSeats",   "FinalSeats", "AdditionalLatency"};
  if (details) head.push_back("Request");
  std::vector<Row> rows = {std::move(head)};
  const auto now = std::chrono::system_clock::now();
  for (const auto& level : fairness.levels()) {
    for (const auto& waiter : level->view().waiters) {
      Row row = {level->name(),
                 waiter.schema,
                 std::to_string(waiter.queue),
                 std::to_string(waiter.place),
                 format_micro_time(now - waiter.waited),
                 std::to_string(waiter.seats),
                 "0",
                 "0s"};
      if (details) row.push_back(waiter.what);
      rows.push_back(std::move(row));
    }
  }
  return table(rows);
}

}  // namespace kubus::apiserver::fairness
