// RemoteChannels: the client's side of an exec or attach session, whatever protocol it speaks.
//
// Thread safety: all members on the thread of executor() only. One next() and one write() may be
// under way at the same time.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace kubus::kubelet {

enum class Output { kStdout, kStderr };

// Something the client sent.
struct Input {
  enum class Kind { kStdin, kStdinEnd, kResize };
  Kind kind = Kind::kStdin;
  std::string data;           // of kStdin
  std::uint16_t columns = 0;  // of kResize
  std::uint16_t rows = 0;
};

// What a session came to. An exit code counts only without an error.
struct SessionResult {
  int exit_code = 0;
  std::string error;  // why there is no exit code; empty: there is one
};
// A meta/v1 Status as JSON: Success, NonZeroExitCode with the code as cause, or InternalError.
std::string status_json(const SessionResult& result);
// For protocols that carry only words: empty for a success.
std::string status_text(const SessionResult& result);

class RemoteChannels {
 public:
  // Closes.
  virtual ~RemoteChannels() = default;
  virtual boost::asio::any_io_executor executor() = 0;
  // Waits for what the client sends next; nothing when it is gone or close() was called. Not asking
  // for more is how a client that sends too fast is held back.
  virtual boost::asio::awaitable<std::optional<Input>> next() = 0;
  // Returns when `data` is on its way and more would be welcome; false when the client is gone.
  virtual boost::asio::awaitable<bool> write(Output output, std::string_view data) = 0;
  // Tells how it ended, then closes.
  virtual boost::asio::awaitable<void> finish(const SessionResult& result) = 0;
  // Ends next() and write(). Idempotent.
  virtual void close() = 0;
};

// Called with the channels of a client as soon as they are open.
using ChannelsReady = std::function<void(std::unique_ptr<RemoteChannels>)>;

}  // namespace kubus::kubelet
