// Inbox: what a client has sent on one channel and nobody has consumed yet.
//
// Thread safety: none; all members on the executor's one thread. One reader.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "signal.h"

namespace kubus::kubelet {

class Inbox {
 public:
  // `consumed` hears of bytes that take up no more memory, and that the inbox is broken (perhaps
  // with none).
  using Consumed = std::function<void(std::size_t)>;
  Inbox(const boost::asio::any_io_executor& executor, Consumed consumed)
      : consumed_(std::move(consumed)), changed_(executor) {}
  ~Inbox() { release(); }
  Inbox(const Inbox&) = delete;
  Inbox& operator=(const Inbox&) = delete;

  // Everything there is, valid until the next call; empty at the end, or once broken.
  boost::asio::awaitable<std::string_view> read();
  boost::asio::awaitable<void> wait_broken();
  void put(std::string_view data);
  void end();
  // Drops what is unread.
  void break_off();
  bool ended() const { return ended_; }
  bool broken() const { return broken_; }

 private:
  // What read() handed out is done with.
  void release();

  const Consumed consumed_;
  Signal changed_;
  std::string unread_;
  std::string in_hand_;
  bool ended_ = false;
  bool broken_ = false;
};

}  // namespace kubus::kubelet
