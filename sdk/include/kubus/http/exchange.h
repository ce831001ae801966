// One request on its way through the server, and the four ways to answer it: a response, a body
// that is streamed piece by piece, the request passed on to another server, or another protocol on
// the same connection.
//
// Thread safety: all members from any thread. Exactly one of respond, stream, forward and take_over
// is called, once; an Exchange dropped without any is answered with 500.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "kubus/function.h"
#include "kubus/http/message.h"
#include "kubus/loop.h"

namespace kubus::http {

class ByteStream;
class ClientTls;

// A chunked response body while it is being written.
class BodyStream {
 public:
  virtual ~BodyStream() = default;
  // Queues `pieces`. False when the client is gone, or was cut off because more than the limit
  // waited for it. What is not `limited` may exceed the limit: shared bytes that cost no memory.
  virtual bool write(std::vector<Bytes> pieces, bool limited = true) = 0;
  // Ends the body in the proper way; the connection can serve the next request.
  virtual void finish() = 0;
  // Runs once, on the connection's thread, when the stream is over for whatever reason.
  virtual void on_close(Task task) = 0;
  // Runs `task` once, as soon as at most `waiting` limited bytes are unsent or the stream is over:
  // within the call if that is so now, else on the connection's thread. One task at a time.
  virtual void when_below(std::size_t waiting, Task task) = 0;
};

// Where forward() sends the request.
struct Upstream {
  std::string host;  // an IP address
  std::uint16_t port = 0;
  std::shared_ptr<const ClientTls> tls;  // null: plain HTTP
  std::string server_name;               // whom its certificate must be of; empty: anybody
  std::string target;                    // path and query there
  // The header to send there; hop-by-hop fields and Host are seen to.
  Headers headers;
  // Fields that the answer has for the client beside its own; none when protocols are switched.
  Headers answer;
  // Makes the client's response of a failure to connect.
  UniqueFunction<Response(std::string error)> failed;
  // Makes the client's response of one with status 400 or more; unset: passed on as it is.
  UniqueFunction<Response(int status, std::string body)> refused;
  // Makes the client's response of one that sends it elsewhere; unset: passed on as it is.
  UniqueFunction<Response()> redirected;
  // Is told the status that the client gets, once; unset: nobody wants to know.
  UniqueFunction<void(int status)> on_status;
  // Dropped when the last of the response has come, or nobody wants it any more; so is all above.
  std::shared_ptr<void> held;
};

class Exchange {
 public:
  virtual ~Exchange() = default;
  virtual Request& request() = 0;
  // Runs `task` at most once, on the connection's thread: when the client leaves before it is
  // answered, or has been told that there is no time left (504). It may also run when it has been
  // answered.
  virtual void on_leave(Task task) = 0;
  // Less time to answer in than the server gives: a client that is not answered by then gets the
  // handler's failure() for 504. More is not had. Only within handle().
  virtual void answer_within(std::chrono::steady_clock::duration time) = 0;
  virtual void respond(Response response) = 0;
  virtual std::shared_ptr<BodyStream> stream(Response head) = 0;
  // Sends the request on and relays what comes back: a response of any length, or, if the
  // other side switches protocols, bytes in both directions until either side closes.
  virtual void forward(Upstream upstream) = 0;
  // Hands the connection over, on its thread. Nothing has been sent in answer to the request: the
  // 101 (switching_protocols() writes it) is the taker's. The taker is dropped uncalled when the
  // server stops before.
  using Taker = UniqueFunction<void(std::unique_ptr<ByteStream>)>;
  virtual void take_over(Taker taker) = 0;
};

// Called on a connection's thread; must not block.
class Handler {
 public:
  virtual ~Handler() = default;
  virtual void handle(std::shared_ptr<Exchange> exchange) = 0;
  // Asked when all but a body has come that is large or of a size not told. False: the client will
  // not get what it asks for whatever the body says. It is handled without, before it can cost
  // anything.
  virtual bool wants_body(const Request& /*head*/) { return true; }
  // The response to a request that could not even be read, or was not answered in time (504).
  virtual Response failure(int status, std::string message) = 0;
};

}  // namespace kubus::http
