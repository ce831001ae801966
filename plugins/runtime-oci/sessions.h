// Exec, attach and port-forward: each a Unix socket handed to the caller and served by the loop.
//
// Thread safety: the public members from any thread.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "node.h"

namespace kubus::runtime_oci {

// One conversation; belongs to the loop's thread.
class Session {
 public:
  virtual ~Session() = default;
};

class Sessions {
 public:
  explicit Sessions(Node& node) : node_(node) {}
  // The loop has been stopped.
  ~Sessions() = default;

  // The path of the socket (runtime.proto, SessionResponse).
  Result<std::string> exec(const runtime::ExecRequest& request);
  Result<std::string> attach(const runtime::AttachRequest& request);
  // Connects first, and so blocks: never on the loop.
  Result<std::string> port_forward(const runtime::PortForwardRequest& request);
  // Answers through `done` when the process has ended, the timeout passed, or it could not start.
  using ExecDone = std::function<void(Result<runtime::ExecSyncResponse>)>;
  void exec_sync(const runtime::ExecSyncRequest& request, ExecDone done);

  // For the sessions themselves, on the loop.
  void keep(std::shared_ptr<Session> session);
  // Drops it once the loop is out of its callbacks.
  void drop(const Session* session);
  // Ends all of them, and those that come later at once.
  void end_all();

 private:
  using Serve = std::function<void(UniqueFd)>;
  // Opens a doorway; `serve` runs on the loop when somebody enters.
  Result<std::string> offer(Serve serve);

  Node& node_;
  std::map<const Session*, std::shared_ptr<Session>> sessions_;  // the loop's
  bool ended_ = false;                                           // likewise
};

// Factories of the kinds of session, each in a file of its own. On the loop.
void serve_exec(Node& node, Sessions& sessions, const runtime::ExecRequest& request,
                UniqueFd connection);
void serve_attach(Node& node, Sessions& sessions, const runtime::AttachRequest& request,
                  UniqueFd connection);
void serve_port(Node& node, Sessions& sessions, UniqueFd client, UniqueFd server);
void run_exec_sync(Node& node, Sessions& sessions, const runtime::ExecSyncRequest& request,
                   Sessions::ExecDone done);

// A connection to a port of the sandbox's loopback. Blocks.
Result<UniqueFd> dial_port(const runtime::Sandbox& sandbox, int port);

}  // namespace kubus::runtime_oci
