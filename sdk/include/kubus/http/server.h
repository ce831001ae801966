// The HTTPS server: a few threads, each with its own connections.
//
// Thread safety: start and stop from one thread; the handler is called on the server's threads.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "kubus/http/exchange.h"
#include "kubus/http/limits.h"
#include "kubus/http/tls.h"
#include "kubus/status.h"

namespace kubus::http {

struct ServerOptions {
  std::string address = "0.0.0.0";
  std::uint16_t port = 6443;  // 0: any free one
  unsigned threads = 2;
  Limits limits;
};

class Server {
 public:
  // `handler` must outlive stop().
  Server(ServerOptions options, std::shared_ptr<ServerTls> tls, Handler& handler);
  ~Server();

  // Listens and starts the threads. kConflict: the port is taken, for example by the server this
  // one replaces; trying again may help. kServiceUnavailable: the address cannot be listened on.
  Status start();
  // The port that is listened on, once started.
  std::uint16_t port() const;
  // New certificates for connections made from now on.
  void set_tls(std::shared_ptr<ServerTls> tls);
  // Runs `task` on one of the threads; false once stopped.
  bool post(Task task);
  // Accepts nothing more, lets requests finish for `grace`, then closes everything and joins the
  // threads. Exchanges still held elsewhere may be answered or dropped until the destructor.
  void stop(std::chrono::milliseconds grace);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace kubus::http
