// The server's side of one SPDY/3.1 connection: many streams, all opened by the client.
//
// Thread safety: all members on the thread of the transport. A session keeps itself alive from
// start() until its connection has gone.
//
// Memory is bounded. Clients of Kubernetes are built on a library that ignores windows: it sends as
// it likes and never gives credit. So what is received and not yet consumed is limited for all
// streams together, by reading no more; and the windows of a client bind us from the moment it
// first gives credit. WINDOW_UPDATEs are sent nevertheless, for clients that do wait for them.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "kubus/http/byte_stream.h"
#include "signal.h"
#include "spdy_codec.h"
#include "spdy_stream.h"

namespace kubus::kubelet::spdy {

// What a session is for.
class SessionUser {
 public:
  virtual ~SessionUser() = default;
  // Whether a stream with these headers is welcome; it is reset if not.
  virtual bool accepts(const http::Headers& headers) = 0;
  // It has been accepted, and the client knows.
  virtual void opened(StreamPtr stream) = 0;
  // The connection is gone; every stream is broken. Called once.
  virtual void closed() = 0;
};

struct SessionLimits {
  std::size_t streams = 2'000;              // open at once
  std::size_t unread = 1024 * 1024;         // received and not yet consumed, bytes
  std::size_t unsent = 256 * 1024;          // written and not yet sent, bytes
  std::chrono::milliseconds leave{10'000};  // for the client to close a session that is over
};

class Session final : public std::enable_shared_from_this<Session> {
 public:
  Session(std::unique_ptr<http::ByteStream> transport, std::shared_ptr<SessionUser> user,
          SessionLimits limits = {});
  // Once.
  void start();
  // The work is done, and streams that are not over are given up: lets what was written go out and
  // the client close the connection, or closes it `limits.leave` after the last byte. Idempotent.
  void finish();
  // Breaks off now. Idempotent.
  void close();
  boost::asio::any_io_executor executor() { return transport_->get_executor(); }

 private:
  friend class Stream;
  template <class T>
  using Awaitable = boost::asio::awaitable<T>;

  Awaitable<void> read_loop();
  Awaitable<void> write_loop();
  bool congested() const;
  void handle_all();
  void handle(SynStream& frame);
  void handle(SynReply& frame);
  void handle(HeadersFrame& frame);
  void handle(RstStream& frame);
  void handle(Settings& frame);
  void handle(Ping& frame);
  void handle(GoAway& frame);
  void handle(WindowUpdate& frame);
  void handle(Data& frame);
  // The peer broke the protocol: says so and leaves.
  void fail();
  void give_up_streams();
  void leave_when_sent();

  // For streams.
  void send(const Frame& frame);
  Awaitable<bool> send_data(Stream& stream, std::string_view data);
  void consumed(Stream* stream, std::size_t bytes);
  void forget_if_over(Stream& stream);

  StreamPtr find(std::uint32_t id);
  bool was_opened(std::uint32_t id) const { return id % 2 == 1 && id <= last_stream_; }

  std::unique_ptr<http::ByteStream> transport_;
  std::shared_ptr<SessionUser> user_;
  const SessionLimits limits_;
  FrameReader reader_;
  FrameWriter writer_;
  std::map<std::uint32_t, StreamPtr> streams_;
  std::uint32_t last_stream_ = 0;
  std::string outbox_;
  std::size_t sending_ = 0;
  std::size_t unread_ = 0;
  Signal work_;  // something to send, or the end
  Signal room_;  // less unread or unsent, more window, or the end
  boost::asio::steady_timer leave_timer_;
  // What the client's windows allow, and whether it has ever given credit.
  std::int64_t send_window_ = kInitialWindow;
  std::int64_t initial_window_ = kInitialWindow;
  bool peer_gives_credit_ = false;
  std::uint32_t to_acknowledge_ = 0;
  bool failed_ = false;   // nothing more is taken from the peer
  bool no_new_ = false;   // streams, as one side wishes to leave
  bool leaving_ = false;  // when all is sent
  bool closed_ = false;
};

}  // namespace kubus::kubelet::spdy
