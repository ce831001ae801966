// Descriptors served by the loop: reading with pauses, writing with a queue, frames over a socket.
//
// Thread safety: everything here belongs to the loop's thread. Callbacks may not destroy the object
// that calls them.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "files.h"
#include "kubus/loop.h"
#include "kubus/runtime.h"

namespace kubus::runtime_oci {

// More than this waiting to be written makes the source of it pause.
inline constexpr std::size_t kBacklog = 1 << 20;

class ByteReader {
 public:
  // `data` for what comes; `end` once, at the end or an error. Starts paused.
  ByteReader(Loop& loop, UniqueFd fd, std::function<void(std::string_view)> data,
             std::function<void()> end);
  void resume();
  void pause();
  // Reads what is there now.
  void drain();
  bool ended() const { return ended_; }
  bool paused() const { return !watch_; }

 private:
  // False: nothing more for now.
  bool read_once();
  Loop& loop_;
  UniqueFd fd_;
  std::function<void(std::string_view)> data_;
  std::function<void()> end_;
  Registration watch_;
  bool ended_ = false;
};

class ByteWriter {
 public:
  // `room` whenever the queue has run empty. At most `chunk` bytes are written at once.
  ByteWriter(Loop& loop, UniqueFd fd, std::function<void()> room, std::size_t chunk = 1 << 16);
  void write(std::string_view data);
  // Ends the stream when the queue is empty: closes, or (a socket) shuts down.
  void finish();
  std::size_t pending() const { return queue_.size() - sent_; }
  bool closed() const { return !fd_; }
  // The other side is gone: what is written is dropped.
  bool broken() const { return broken_; }

 private:
  void flush();
  void end();
  Loop& loop_;
  UniqueFd fd_;
  std::function<void()> room_;
  const std::size_t chunk_;
  std::string queue_;
  std::size_t sent_ = 0;
  bool finishing_ = false;
  bool broken_ = false;
  Registration watch_;
};

// A connection that speaks the frames of runtime.proto (SessionResponse).
class FrameChannel {
 public:
  struct Handlers {
    std::function<void(runtime::Frame, std::string_view)> frame;
    std::function<void()> closed;  // the client left, or broke the protocol
    std::function<void()> room;    // what was queued has been sent
  };
  FrameChannel(Loop& loop, UniqueFd connection, Handlers handlers);
  void send(runtime::Frame type, std::string_view payload);
  void end(const runtime::SessionEnd& end);  // the last frame
  bool backed_up() const { return writer_.pending() > kBacklog; }
  bool flushed() const { return writer_.pending() == 0 || writer_.broken(); }
  void pause() { reader_.pause(); }
  void resume() { reader_.resume(); }

 private:
  void on_bytes(std::string_view bytes);
  Handlers handlers_;
  std::string buffer_;
  bool failed_ = false;
  ByteReader reader_;
  ByteWriter writer_;
};

// A Unix socket that takes one connection and vanishes.
class Doorway {
 public:
  // `entered` with the connection, or with none when nobody came in time. Any thread.
  static Result<std::shared_ptr<Doorway>> open(Loop& loop, const std::string& path,
                                               std::function<void(UniqueFd)> entered);
  ~Doorway();

 private:
  void finish(UniqueFd connection);
  UniqueFd listener_;
  std::string path_;
  std::function<void(UniqueFd)> entered_;
  Registration watch_;
  Registration timer_;
};

void set_nonblocking(int fd);
Result<UniqueFd> listen_unix(const std::string& path, int type);
Result<UniqueFd> connect_unix(const std::string& path, int type);

}  // namespace kubus::runtime_oci
