// The ByteStream of a connection that was taken over.
//
// Thread safety: as ByteStream.
#pragma once

#include <memory>

#include "connection.h"
#include "kubus/http/byte_stream.h"

namespace kubus::http {

// Probes tell whether the other side of a silent connection has vanished.
void find_vanished(int socket);

class TakenStream final : public ByteStream {
 public:
  explicit TakenStream(std::shared_ptr<Connection> connection)
      : connection_(std::move(connection)) {}
  ~TakenStream() override { close(); }

  executor_type get_executor() override { return connection_->stream_.get_executor(); }
  void read(boost::asio::mutable_buffer into, Done done) override;
  void write(boost::asio::const_buffer data, Done done) override;
  void close() override { connection_->end_taken(); }
  void on_stop(Task task) override { connection_->stopping_ = std::move(task); }

 private:
  std::shared_ptr<Connection> connection_;
};

}  // namespace kubus::http
