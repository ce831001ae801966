// Requests of HTTP/1.1: what is found in some bytes does not depend on how they are cut into pieces,
// and nothing that is taken has the means to be more than one request further on.
#include <algorithm>
#include <boost/asio/buffer.hpp>

#include "request_reader.h"
#include "target.h"

namespace kubus::fuzz {
namespace {

struct Found {
  bool done = false, refused = false;
  http::Request request;
  std::size_t taken = 0;
};

Found read(std::string_view bytes, std::size_t piece) {
  http::Limits limits;
  limits.header_bytes = 1024;
  limits.body_bytes = 2048;
  const auto budget = std::make_shared<http::BodyBudget>(1U << 20);
  http::BodyBudget::Share share(budget);
  http::RequestReader reader(limits, share);
  boost::beast::flat_buffer buffer;
  Found found;
  std::size_t given = 0;
  while (!found.done && !found.refused && given < bytes.size()) {
    const auto next = bytes.substr(given, piece);
    given += next.size();
    buffer.commit(boost::asio::buffer_copy(buffer.prepare(next.size()),
                                           boost::asio::buffer(next.data(), next.size())));
    const auto refusal = reader.take(buffer);
    if (refusal) require(refusal->status >= 400 && !refusal->message.empty(), "an odd refusal");
    found.refused = refusal.has_value();
    found.done = !found.refused && reader.done();
    require(buffer.size() <= limits.header_bytes + piece, "what is kept has no bound");
  }
  found.taken = given - buffer.size();
  if (found.done) found.request = reader.release();
  return found;
}

bool is_line(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
}

}  // namespace

void run(std::string_view input) {
  const auto whole = read(input, input.size());
  for (const std::size_t piece : {std::size_t{1}, std::size_t{7}}) {
    const auto parts = read(input, piece);
    require(parts.done == whole.done && parts.refused == whole.refused, "pieces make a difference");
    if (!whole.done) continue;
    require(parts.taken == whole.taken, "a request ends elsewhere in pieces");
    require(parts.request.target == whole.request.target &&
                parts.request.body == whole.request.body &&
                parts.request.headers.fields() == whole.request.headers.fields(),
            "a request is another one in pieces");
  }
  if (!whole.done) return;
  const auto& request = whole.request;
  require(is_line(request.method) && is_line(request.target), "a line of two");
  require(request.target.find(' ') == std::string::npos, "a target of two");
  for (const auto& [name, value] : request.headers.fields())
    require(is_line(name) && is_line(value) && !name.empty() &&
                name.find_first_of(" \t:") == std::string::npos,
            "a field of two");
  require(!request.headers.has("Transfer-Encoding") || !request.headers.has("Content-Length"),
          "a request of two lengths");
}

std::vector<std::string> seeds() {
  const std::string post = "POST /a HTTP/1.1\r\nHost: x\r\n";
  return {
      "GET /api/v1/pods?limit=5 HTTP/1.1\r\nHost: x\r\nAccept: application/json\r\n"
      "Authorization: Bearer a.b.c\r\nUser-Agent: kubectl/v1.35.0\r\n\r\n",
      post + "Content-Length: 2\r\nContent-Type: application/json\r\n\r\n{}",
      post + "Transfer-Encoding: chunked\r\n\r\n2;a=\"b\"\r\nhi\r\n0\r\nX: y\r\n\r\nGET /",
      post + "Expect: 100-continue\r\nContent-Length: 1\r\n\r\n1",
      post + "A: b\r\n c\r\nContent-Length: 0, 0\r\n\r\n",
      "GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /b HTTP/1.0\r\n\r\n",
      "GET /x HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
  };
}

}  // namespace kubus::fuzz
