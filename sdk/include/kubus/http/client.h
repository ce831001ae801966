// A client for servers that this one has to ask: one request, one answer, over connections that
// are kept for the next one.
//
// Thread safety: all members from any thread. Answers arrive on the client's own thread, which is
// started by the first request; what they run must not block.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "kubus/function.h"
#include "kubus/http/asker.h"
#include "kubus/http/message.h"
#include "kubus/http/tls.h"
#include "kubus/status.h"

namespace kubus::http {

struct ClientRequest {
  std::string host;  // an IP address, or a name to look up
  std::uint16_t port = 443;
  std::shared_ptr<const ClientTls> tls;  // null: plain HTTP
  std::string server_name;  // whom the certificate must be of, and the Host; empty: `host`
  std::string method = "POST";
  std::string target = "/";
  Headers headers;  // without Host, Content-Length and Connection
  std::string body;
  std::chrono::milliseconds timeout{10'000};        // of all of it
  std::size_t most = std::size_t{3} * 1024 * 1024;  // bytes of the answer's body
  AskerPtr asker;  // when they leave, the connection is closed
};

class Client {
 public:
  // `name`: of its thread.
  explicit Client(std::string name);
  // Requests under way end with kUnavailable before this returns.
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // Whatever the server answers is an answer. kTimeout: it took too long. kCancelled: the asker
  // has left.
  // kRequestEntityTooLarge: the answer is. kUnavailable: there is no connection, or it broke; why,
  // as the reference words it: "dial tcp 10.0.0.1:443: connect: connection refused".
  using Done = UniqueFunction<void(Result<Response>)>;
  void send(ClientRequest request, Done done);

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace kubus::http
