#include "connection.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <ctime>

#include "http2_connection.h"
#include "pending.h"
#include "request_reader.h"

namespace kubus::http {
namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
constexpr auto kLinger = std::chrono::milliseconds(500);
constexpr std::size_t kReadSize = 16 * 1024;
// What is sent without a turn of the loop, so that other connections have theirs.
constexpr std::size_t kAtOnce = 64 * 1024;

std::string name_entry(X509_NAME* name, int nid, int after, int* found) {
  const int index = X509_NAME_get_index_by_NID(name, nid, after);
  *found = index;
  if (index < 0) return {};
  const ASN1_STRING* data = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, index));
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(data)),
          static_cast<std::size_t>(ASN1_STRING_length(data))};
}

// In seconds, because the clock's own unit does not reach all years. One whose end cannot be read
// is over.
std::time_t end_of(X509* certificate) {
  std::tm time{};
  return ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &time) == 1 ? ::timegm(&time) : 0;
}

std::shared_ptr<const std::string> der_of(X509* certificate) {
  constexpr int kLongest = 8 << 10;
  const int size = i2d_X509(certificate, nullptr);
  if (size <= 0 || size > kLongest) return nullptr;
  auto der = std::make_shared<std::string>(static_cast<std::size_t>(size), '\0');
  auto* to = reinterpret_cast<unsigned char*>(der->data());
  i2d_X509(certificate, &to);
  return der;
}

}  // namespace

Connection::Connection(tcp::socket socket, std::shared_ptr<ServerTls> tls, Handler& handler,
                       const Limits& limits, std::shared_ptr<BodyBudget> bodies,
                       std::function<void()> gone)
    : stream_(std::move(socket), tls->context()),
      tls_(std::move(tls)),
      handler_(handler),
      limits_(limits),
      body_share_(std::move(bodies)),
      gone_(std::move(gone)),
      wake_(stream_.get_executor()),
      write_guard_(stream_.get_executor()) {}

Connection::~Connection() {
  if (active_stream_) active_stream_->close();
  if (gone_) gone_();
}

void Connection::start() {
  asio::co_spawn(
      stream_.get_executor(),
      [self = shared_from_this()]() -> asio::awaitable<void> { co_await self->run(); },
      asio::detached);
}

void Connection::shutdown() {
  asio::post(stream_.get_executor(), [self = shared_from_this()] {
    self->closing_ = true;
    self->keep_alive_ = false;
    if (self->taken_) self->stop_taken();
    if (auto http2 = self->http2_.lock()) http2->shutdown();
    if (self->active_stream_) self->active_stream_->finish();
    if (self->idle_) self->close_socket();
  });
}

void Connection::deliver(Outcome outcome) {
  asio::dispatch(stream_.get_executor(),
                 [self = shared_from_this(), outcome = std::move(outcome)]() mutable {
                   self->outcome_ = std::move(outcome);
                   self->wake_.cancel();
                 });
}

void Connection::wake() {
  asio::post(stream_.get_executor(), [self = shared_from_this()] { self->send_waiting(); });
}

void Connection::abort() {
  // Who looks for one that may go finds another.
  idle_since_.store(Clock::time_point::max().time_since_epoch().count(), std::memory_order_relaxed);
  asio::post(stream_.get_executor(), [self = shared_from_this()] { self->close_socket(); });
}

void Connection::on_leave(Task task) {
  asio::post(stream_.get_executor(), [self = shared_from_this(), task = std::move(task)]() mutable {
    if (self->left_) return task();
    self->leave_tasks_.push_back(std::move(task));
    self->wake_.cancel();
  });
}

void Connection::close_socket() {
  boost::system::error_code ignored;
  stream_.next_layer().close(ignored);
  read_ended_ = true;
  wake_.cancel();
}

void Connection::set_idle(bool idle) {
  idle_ = idle;
  mark_idle(idle);
}

void Connection::mark_idle(bool idle) {
  if (idle == (idle_since() != Clock::time_point::max())) return;
  const auto since = idle ? Clock::now() : Clock::time_point::max();
  idle_since_.store(since.time_since_epoch().count(), std::memory_order_relaxed);
}

