// How requests of others end early: cancelled, their caller gone, or this instance draining.
#include <utility>

#include "bus/limits.h"
#include "bus/node.h"
#include "bus/responses.h"

namespace kubus::bus {

void Responses::on_cancel(Remote& remote, std::uint64_t id) {
  const auto it = remote.active.find(id);
  if (it == remote.active.end()) return;
  const auto served = it->second;
  ++served->count->errors;
  served->cancelled();
  remove(*served);
}

void Responses::drop(const std::string& peer) {
  node_.publisher().drop(peer);
  const auto it = remotes_.find(peer);
  if (it == remotes_.end()) return;
  const auto active = it->second.active;
  for (const auto& [id, served] : active) {
    served->cancelled();
    remove(*served);
  }
  remotes_.erase(peer);
}

void Responses::caller_gone(const std::string& id, std::uint64_t generation) {
  std::vector<std::string> peers;
  for (const auto& [peer, remote] : remotes_)
    if (remote.id == id && remote.generation == generation) peers.push_back(peer);
  for (const std::string& peer : peers) drop(peer);
}

void Responses::close_gate(Task calls_done) {
  gate_closed_ = true;
  if (calls_ == 0)
    calls_done();
  else
    calls_done_ = std::move(calls_done);
}

void Responses::end_streams(const Status& status) {
  std::vector<std::shared_ptr<Served>> open;
  for (const auto& [peer, remote] : remotes_)
    for (const auto& [id, served] : remote.active)
      if (served->stream) open.push_back(served);
  for (const auto& served : open) {
    const bool mine = served->take_over();
    answer(served->peer, served->id, true, status, {});
    if (mine) served->cancelled();
    served->drop_tasks();
    remove(*served);
  }
}

void Responses::close() {
  if (closed_) return;
  gate_closed_ = true;
  calls_done_ = Task();
  end_streams(Status(Code::kUnavailable, node_.id() + " ends or is replaced; open it again"));
  std::vector<std::shared_ptr<Served>> open;
  for (const auto& [peer, remote] : remotes_)
    for (const auto& [id, served] : remote.active) open.push_back(served);
  for (const auto& served : open) {
    served->cancelled();
    answer(served->peer, served->id, false,
           Status(Code::kUnavailable, node_.id() + " was stopped before it had finished"), {});
    remove(*served);
  }
  Header goodbye;
  goodbye.set_type(Header::GOODBYE);
  for (const auto& [peer, remote] : remotes_) socket_.send(peer, goodbye, {});
  closed_ = true;
  pings_.reset();
  readable_.reset();
  remotes_.clear();
  services_.clear();
}

// A caller in another process may die without a word to the directory (the kubus command does not
// register). While one is being served, a ping finds out: its routing id is unknown once it is
// gone.
void Responses::watch_remotes() {
  if (pings_) return;
  pings_ = core::add_timer(node_.core_ptr(), kPingPeriod, kPingPeriod, [this] { ping(); });
}

void Responses::ping() {
  bool any = false;
  Header header;
  header.set_type(Header::PING);
  for (const auto& [peer, remote] : remotes_) {
    if (remote.local) continue;
    any = any || !remote.active.empty() || node_.publisher().follows(peer);
    send(peer, header, {});
  }
  if (!any) pings_.reset();
}

}  // namespace kubus::bus
