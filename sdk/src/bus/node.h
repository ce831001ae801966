// Node: one instance's part of the bus: the requests it makes, what it serves, what it publishes.
//
// Thread safety: "any thread" where said; everything else on the instance's loop.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "bus/peer.h"
#include "bus/process.h"
#include "bus/publishing.h"
#include "bus/request.h"
#include "bus/responses.h"
#include "bus/tracing.h"
#include "core/loop_core.h"
#include "kubus/log.h"

namespace kubus::bus {

// Any thread.
struct Counters {
  std::atomic<std::size_t> sockets{0};
  std::atomic<std::size_t> outstanding{0};
  std::atomic<std::size_t> serving{0};
  std::atomic<std::size_t> registrations{0};
  std::atomic<std::uint64_t> malformed{0};
  std::atomic<std::uint64_t> dropped_events{0};
};

class Node : public std::enable_shared_from_this<Node> {
 public:
  Node(Process& process, std::string id, std::uint64_t generation,
       std::shared_ptr<core::LoopCore> core);
  ~Node();

  // Any thread.
  Process& process() { return process_; }
  const std::string& id() const { return id_; }
  std::uint64_t generation() const { return generation_; }
  core::LoopCore& core() { return *core_; }
  const std::shared_ptr<core::LoopCore>& core_ptr() const { return core_; }
  Counters& counters() { return counters_; }
  const Logger& log() const { return log_; }
  // Now when on the loop, else soon. False: the loop has ended and `task` was dropped.
  bool run(Task task);
  void begin(const std::shared_ptr<Request>& request);
  void abandon(const std::shared_ptr<Request>& request);
  void grant(const std::shared_ptr<Request>& request, std::uint32_t messages);
  Registration watch_service(std::string_view service, UniqueFunction<void(bool)> changed);

  // Begins to follow the directory and, if `serve`, to answer at its addresses.
  Status open(bool serve);
  // Ends all requests, answers what is unanswered, closes the sockets. Nothing works afterwards.
  void close();

  Responses* responses() { return responses_.get(); }
  Publishing& publisher() { return publisher_; }
  Tracing& tracing() { return tracing_; }

  // For Peer and Responses.
  void on_answer(Peer& peer, const Header& header, Bytes body);
  void on_broken(Peer& peer);
  void malformed(const std::string& peer);
  void trace(bool sent, const std::string& peer, const Header& header, const Bytes& body) {
    if (tracing_.active()) tracing_.record(sent, peer, header, body);
  }

 private:
  struct Watch {
    Watch(std::string_view service_in, UniqueFunction<void(bool)> changed)
        : service(service_in), slot(std::move(changed)) {}
    const std::string service;
    core::Slot<bool> slot;
    bool told = false;
    std::optional<Provider> last;
  };

  void start(const std::shared_ptr<Request>& request);
  void route(const std::shared_ptr<Request>& request);
  std::optional<Provider> find(const Request& request) const;
  Peer* peer_for(const Provider& provider);
  bool send_open(Peer& peer, Request& request);
  void send_cancel(Request& request);
  void deliver(const std::shared_ptr<Request>& request, Delivery delivery);
  void finish(const std::shared_ptr<Request>& request, Status status, Bytes body = {});
  void finish_later(const std::shared_ptr<Request>& request, Status status);
  void forget(Request& request);
  void on_item(const std::shared_ptr<Request>& request, Bytes body);
  void on_end(const std::shared_ptr<Request>& request, const Header& header, Bytes body);
  void on_refused(Peer& peer, const std::shared_ptr<Request>& request);

  void on_routes(const std::vector<Departure>& gone);
  void on_departure(Peer& peer, bool clean);
  void on_goodbye(Peer& peer);
  // Its unanswered requests: `safe` when none of them can have taken effect.
  void give_up(Peer& peer, bool safe);
  void retire(Peer& peer);
  void retry_soon();
  void retry_waiting();
  void tell_watchers();
  void tell(const std::shared_ptr<Watch>& watch);

  void set_deadline(Request& request);
  void arm();
  void expire();

  Process& process_;
  const std::string id_;
  const std::uint64_t generation_;
  const std::shared_ptr<core::LoopCore> core_;
  const Logger log_;
  Counters counters_;
  bool closed_ = false;
  std::uint64_t listening_ = 0;

  std::uint64_t next_id_ = 1;
  std::unordered_map<std::uint64_t, std::shared_ptr<Request>> requests_;
  std::set<std::uint64_t> waiting_;
  std::unordered_map<std::string, std::unique_ptr<Peer>> peers_;  // by Provider::key
  std::vector<std::unique_ptr<Peer>> retired_;
  Deadlines deadlines_;
  core::Clock::time_point armed_ = core::Clock::time_point::max();
  Registration timer_;
  Registration retry_;
  std::vector<std::shared_ptr<Watch>> watches_;
  std::unordered_set<std::string> complained_;

  Tracing tracing_;
  Publishing publisher_;
  std::unique_ptr<Responses> responses_;
};

}  // namespace kubus::bus
