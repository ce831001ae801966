// An HTTP/2 client for tests: many requests on one connection, and frames that no good client
// sends.
//
// Thread safety: one thread. It blocks as TlsClient does; what fails throws.
#pragma once

#include <nghttp2/nghttp2.h>

#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "tls_client.h"

namespace kubus::testing {

using HeaderFields = std::vector<std::pair<std::string, std::string>>;

// A frame as it is sent.
std::string http2_frame(std::uint8_t type, std::uint8_t flags, std::uint32_t stream,
                        const std::string& payload);
// The client's preface: its magic, empty settings and assent to those of the server.
std::string http2_preface();

// A field whose name is entry `name` of HPACK's static table, and not to be remembered.
std::string hpack_field(std::uint8_t name, const std::string& value);
// The code of the GOAWAY among the frames that a server sent; nothing when there is none.
std::optional<std::uint32_t> goaway_among(const std::string& frames);

class Http2Client {
 public:
  struct Answer {
    int status = 0;
    std::map<std::string, std::string> headers;
    std::string body;
    bool closed = false;
    std::uint32_t error = 0;  // that the stream was closed with
  };

  Http2Client(std::uint16_t port, const std::string& ca_pem, const pki::Pair* pair = nullptr);
  ~Http2Client();
  Http2Client(const Http2Client&) = delete;
  Http2Client& operator=(const Http2Client&) = delete;

  // Sends a request; nothing of the body is missing unless `open`.
  std::int32_t begin(const std::string& method, const std::string& target,
                     const HeaderFields& fields = {}, std::string body = "", bool open = false);
  void cancel(std::int32_t stream);
  // The body of each stream that begins from now on is not read beyond `bytes`.
  void read_at_most(std::int32_t bytes);
  // The answer to `stream`, complete.
  const Answer& finish(std::int32_t stream);
  const Answer& get(const std::string& target) { return finish(begin("GET", target)); }
  // Reads until the stream's body ends with `end`.
  const Answer& until(std::int32_t stream, const std::string& end);
  // Reads what comes next.
  void read();
  // Reads until the server has closed: the code of its GOAWAY.
  std::optional<std::uint32_t> rest();
  // Sends what is queued; reads nothing.
  void flush();
  const Answer& answer(std::int32_t stream) { return answers_[stream]; }
  std::optional<std::uint32_t> goaway() const { return goaway_; }
  TlsClient& tls() { return tls_; }

 private:
  struct Callbacks;
  bool read_some();

  TlsClient tls_;
  nghttp2_session* session_ = nullptr;
  bool reading_on_ = true;
  std::map<std::int32_t, Answer> answers_;
  std::map<std::int32_t, std::pair<std::string, bool>> bodies_;
  std::optional<std::uint32_t> goaway_;
};

}  // namespace kubus::testing
