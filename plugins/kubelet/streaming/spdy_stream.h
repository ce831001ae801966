// One stream of a SPDY session that the client has opened.
//
// Thread safety: as ByteChannel. A stream outlives its session, broken, for as long as it is held.
#pragma once

#include <cstdint>

#include "byte_channel.h"
#include "inbox.h"
#include "kubus/http/message.h"
#include "spdy_frame.h"

namespace kubus::kubelet::spdy {

class Session;

class Stream final : public ByteChannel {
 public:
  Stream(std::weak_ptr<Session> session, const boost::asio::any_io_executor& executor,
         std::int64_t send_window, SynStream opened);

  std::uint32_t id() const { return id_; }
  const http::Headers& headers() const { return headers_; }

  boost::asio::awaitable<std::string_view> read() override { return inbox_.read(); }
  boost::asio::awaitable<bool> write(std::string_view data) override;
  void finish() override;
  void abandon() override { reset(Reset::kCancel); }
  bool broken() const override { return inbox_.broken(); }
  boost::asio::awaitable<void> wait_broken() override { return inbox_.wait_broken(); }
  // Ends what has not ended yet; what is unread or unsent is lost. Idempotent.
  void reset(Reset why);

 private:
  friend class Session;

  void consumed(std::size_t bytes);
  bool over() const { return inbox_.broken() || (inbox_.ended() && done_); }

  const std::uint32_t id_;
  const http::Headers headers_;
  const std::weak_ptr<Session> session_;
  bool done_ = false;
  std::int64_t send_window_;
  std::uint32_t to_acknowledge_ = 0;
  Inbox inbox_;  // uses the others to its end
};

using StreamPtr = std::shared_ptr<Stream>;

}  // namespace kubus::kubelet::spdy
