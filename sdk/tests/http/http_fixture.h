// A server with a CA of its own and a handler that says what it was asked, for tests.
//
// Thread safety: one thread; the handler as Handler.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "kubus/http/byte_stream.h"
#include "kubus/http/server.h"
#include "kubus/pki/certificate.h"

namespace kubus::testing {

// More than the limits and the kernel's buffers hold.
inline constexpr std::size_t kSlowBlock = 1024 * 1024;
inline constexpr int kSlowBlocks = 40;

class Echo final : public http::Handler {
 public:
  void handle(std::shared_ptr<http::Exchange> exchange) override;
  http::Response failure(int status, std::string message) override;
  bool wants_body(const http::Request& head) override { return head.path() != "/unwanted"; }
  void answer_late_ones();
  std::size_t late_ones();
  // Each of them has one who wants to know when nobody waits for it any more.
  void watch_late_ones();
  // How many have been told.
  std::size_t told();
  // The stream that /open began last; null when there was none.
  std::shared_ptr<http::BodyStream> open_stream();
  std::size_t closed_streams();

 private:
  void open(http::Exchange& exchange);

  std::mutex mutex_;
  std::vector<std::shared_ptr<http::Exchange>> late_;
  std::shared_ptr<http::BodyStream> open_;
  std::size_t closed_ = 0;
  std::size_t told_ = 0;
};

class HttpTest : public ::testing::Test {
 protected:
  void SetUp() override;
  void start(const http::Limits& limits);
  void TearDown() override { server_->stop(std::chrono::milliseconds(100)); }
  pki::Pair client_pair(const pki::Pair& ca);

  Echo echo_;
  pki::Pair ca_, other_ca_;
  std::unique_ptr<http::Server> server_;
};

}  // namespace kubus::testing
