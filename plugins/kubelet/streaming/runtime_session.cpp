#include "runtime_session.h"

#include <array>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <boost/endian/conversion.hpp>

#include "signal.h"

namespace kubus::kubelet {
namespace asio = boost::asio;

namespace {

using Header = std::array<unsigned char, runtime::kFrameHeader>;

}  // namespace

asio::awaitable<Status> RuntimeSession::connect(std::string path) {
  const auto [error] =
      co_await socket_.async_connect(asio::local::stream_protocol::endpoint(path), kAwaitTuple);
  if (error) co_return Status(Code::kUnavailable, "session of the runtime: " + error.message());
  co_return Status();
}

asio::awaitable<std::optional<RuntimeSession::Frame>> RuntimeSession::read() {
  Header header;
  const auto [error, got] = co_await asio::async_read(socket_, asio::buffer(header), kAwaitTuple);
  if (error) co_return std::nullopt;
  const auto size = boost::endian::load_big_u32(header.data() + 1);
  if (size > runtime::kMaxFramePayload) co_return std::nullopt;
  Frame frame{static_cast<runtime::Frame>(header[0]), std::string(size, '\0')};
  const auto [failed, rest] =
      co_await asio::async_read(socket_, asio::buffer(frame.payload), kAwaitTuple);
  if (failed) co_return std::nullopt;
  co_return frame;
}

asio::awaitable<bool> RuntimeSession::write(runtime::Frame type, std::string_view payload) {
  do {
    const auto part = payload.substr(0, runtime::kMaxFramePayload);
    payload.remove_prefix(part.size());
    Header header{static_cast<unsigned char>(type)};
    boost::endian::store_big_u32(header.data() + 1, static_cast<std::uint32_t>(part.size()));
    const std::array<asio::const_buffer, 2> buffers{asio::buffer(header), asio::buffer(part)};
    const auto [error, size] = co_await asio::async_write(socket_, buffers, kAwaitTuple);
    if (error) co_return false;
  } while (!payload.empty());
  co_return true;
}

void RuntimeSession::close() {
  boost::system::error_code ignored;
  socket_.close(ignored);
}

}  // namespace kubus::kubelet