asio::awaitable<bool> Connection::sleep_until(Clock::time_point deadline) {
  sent_at_once_ = 0;
  wake_.expires_at(deadline);
  const auto [error] = co_await wake_.async_wait(kAwait);
  co_return error == asio::error::operation_aborted;
}

void Connection::start_read() {
  if (reading_ || read_ended_) return;
  reading_ = true;
  stream_.async_read_some(
      buffer_.prepare(kReadSize),
      [self = shared_from_this()](boost::system::error_code error, std::size_t size) {
        self->reading_ = false;
        if (error == asio::error::operation_aborted && self->stream_.next_layer().is_open())
          self->buffer_.commit(size);
        else if (error)
          self->read_ended_ = true;
        else
          self->buffer_.commit(size);
        self->wake_.cancel();
      });
}

asio::awaitable<void> Connection::stop_read() {
  if (!reading_) co_return;
  boost::system::error_code ignored;
  stream_.next_layer().cancel(ignored);
  while (reading_) co_await sleep_until(Clock::time_point::max());
}

// A read shows when it leaves. What it sends meanwhile is the next request.
void Connection::look_for_client() {
  if (leave_tasks_.empty()) return;
  if (buffer_.size() == 0) start_read();
  if (read_ended_) lose_client();
}

void Connection::lose_client() {
  left_ = true;
  for (auto& task : std::exchange(leave_tasks_, {})) task();
}

void Connection::guard(std::chrono::steady_clock::duration time) {
  write_guard_.expires_after(time);
  write_guard_.async_wait([weak = weak_from_this()](boost::system::error_code error) {
    if (auto self = weak.lock(); self && !error) self->close_socket();
  });
}

// The socket nearly always takes a record, and then there is nothing to wait for or to guard.
asio::awaitable<bool> Connection::write(std::string_view data) {
  sent_at_once_ += data.size();
  if (data.size() <= kRecord && sent_at_once_ <= kAtOnce) {
    boost::system::error_code failed;
    data.remove_prefix(stream_.write_now(data, failed));
    if (data.empty()) co_return true;
  }
  sent_at_once_ = 0;
  guard(limits_.write);
  const auto [error, size] =
      co_await asio::async_write(stream_, asio::buffer(data.data(), data.size()), kAwait);
  write_guard_.cancel();
  co_return !error;
}

asio::awaitable<bool> Connection::handshake() {
  boost::system::error_code ignored;
  stream_.next_layer().set_option(tcp::no_delay(true), ignored);
  const auto remote = stream_.next_layer().remote_endpoint(ignored);
  peer_.address = remote.address().to_string() + ":" + std::to_string(remote.port());
  guard(limits_.handshake);
  const auto [error] = co_await stream_.async_handshake(asio::ssl::stream_base::server, kAwait);
  write_guard_.cancel();
  if (error) co_return false;
  read_peer();
  co_return true;
}

void Connection::read_peer() {
  SSL* ssl = stream_.native_handle();
  X509* certificate = SSL_get0_peer_certificate(ssl);
  if (!certificate) return;
  peer_.certificate = der_of(certificate);
  if (SSL_get_verify_result(ssl) != X509_V_OK) {
    peer_.rejected = true;
    return;
  }
  peer_until_ = end_of(certificate);
  X509_NAME* subject = X509_get_subject_name(certificate);
  int found = -1;
  peer_.common_name = name_entry(subject, NID_commonName, -1, &found);
  for (int index = -1;;) {
    auto organization = name_entry(subject, NID_organizationName, index, &index);
    if (index < 0) break;
    peer_.organizations.push_back(std::move(organization));
  }
}

const Peer& Connection::peer() {
  if (peer_until_ < std::time(nullptr)) peer_.rejected = true;
  return peer_;
}

bool Connection::negotiated_http2() {
  const unsigned char* name = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(stream_.native_handle(), &name, &size);
  return std::string_view(reinterpret_cast<const char*>(name), size) == "h2";
}

void Connection::serve_http2() {
  auto http2 = std::make_shared<Http2Connection>(shared_from_this());
  http2_ = http2;
  http2->start();
  if (closing_) http2->shutdown();
}

