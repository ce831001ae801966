// A client's connection after HTTP has been left behind: bytes in both directions, encrypted on the
// way. What an Exchange gives to those who take it over.
//
// Thread safety: all members on the thread of get_executor() only. One read and one write may be
// under way at the same time, not two of a kind.
//
// It is an AsyncReadStream and AsyncWriteStream in Asio's sense: co_await
// asio::async_write(stream, ...), asio::async_read and Beast's layers work on it as they are. What
// the client sent right behind its request is read first. Neither direction has a deadline of its
// own, but a connection on which nothing moves for Limits::stream_idle is closed.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/dispatch.hpp>
#include <cstddef>

#include "kubus/function.h"
#include "kubus/loop.h"

namespace kubus::http {

class ByteStream {
 public:
  using executor_type = boost::asio::any_io_executor;
  using Error = boost::system::error_code;
  using Done = UniqueFunction<void(Error, std::size_t)>;

  // Closes. The handlers of what is under way still run, with operation_aborted; their buffers must
  // last until then.
  virtual ~ByteStream() = default;

  virtual executor_type get_executor() = 0;
  // Reads at least one byte into `into`, which outlives the call of `done`; eof when the client has
  // ended its side. `done` never runs within the call.
  virtual void read(boost::asio::mutable_buffer into, Done done) = 0;
  // Writes at least one byte of `data`, likewise.
  virtual void write(boost::asio::const_buffer data, Done done) = 0;
  // Tells the client that nothing more comes and lets the connection go, within a second. What has
  // been written before is sent first. Idempotent.
  virtual void close() = 0;
  // Runs `task` once when the server stops, which then gives a second for a farewell before it
  // closes; without a task it closes at once. Whoever is no server's never stops.
  virtual void on_stop(Task /*task*/) {}

  template <class Buffers, class Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    return start(first<boost::asio::mutable_buffer>(buffers), std::forward<Token>(token));
  }
  template <class Buffers, class Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    return start(first<boost::asio::const_buffer>(buffers), std::forward<Token>(token));
  }

 private:
  template <class Buffer, class Buffers>
  static Buffer first(const Buffers& buffers) {
    const auto end = boost::asio::buffer_sequence_end(buffers);
    for (auto it = boost::asio::buffer_sequence_begin(buffers); it != end; ++it)
      if (Buffer buffer(*it); buffer.size() > 0) return buffer;
    return {};
  }

  void run(boost::asio::mutable_buffer buffer, Done done) { read(buffer, std::move(done)); }
  void run(boost::asio::const_buffer buffer, Done done) { write(buffer, std::move(done)); }

  template <class Buffer, class Token>
  auto start(Buffer buffer, Token&& token) {
    return boost::asio::async_initiate<Token, void(Error, std::size_t)>(
        [this](auto handler, Buffer what) {
          auto executor = boost::asio::get_associated_executor(handler, get_executor());
          run(what,
              [executor, handler = std::move(handler)](Error error, std::size_t size) mutable {
                boost::asio::dispatch(executor, [handler = std::move(handler), error,
                                                 size]() mutable { handler(error, size); });
              });
        },
        token, buffer);
  }
};

}  // namespace kubus::http
