// A client's connection in memory: the test is the client, and turns the io_context by hand.
//
// Thread safety: none.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <memory>
#include <string>

#include "kubus/http/byte_stream.h"

namespace kubus::testing {

// What client and transport share; the transport may be destroyed before it.
struct MemoryWire {
  std::string to_server;
  std::string to_client;
  bool client_ended = false;
  bool server_closed = false;
  std::size_t room = std::size_t(-1);  // to_client takes no more than this

  // For the transport.
  boost::asio::mutable_buffer read_into;
  http::ByteStream::Done read_done;
  boost::asio::const_buffer write_from;
  http::ByteStream::Done write_done;
};

class MemoryTransport final : public http::ByteStream {
 public:
  MemoryTransport(boost::asio::io_context& io, std::shared_ptr<MemoryWire> wire)
      : io_(io), wire_(std::move(wire)) {}
  ~MemoryTransport() override { close(); }

  executor_type get_executor() override { return io_.get_executor(); }
  void read(boost::asio::mutable_buffer into, Done done) override {
    wire_->read_into = into;
    wire_->read_done = std::move(done);
    turn(io_, *wire_);
  }
  void write(boost::asio::const_buffer data, Done done) override {
    wire_->write_from = data;
    wire_->write_done = std::move(done);
    turn(io_, *wire_);
  }
  void close() override {
    wire_->server_closed = true;
    turn(io_, *wire_);
  }

  // Ends it as a cut connection does, and lets everybody who waits for it see that: whoever waits
  // is kept alive by it.
  static void cut(boost::asio::io_context& io, MemoryWire& wire) {
    wire.server_closed = true;
    turn(io, wire);
    io.restart();
    io.poll();
  }
  // Completes what can be completed.
  static void turn(boost::asio::io_context& io, MemoryWire& wire) {
    const auto complete = [&](Done& done, Error error, std::size_t size) {
      boost::asio::post(io, [done = std::move(done), error, size]() mutable { done(error, size); });
      done = {};
    };
    if (wire.read_done) {
      const auto size = std::min(wire.to_server.size(), wire.read_into.size());
      if (wire.server_closed) {
        complete(wire.read_done, boost::asio::error::operation_aborted, 0);
      } else if (size > 0) {
        boost::asio::buffer_copy(wire.read_into, boost::asio::buffer(wire.to_server));
        wire.to_server.erase(0, size);
        complete(wire.read_done, {}, size);
      } else if (wire.client_ended) {
        complete(wire.read_done, boost::asio::error::eof, 0);
      }
    }
    if (wire.write_done) {
      const auto size =
          std::min(wire.room - std::min(wire.room, wire.to_client.size()), wire.write_from.size());
      if (wire.server_closed) {
        complete(wire.write_done, boost::asio::error::operation_aborted, 0);
      } else if (size > 0) {
        wire.to_client.append(static_cast<const char*>(wire.write_from.data()), size);
        complete(wire.write_done, {}, size);
      }
    }
  }

 private:
  boost::asio::io_context& io_;
  std::shared_ptr<MemoryWire> wire_;
};

}  // namespace kubus::testing
