// A client connection that speaks HTTP/2: carries the bytes of its session over TLS.
//
// Thread safety: post from any thread, everything else on the connection's. It keeps itself, and
// the Connection it works on, alive until the client or the server has ended it.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>

#include "connection.h"
#include "http2_session.h"

namespace kubus::http {

class Http2Connection final : public Http2Carrier,
                              public std::enable_shared_from_this<Http2Connection> {
 public:
  using Clock = Connection::Clock;
  explicit Http2Connection(std::shared_ptr<Connection> connection);

  void start();
  // Answers what is under way, ends streams, then closes.
  void shutdown();
  void post(Task task) override;
  void forward(std::shared_ptr<Http2Stream> stream, Upstream upstream) override;

 private:
  void read();
  void flush();
  void after_write(boost::system::error_code error);
  void watch_deadlines();
  void end();

  const std::shared_ptr<Connection> connection_;
  std::optional<Http2Session> session_;
  boost::asio::steady_timer timer_;
  Clock::time_point timer_at_ = Clock::time_point::max();
  std::array<char, 16 * 1024> in_;
  std::string out_;
  bool writing_ = false;
  bool ended_ = false;
};

}  // namespace kubus::http
