// A request whose connection is a MemoryWire.
//
// Thread safety: none.
#pragma once

#include <chrono>
#include <optional>

#include "kubus/http/exchange.h"
#include "memory_transport.h"

namespace kubus::testing {

class FakeExchange final : public http::Exchange {
 public:
  FakeExchange(boost::asio::io_context& io, std::shared_ptr<MemoryWire> wire, http::Headers headers)
      : io_(io), wire_(std::move(wire)) {
    request_.method = "GET";
    request_.target = "/";
    request_.headers = std::move(headers);
  }

  http::Request& request() override { return request_; }
  void on_leave(Task) override {}
  void answer_within(std::chrono::steady_clock::duration) override {}
  void respond(http::Response response) override { answer = std::move(response); }
  std::shared_ptr<http::BodyStream> stream(http::Response) override { return nullptr; }
  void forward(http::Upstream) override {}
  void take_over(Taker taker) override {
    taken = true;
    if (stopped) return;
    taker(std::make_unique<MemoryTransport>(io_, wire_));
  }

  std::optional<http::Response> answer;
  bool taken = false;
  bool stopped = false;  // there is no connection to take over any more

 private:
  boost::asio::io_context& io_;
  std::shared_ptr<MemoryWire> wire_;
  http::Request request_;
};

inline http::Headers make_headers(
    std::initializer_list<std::pair<std::string, std::string>> fields) {
  http::Headers headers;
  for (const auto& [name, value] : fields) headers.add(name, value);
  return headers;
}

}  // namespace kubus::testing
