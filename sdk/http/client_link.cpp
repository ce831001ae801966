#include "client_link.h"

#include <boost/asio/connect.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include "upstream.h"

namespace kubus::http {
namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;

namespace {

constexpr std::size_t kMostIdle = 64;
constexpr std::chrono::seconds kIdle{90};
constexpr std::uint32_t kHeaderLimit = 64 * 1024;

std::string place_of(const ClientRequest& request) {
  return request.host + " " + std::to_string(request.port) + " " + request.server_name;
}

const std::string& name_of(const ClientRequest& request) {
  return request.server_name.empty() ? request.host : request.server_name;
}

bool is_address(const std::string& text) {
  boost::system::error_code error;
  asio::ip::make_address(text, error);
  return !error;
}

Status broken(const boost::system::error_code& error, const ClientRequest& request) {
  if (error == beast::http::error::body_limit)
    return Status(Code::kRequestEntityTooLarge,
                  "the answer is larger than " + std::to_string(request.most) + " bytes");
  const bool ended = error == asio::error::eof || error == beast::http::error::end_of_stream ||
                     error == beast::http::error::partial_message ||
                     error == asio::ssl::error::stream_truncated;
  return Status(Code::kUnavailable, ended ? "EOF" : error.message());
}

}  // namespace

void ClientLink::abort() {
  boost::system::error_code ignored;
  aborted_ = true;
  resolver_.cancel();
  socket_.close(ignored);
}

asio::awaitable<std::string> ClientLink::connect(const ClientRequest& request) {
  Upstream upstream;
  upstream.host = request.host;
  upstream.port = request.port;
  if (!is_address(request.host)) {
    const auto [error, found] = co_await resolver_.async_resolve(
        request.host, std::to_string(request.port), kAwaitUpstream);
    if (error || found.empty()) co_return "dial tcp: lookup " + request.host + ": no such host";
    // What is known already is not cancelled.
    if (aborted_) co_return "dial tcp: operation was canceled";
    upstream.host = found.begin()->endpoint().address().to_string();
  }
  auto why = co_await connect_upstream(socket_, upstream);
  if (!why.empty() || !request.tls) co_return why;
  co_return co_await secure(request);
}

asio::awaitable<std::string> ClientLink::secure(const ClientRequest& request) {
  tls_ = request.tls;
  secure_.emplace(socket_, tls_->context());
  const auto& name = name_of(request);
  expect_name(secure_->native_handle(), name);
  const auto [error] =
      co_await secure_->async_handshake(asio::ssl::stream_base::client, kAwaitUpstream);
  if (error) co_return handshake_failure(secure_->native_handle(), error, name);
  co_return std::string();
}

asio::awaitable<Result<Response>> ClientLink::exchange(const ClientRequest& request) {
  answered = lasts = false;
  if (secure_) co_return co_await talk(*secure_, request);
  co_return co_await talk(socket_, request);
}

template <class Stream>
asio::awaitable<Result<Response>> ClientLink::talk(Stream& stream, const ClientRequest& request) {
  beast::http::request<beast::http::string_body> out;
  out.method_string(request.method);
  out.target(request.target);
  out.version(11);
  out.set(beast::http::field::host, name_of(request) + ":" + std::to_string(request.port));
  for (const auto& [name, value] : request.headers.fields()) out.insert(name, value);
  out.body() = request.body;
  out.prepare_payload();
  const auto [unsent, sent] = co_await beast::http::async_write(stream, out, kAwaitUpstream);
  if (unsent) co_return broken(unsent, request);
  beast::http::response_parser<beast::http::string_body> parser;
  parser.header_limit(kHeaderLimit);
  parser.body_limit(request.most);
  const auto [no_header, head] =
      co_await beast::http::async_read_header(stream, buffer_, parser, kAwaitUpstream);
  answered = parser.got_some() || head > 0;
  if (no_header) co_return broken(no_header, request);
  const auto [cut, body] =
      co_await beast::http::async_read(stream, buffer_, parser, kAwaitUpstream);
  if (cut) co_return broken(cut, request);
  lasts = parser.keep_alive();
  Response response;
  response.status = static_cast<int>(parser.get().result_int());
  response.headers = end_to_end(parser.get());
  response.body.emplace_back(std::move(parser.get().body()));
  co_return response;
}

ClientLinkPtr IdleLinks::take(const ClientRequest& request) {
  const auto place = place_of(request);
  for (auto it = entries_.end(); it != entries_.begin();) {
    --it;
    if (it->tls != request.tls || it->place != place) continue;
    auto link = std::move(it->link);
    entries_.erase(it);
    return link;
  }
  return nullptr;
}

void IdleLinks::keep(const ClientRequest& request, ClientLinkPtr link) {
  entries_.push_back(
      {place_of(request), request.tls, std::move(link), std::chrono::steady_clock::now()});
  if (entries_.size() > kMostIdle) entries_.pop_front();
  expire();
}

void IdleLinks::expire() {
  const auto now = std::chrono::steady_clock::now();
  while (!entries_.empty() && now - entries_.front().since >= kIdle) entries_.pop_front();
  if (entries_.empty() || waiting_) return;
  waiting_ = true;
  timer_.expires_at(entries_.front().since + kIdle);
  timer_.async_wait([this](boost::system::error_code error) {
    waiting_ = false;
    if (!error) expire();
  });
}

void IdleLinks::clear() {
  entries_.clear();
  timer_.cancel();
}

}  // namespace kubus::http
