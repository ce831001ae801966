// Responses: the serving side of a node: its router socket, its handlers, and the requests of
// others that it has not answered.
//
// Thread safety: none; on the node's loop. Names are registered from any thread through Node::run.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "bus/served.h"
#include "bus/socket.h"
#include "bus/stats.h"
#include "core/loop_core.h"

namespace kubus::bus {

class Node;

class Responses final : public core::Source {
 public:
  explicit Responses(Node& node);
  ~Responses() override;

  Status open();
  // Fails what is unanswered, says goodbye to every peer, closes the socket.
  void close();
  void install(const std::string& name, Service service);

  // Refuses new requests from now on. `calls_done` runs once no call is unanswered.
  void close_gate(Task calls_done);
  // Ends all streams that are open.
  void end_streams(const Status& status);
  void caller_gone(const std::string& id, std::uint64_t generation);

  bool process() override;
  void finish(Served& served, const Status& status, const Bytes& body);
  void send_item(Served& served, const Bytes& body);
  // For events.
  Socket::Sent send(const std::string& peer, const Header& header, const Bytes& body);

  const std::map<std::pair<std::string, std::string>, std::shared_ptr<MethodCount>>& counts()
      const {
    return counts_;
  }

 private:
  struct Method {
    CallHandler call;
    StreamServer stream;
    std::shared_ptr<MethodCount> count;
  };
  using Methods = std::map<std::string, std::shared_ptr<Method>, std::less<>>;
  struct Remote {
    std::string id;
    std::uint64_t generation = 0;
    bool local = false;
    std::unordered_map<std::uint64_t, std::shared_ptr<Served>> active;
  };

  void on_frame(const std::string& peer, const Header& header, Bytes body);
  void on_stranger(const std::string& peer, const Header& header);
  void on_hello(const std::string& peer, const Header& header);
  void on_request(const std::string& peer, Remote& remote, const Header& header, Bytes body);
  void dispatch(Remote& remote, const std::string& peer, const Header& header, Bytes body,
                Method& method);
  void on_cancel(Remote& remote, std::uint64_t id);
  void drop(const std::string& peer);
  void remove(Served& served);
  void answer(const std::string& peer, std::uint64_t id, bool stream, const Status& status,
              const Bytes& body);
  void fail(const std::string& peer, const Header& header, Code code, std::string message);
  void watch_remotes();
  void ping();
  std::size_t serving() const { return calls_ + streams_; }

  Node& node_;
  Socket socket_;
  Registration readable_;
  Registration pings_;
  std::string peer_;
  Header header_;
  std::map<std::string, Methods, std::less<>> services_;
  std::map<std::pair<std::string, std::string>, std::shared_ptr<MethodCount>> counts_;
  std::unordered_map<std::string, Remote> remotes_;
  std::size_t calls_ = 0;
  std::size_t streams_ = 0;
  bool gate_closed_ = false;
  bool closed_ = false;
  Task calls_done_;
};

}  // namespace kubus::bus
