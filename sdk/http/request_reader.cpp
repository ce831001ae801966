#include "request_reader.h"

#include <string_view>
#include <utility>

namespace kubus::http {
namespace beast = boost::beast;
using beast::http::error;

namespace {

// What a field takes beside its bytes, as HTTP/2 counts it.
constexpr std::size_t kFieldCost = 32;

std::string_view text_of(const beast::flat_buffer& buffer) {
  return {static_cast<const char*>(buffer.data().data()), buffer.size()};
}

}  // namespace

RequestReader::RequestReader(const Limits& limits, BodyBudget::Share& share)
    : limits_(limits), share_(share) {
  parser_.header_limit(static_cast<std::uint32_t>(limits_.header_bytes));
  parser_.body_limit(limits_.body_bytes);
}

Refusal RequestReader::too_large() const {
  return {413, "Request entity too large: limit is " + std::to_string(limits_.body_bytes)};
}

std::optional<Refusal> RequestReader::scan(std::string_view text) {
  for (auto at = text.find('\n', scanned_); at != std::string_view::npos;
       at = text.find('\n', at + 1)) {
    scanned_ = at + 1;
    // Others take such a line for two.
    if (at == 0 || text[at - 1] != '\r') return Refusal{400, "bad line ending"};
    ++lines_;
    if (at < 3 || text.substr(at - 3, 4) != "\r\n\r\n") continue;
    header_bytes_ = at + 1;
    break;
  }
  if (header_bytes_ == 0) scanned_ = text.size();
  const auto size = header_bytes_ > 0 ? header_bytes_ : text.size();
  if (size > limits_.header_bytes || size + lines_ * kFieldCost > limits_.header_bytes + kFieldCost)
    return Refusal{431, "the request's header is too large"};
  return std::nullopt;
}

std::optional<Refusal> RequestReader::put(beast::flat_buffer& buffer) {
  boost::system::error_code failed;
  buffer.consume(parser_.put(buffer.data(), failed));
  if (failed == error::body_limit) return too_large();
  if (failed && failed != error::need_more) return Refusal{400, failed.message()};
  return std::nullopt;
}

std::optional<Refusal> RequestReader::read_header(beast::flat_buffer& buffer) {
  if (auto refusal = put(buffer)) return refusal;
  if (!parser_.is_header_done()) return Refusal{400, "malformed request"};
  const auto& message = parser_.get();
  if (auto refusal = refusal_of(message.base())) return refusal;
  request_.method = std::string(message.method_string());
  request_.target = std::string(message.target());
  for (const auto& field : message)
    request_.headers.add(std::string(field.name_string()), std::string(field.value()));
  parser_.eager(true);
  return std::nullopt;
}

std::optional<Refusal> RequestReader::take(beast::flat_buffer& buffer) {
  if (header_bytes_ == 0) {
    if (auto refusal = scan(text_of(buffer))) return refusal;
    if (header_bytes_ > 0)
      if (auto refusal = read_header(buffer)) return refusal;
  }
  if (header_bytes_ > 0 && !done() && buffer.size() > 0) {
    if (auto refusal = put(buffer)) return refusal;
    // The size of a chunk, or the fields behind the last one: they have no end.
    if (!done() && buffer.size() > limits_.header_bytes)
      return Refusal{400, "chunked line too long"};
  }
  const auto kept = header_bytes_ > 0 ? header_bytes_ : buffer.size();
  if (!share_.grow_to(kept + parser_.get().body().size()))
    return Refusal{503, "too many large requests are under way, please try again later"};
  return std::nullopt;
}

const Request* RequestReader::head_of_large_body() {
  if (header_bytes_ == 0 || done() || std::exchange(looked_at_, true)) return nullptr;
  const auto length = parser_.content_length();
  return length && *length <= kSmallBody ? nullptr : &request_;
}

bool RequestReader::wants_to_continue() {
  return header_bytes_ > 0 && !done() && !std::exchange(continued_, true) &&
         iequals(request_.headers.get("expect"), "100-continue");
}

Request RequestReader::release() {
  request_.body = std::move(parser_.get().body());
  return std::move(request_);
}

}  // namespace kubus::http
