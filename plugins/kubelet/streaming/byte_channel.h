// ByteChannel: one ordered run of bytes in each direction between us and a client, whatever
// protocol of the client's carries it.
//
// Thread safety: all members on the thread of its connection. At most one read and one write at a
// time.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <string_view>

namespace kubus::kubelet {

class ByteChannel {
 public:
  virtual ~ByteChannel() = default;

  // What the client sent next, valid until the next call; empty once it has ended its side or the
  // channel is broken.
  virtual boost::asio::awaitable<std::string_view> read() = 0;
  // Returns when there is room for more, false once nobody will read it.
  virtual boost::asio::awaitable<bool> write(std::string_view data) = 0;
  // We write nothing more. Idempotent.
  virtual void finish() = 0;
  // Nor do we read: ends the client's side too, unless it has ended. Idempotent.
  virtual void abandon() = 0;
  // Abandoned by either side, or the connection is gone.
  virtual bool broken() const = 0;
  // Completes once broken.
  virtual boost::asio::awaitable<void> wait_broken() = 0;
};

using ByteChannelPtr = std::shared_ptr<ByteChannel>;

}  // namespace kubus::kubelet
