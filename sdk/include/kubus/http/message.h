// An HTTP request and response as plain data.
//
// Thread safety: values.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kubus/bytes.h"

namespace kubus::http {

// Header fields in the order they were added; names compare without regard to case.
class Headers {
 public:
  void add(std::string name, std::string value) {
    fields_.emplace_back(std::move(name), std::move(value));
  }
  void set(std::string_view name, std::string value);
  void erase(std::string_view name);
  // The first value, or empty.
  std::string_view get(std::string_view name) const;
  bool has(std::string_view name) const;
  // The comma-separated values of all fields `name`, in order and without empty ones; they are parts
  // of the header.
  std::vector<std::string_view> values(std::string_view name) const;
  // True if one of the comma-separated values of `name` is `token`.
  bool has_token(std::string_view name, std::string_view token) const;
  const std::vector<std::pair<std::string, std::string>>& fields() const { return fields_; }

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

// Who the client's certificate, checked against our CA, says it is. Empty name: no certificate.
struct Peer {
  std::string common_name;
  std::vector<std::string> organizations;
  bool rejected = false;  // there was a certificate, but not one of our CA's
  std::string address;    // "10.0.0.1:4312"
  // The certificate in DER, whoever signed it: others may know another CA. Null: there was none, or
  // one beyond all measure.
  std::shared_ptr<const std::string> certificate = {};
};

struct Request {
  std::string method;
  std::string target;  // path and query as sent
  Headers headers;
  std::string body;
  // There is one, and Handler::wants_body() said that nobody would look at it.
  bool body_unread = false;
  Peer peer;

  std::string_view path() const;
  std::string_view query() const;
};

struct Response {
  int status = 200;
  Headers headers;  // without Content-Length, Date and Connection
  std::vector<Bytes> body;
};

// The response that ends HTTP on a connection: status 101, "Connection: Upgrade" and `headers`,
// among them Upgrade.
std::string switching_protocols(const Headers& headers);

// The reason phrase of a status code.
std::string_view reason_phrase(int status);
bool iequals(std::string_view a, std::string_view b);

}  // namespace kubus::http
