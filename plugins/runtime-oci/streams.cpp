#include "streams.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace kubus::runtime_oci {
namespace {

constexpr int kReadsPerTurn = 16;

UniqueFd duplicate(int fd) { return UniqueFd(::fcntl(fd, F_DUPFD_CLOEXEC, 0)); }

void put_length(char* at, std::size_t length) {
  for (int i = 0; i < 4; ++i) at[i] = static_cast<char>(length >> (24 - 8 * i));
}

std::size_t get_length(std::string_view header) {
  std::size_t length = 0;
  for (int i = 1; i < 5; ++i) length = length << 8 | static_cast<unsigned char>(header[i]);
  return length;
}

}  // namespace

void set_nonblocking(int fd) { ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK); }

ByteReader::ByteReader(Loop& loop, UniqueFd fd, std::function<void(std::string_view)> data,
                       std::function<void()> end)
    : loop_(loop), fd_(std::move(fd)), data_(std::move(data)), end_(std::move(end)) {
  set_nonblocking(fd_.get());
}

void ByteReader::resume() {
  if (ended_ || watch_) return;
  watch_ = loop_.watch_fd(fd_.get(), Loop::kReadable, [this](std::uint32_t) {
    for (int turn = 0; turn < kReadsPerTurn && watch_ && read_once(); ++turn) {
    }
  });
}

void ByteReader::pause() { watch_.reset(); }

void ByteReader::drain() {
  while (!ended_ && read_once()) {
  }
}

bool ByteReader::read_once() {
  char buffer[65536];
  const ssize_t got = ::read(fd_.get(), buffer, sizeof buffer);
  if (got > 0) {
    data_({buffer, static_cast<std::size_t>(got)});
    return true;
  }
  if (got < 0 && errno == EINTR) return true;
  if (got < 0 && errno == EAGAIN) return false;
  // A terminal whose last user has left reports EIO.
  ended_ = true;
  watch_.reset();
  end_();
  return false;
}

ByteWriter::ByteWriter(Loop& loop, UniqueFd fd, std::function<void()> room, std::size_t chunk)
    : loop_(loop), fd_(std::move(fd)), room_(std::move(room)), chunk_(chunk) {
  set_nonblocking(fd_.get());
}

void ByteWriter::write(std::string_view data) {
  if (!fd_ || broken_ || finishing_) return;
  queue_ += data;
  if (!watch_) flush();
}

void ByteWriter::finish() {
  finishing_ = true;
  if (pending() == 0 || broken_) end();
}

void ByteWriter::end() {
  watch_.reset();
  if (!fd_) return;
  ::shutdown(fd_.get(), SHUT_WR);  // of no effect but on a socket
  fd_.reset();
}

void ByteWriter::flush() {
  while (pending() > 0) {
    const auto size = std::min(pending(), chunk_);
    const ssize_t put = ::write(fd_.get(), queue_.data() + sent_, size);
    if (put > 0) {
      sent_ += static_cast<std::size_t>(put);
      continue;
    }
    if (put < 0 && errno == EINTR) continue;
    if (put < 0 && errno == EAGAIN) {
      if (!watch_)
        watch_ = loop_.watch_fd(fd_.get(), Loop::kWritable, [this](std::uint32_t) { flush(); });
      return;
    }
    broken_ = true;
    break;
  }
  queue_.clear();
  sent_ = 0;
  watch_.reset();
  if (finishing_) end();
  room_();
}

FrameChannel::FrameChannel(Loop& loop, UniqueFd connection, Handlers handlers)
    : handlers_(std::move(handlers)),
      reader_(
          loop, duplicate(connection.get()), [this](std::string_view bytes) { on_bytes(bytes); },
          [this] {
            if (!std::exchange(failed_, true)) handlers_.closed();
          }),
      writer_(loop, std::move(connection), [this] { handlers_.room(); }) {}

void FrameChannel::on_bytes(std::string_view bytes) {
  if (failed_) return;
  buffer_ += bytes;
  std::size_t at = 0;
  while (buffer_.size() - at >= runtime::kFrameHeader) {
    const std::string_view rest = std::string_view(buffer_).substr(at);
    const auto length = get_length(rest);
    if (length > runtime::kMaxFramePayload || static_cast<unsigned char>(rest[0]) > 5) {
      failed_ = true;
      return handlers_.closed();
    }
    if (rest.size() < runtime::kFrameHeader + length) break;
    handlers_.frame(static_cast<runtime::Frame>(rest[0]),
                    rest.substr(runtime::kFrameHeader, length));
    at += runtime::kFrameHeader + length;
  }
  buffer_.erase(0, at);
}

void FrameChannel::send(runtime::Frame type, std::string_view payload) {
  do {
    const auto part = payload.substr(0, runtime::kMaxFramePayload);
    char header[runtime::kFrameHeader];
    header[0] = static_cast<char>(type);
    put_length(header + 1, part.size());
    std::string frame(header, sizeof header);
    frame += part;
    writer_.write(frame);
    payload.remove_prefix(part.size());
  } while (!payload.empty());
}

void FrameChannel::end(const runtime::SessionEnd& end) {
  send(runtime::Frame::kEnd, end.SerializeAsString());
  writer_.finish();
}

}  // namespace kubus::runtime_oci
