// TLS as nobody should speak it.
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <random>

#include "http_fixture.h"
#include "kubus/unique_fd.h"
#include "tls_client.h"

namespace kubus {
namespace {

class TlsTest : public testing::HttpTest {
 protected:
  UniqueFd connect() {
    UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in place{};
    place.sin_family = AF_INET;
    place.sin_port = htons(server_->port());
    place.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(fd.get(), reinterpret_cast<sockaddr*>(&place), sizeof(place)), 0);
    return fd;
  }
  void expect_served() {
    testing::TlsClient client(server_->port(), ca_.certificate_pem);
    client.send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_NO_THROW(client.until("GET /a  "));
  }
};

// Each costs the server a handshake that costs the client nothing.
TEST_F(TlsTest, IsNotNegotiatedAgain) {
  boost::asio::ssl::context context(boost::asio::ssl::context::tls_client);
  SSL* ssl = SSL_new(context.native_handle());
  SSL_set_max_proto_version(ssl, TLS1_2_VERSION);
  const auto fd = connect();
  SSL_set_fd(ssl, fd.get());
  ASSERT_EQ(SSL_connect(ssl), 1);
  ASSERT_EQ(SSL_renegotiate(ssl), 1);
  EXPECT_NE(SSL_do_handshake(ssl), 1);
  SSL_free(ssl);
  expect_served();
}

TEST_F(TlsTest, OfOldVersionsIsRefused) {
  boost::asio::ssl::context context(boost::asio::ssl::context::tls_client);
  SSL_CTX_set_security_level(context.native_handle(), 0);
  for (const int version : {TLS1_VERSION, TLS1_1_VERSION}) {
    SSL* ssl = SSL_new(context.native_handle());
    SSL_set_min_proto_version(ssl, version);
    SSL_set_max_proto_version(ssl, version);
    const auto fd = connect();
    SSL_set_fd(ssl, fd.get());
    EXPECT_NE(SSL_connect(ssl), 1) << version;
    SSL_free(ssl);
  }
  expect_served();
}

TEST_F(TlsTest, DoesNotBeginWithAMegabyteOfAnythingElse) {
  std::mt19937 random(1);
  std::string noise(1'000'000, '\0');
  for (auto& byte : noise) byte = static_cast<char>(random());
  for (const char* first : {"", "GET / HTTP/1.1\r\n\r\n", "\x16\x03\x01\xff\xff"}) {
    const auto fd = connect();
    const auto bytes = first + noise;
    for (std::size_t sent = 0; sent < bytes.size();) {
      const auto size = ::send(fd.get(), bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
      if (size <= 0) break;  // cut off
      sent += static_cast<std::size_t>(size);
    }
    ::shutdown(fd.get(), SHUT_WR);
    char block[1000];
    while (::recv(fd.get(), block, sizeof(block), 0) > 0) {
    }
  }
  expect_served();
}

}  // namespace
}  // namespace kubus
