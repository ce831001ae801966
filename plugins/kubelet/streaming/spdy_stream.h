// One stream of a SPDY session that the client has opened.
//
// Thread safety: as ByteChannel. A stream outlives its session, broken, for as long as it is held.
#pragma once

#include <cstdint>
#include <string>

#include "byte_channel.h"
#include "kubus/http/message.h"
#include "signal.h"
#include "spdy_frame.h"

namespace kubus::kubelet::spdy {

class Session;

class Stream final : public ByteChannel {
 public:
  Stream(std::weak_ptr<Session> session, const boost::asio::any_io_executor& executor,
         std::int64_t send_window, SynStream opened);
  ~Stream() override;

  std::uint32_t id() const { return id_; }
  const http::Headers& headers() const { return headers_; }

  boost::asio::awaitable<std::string_view> read() override;
  boost::asio::awaitable<bool> write(std::string_view data) override;
  void finish() override;
  void abandon() override { reset(Reset::kCancel); }
  bool broken() const override { return broken_; }
  boost::asio::awaitable<void> wait_broken() override;
  // Ends what has not ended yet; what is unread or unsent is lost. Idempotent.
  void reset(Reset why);

 private:
  friend class Session;

  // For the session.
  void take(std::string_view data, bool fin);
  void break_off();  // says nothing to the client
  bool over() const { return broken_ || (peer_done_ && done_); }
  // Bytes handed out by read() are done with.
  void release();

  const std::uint32_t id_;
  const http::Headers headers_;
  const std::weak_ptr<Session> session_;
  Signal changed_;
  std::string inbox_;
  std::string in_hand_;
  bool peer_done_ = false;
  bool done_ = false;
  bool broken_ = false;
  std::int64_t send_window_;
  std::uint32_t to_acknowledge_ = 0;
};

using StreamPtr = std::shared_ptr<Stream>;

}  // namespace kubus::kubelet::spdy
