// The whole server of ApiTest over HTTPS, as the administrator and as clients of ill will.
//
// Thread safety: one thread.
#pragma once

#include <unistd.h>

#include <cstddef>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>

#include "eventually.h"
#include "http2_client.h"
#include "process_usage.h"
#include "tests/api_fixture.h"
#include "tls_client.h"

namespace kubus::apiserver {

class HttpsTest : public ApiTest {
 protected:
  using Client = kubus::testing::TlsClient;

  void SetUp() override {
    ApiTest::SetUp();
    if (IsSkipped()) return;
    ca_ = read("ca.crt");
    admin_ = {read("admin.crt"), read("admin.key")};
    ASSERT_NE(https_port(), 0);
  }

  // A file of the server's certificates and keys.
  static std::string read(const std::string& name) {
    std::ifstream file(cert_dir() + "/" + name);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  std::unique_ptr<Client> connect() const {
    return std::make_unique<Client>(https_port(), ca_, &admin_);
  }
  std::unique_ptr<Client> connect_as_nobody() const {
    return std::make_unique<Client>(https_port(), ca_);
  }

  std::unique_ptr<kubus::testing::Http2Client> connect_http2() const {
    return std::make_unique<kubus::testing::Http2Client>(https_port(), ca_, &admin_);
  }

  // The whole answer to one request, after which the server closes. `fields`: further header lines,
  // each with its end.
  std::string exchange(const std::string& method, const std::string& target,
                       const std::string& body = "", const std::string& type = "application/json",
                       const std::string& fields = "") const {
    auto client = connect();
    std::string text =
        method + " " + target + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + fields;
    if (!body.empty() || method == "POST")
      text +=
          "Content-Type: " + type + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
    client->send(text + "\r\n" + body);
    return client->rest();
  }
  static int status(const std::string& answer) {
    return answer.size() > 12 ? std::stoi(answer.substr(9, 3)) : 0;
  }
  static std::string body_of(const std::string& answer) {
    const auto end = answer.find("\r\n\r\n");
    return end == std::string::npos ? "" : answer.substr(end + 4);
  }
  // Somebody else is served as ever.
  void expect_served() const {
    EXPECT_EQ(status(exchange("GET", "/api/v1/namespaces/default")), 200);
  }

  static std::size_t open_descriptors() { return testing::usage_of(::getpid()).descriptors; }
  static std::size_t resident_bytes() { return testing::usage_of(::getpid()).resident_kb * 1024; }

 private:
  std::string ca_;
  pki::Pair admin_;
};

}  // namespace kubus::apiserver