asio::awaitable<void> Connection::run() {
  auto self = shared_from_this();
  if (!co_await handshake()) co_return;
  if (negotiated_http2()) co_return serve_http2();
  while (!closing_) {
    auto request = co_await read_request();
    if (!request) break;
    const bool keep_alive = keep_alive_, unread = request->body_unread;
    const auto asked = std::make_shared<Request>(std::move(*request));
    const bool goes_on = co_await answer(asked, keep_alive);
    body_share_.release();
    if (unread && !taken_) co_await drop_what_comes();
    if (!goes_on) break;
  }
  if (taken_) co_return;
  lose_client();
  if (stream_.next_layer().is_open() && !reading_) {
    guard(std::chrono::seconds(1));
    co_await stream_.async_shutdown(kAwait);
    write_guard_.cancel();
  }
  close_socket();
}

asio::awaitable<std::optional<Request>> Connection::read_request() {
  RequestReader reader(limits_, body_share_);
  auto deadline = Clock::now() + limits_.idle;
  bool begun = false, unread = false;
  for (;;) {
    if (buffer_.size() > 0) {
      if (!std::exchange(begun, true)) deadline = Clock::now() + limits_.request;
      if (auto refusal = reader.take(buffer_)) {
        co_await refuse(refusal->status, std::move(refusal->message));
        co_return std::nullopt;
      }
      if (reader.done()) break;
      unread = !wants_body(reader.head_of_large_body());
      if (unread) break;
      if (reader.wants_to_continue() && !co_await write("HTTP/1.1 100 Continue\r\n\r\n"))
        co_return std::nullopt;
    }
    if (read_ended_) co_return std::nullopt;
    start_read();
    set_idle(!begun);
    while (reading_)
      if (!co_await sleep_until(deadline)) {
        close_socket();
        co_return std::nullopt;
      }
    set_idle(false);
  }
  keep_alive_ = reader.keep_alive() && !closing_ && !unread;
  auto request = reader.release();
  request.peer = peer();
  request.body_unread = unread;
  if (unread) request.body.clear();
  co_return request;
}

bool Connection::wants_body(const Request* head) {
  if (!head) return true;
  Request asking = *head;
  asking.peer = peer();
  return handler_.wants_body(asking);
}

asio::awaitable<void> Connection::refuse(int status, std::string message) {
  Request none;
  if (co_await send_response(none, handler_.failure(status, std::move(message)), false))
    co_await drop_what_comes();
}

// A socket that is closed with bytes unread resets the connection: the client, still sending, would
// not see the answer. One that is not learns at once that this was all.
asio::awaitable<void> Connection::drop_what_comes() {
  const auto deadline = Clock::now() + kLinger;
  boost::system::error_code ignored;
  stream_.next_layer().shutdown(tcp::socket::shutdown_send, ignored);
  set_idle(true);
  while (!read_ended_) {
    buffer_.consume(buffer_.size());
    start_read();
    while (reading_)
      if (!co_await sleep_until(deadline)) co_return close_socket();
  }
}

asio::awaitable<bool> Connection::answer(const std::shared_ptr<Request>& request, bool keep_alive) {
  outcome_.reset();
  leave_tasks_.clear();
  answer_by_ = Clock::now() + limits_.answer;
  {
    auto exchange = std::make_shared<Pending>(shared_from_this(), request);
    handler_.handle(std::move(exchange));
  }
  // An answer that comes later finds the connection closed: it must not be taken for the next one.
  while (!outcome_) {
    look_for_client();
    // By somebody who has been told that it left.
    if (outcome_) break;
    if (!co_await sleep_until(answer_by_) && !outcome_) {
      lose_client();
      co_await refuse(504, "request did not complete within the allotted timeout");
      co_return false;
    }
  }
  Outcome outcome = std::move(*outcome_);
  outcome_.reset();
  keep_alive = keep_alive && !closing_;
  if (auto* response = std::get_if<Response>(&outcome))
    co_return co_await send_response(*request, std::move(*response), keep_alive) && keep_alive;
  if (auto* stream = std::get_if<StreamStart>(&outcome))
    co_return co_await send_stream(std::move(*stream), keep_alive) && keep_alive;
  co_await stop_read();
  if (auto* upstream = std::get_if<Upstream>(&outcome))
    co_await forward(*request, std::move(*upstream));
  else if (!closing_)
    hand_over(std::move(std::get<TakeOver>(outcome)));
  co_return false;
}

}  // namespace kubus::http
