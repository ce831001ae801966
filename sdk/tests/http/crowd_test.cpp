// A crowd of clients that connect and ask for nothing.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <thread>
#include <vector>

#include "eventually.h"
#include "http2_client.h"
#include "http_fixture.h"
#include "kubus/unique_fd.h"
#include "process_usage.h"

namespace kubus {
namespace {

using testing::eventually;

class CrowdTest : public testing::HttpTest {
 protected:
  static constexpr std::size_t kAtOnce = 8;

  ~CrowdTest() override { SSL_SESSION_free(session_); }
  // Connections on which TLS has been agreed on, without anything of it on this side: what they cost
  // is the server's. All but the first take up its session, which takes less time.
  UniqueFd idler(const char* protocol) {
    UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in place{};
    place.sin_family = AF_INET;
    place.sin_port = htons(server_->port());
    place.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(fd.get(), reinterpret_cast<sockaddr*>(&place), sizeof(place)) != 0) return {};
    SSL* ssl = SSL_new(context_.native_handle());
    const std::string offer = static_cast<char>(std::strlen(protocol)) + std::string(protocol);
    SSL_set_alpn_protos(ssl, reinterpret_cast<const unsigned char*>(offer.data()),
                        static_cast<unsigned>(offer.size()));
    SSL_set_fd(ssl, fd.get());
    SSL_set_max_proto_version(ssl, TLS1_2_VERSION);
    if (session_) SSL_set_session(ssl, session_);
    const bool agreed = SSL_connect(ssl) == 1;
    if (agreed && !session_) session_ = SSL_get1_session(ssl);
    SSL_free(ssl);
    return agreed ? std::move(fd) : UniqueFd();
  }
  static bool is_closed(const UniqueFd& fd) {
    char block[4096];
    for (;;) {
      const auto size = ::recv(fd.get(), block, sizeof(block), MSG_DONTWAIT);
      if (size > 0) continue;  // what the server said as it began
      return size == 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
    }
  }
  bool is_served() {
    testing::Http2Client client(server_->port(), ca_.certificate_pem);
    return client.get("/a").status == 200;
  }

 private:
  boost::asio::ssl::context context_{boost::asio::ssl::context::tls_client};
  SSL_SESSION* session_ = nullptr;
};

TEST_F(CrowdTest, OfIdleOnesIsCheapAndDisturbsNobody) {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  // Both ends of each are in this process.
  const auto crowd_size = std::min<std::size_t>(10'000, limit.rlim_max / 2 - 200);
  if (limit.rlim_max < 4000) GTEST_SKIP() << "too few descriptors are allowed";
  // Each of the server's threads has its own ones from its first connection on.
  for (int i = 0; i < 8; ++i) ASSERT_TRUE(is_served());
  const auto descriptors = testing::usage_of(::getpid()).descriptors;
  const auto memory = testing::usage_of(::getpid()).resident_kb;
  {
    std::vector<UniqueFd> crowd(crowd_size);
    crowd[0] = idler("h2");
    std::vector<std::thread> comers;
    for (std::size_t first = 1; first <= kAtOnce; ++first)
      comers.emplace_back([&, first] {
        for (auto i = first; i < crowd_size; i += kAtOnce) crowd[i] = idler(i % 2 ? "h2" : "http/1.1");
      });
    for (int i = 0; i < 10; ++i) EXPECT_TRUE(is_served());
    for (auto& comer : comers) comer.join();
    EXPECT_TRUE(std::all_of(crowd.begin(), crowd.end(), [](const auto& one) { return bool(one); }));
    EXPECT_TRUE(is_served());
    const auto each = (testing::usage_of(::getpid()).resident_kb - memory) / crowd_size;
    RecordProperty("kilobytes_each", static_cast<int>(each));
    if (!testing::kInstrumented) EXPECT_LT(each, 64U);
  }
  EXPECT_TRUE(eventually([&] { return testing::usage_of(::getpid()).descriptors <= descriptors; }));
}

TEST_F(CrowdTest, OfIdleOnesMakesRoomForOthers) {
  http::Limits limits;
  limits.connections = 20;
  start(limits);
  testing::TlsClient busy(server_->port(), ca_.certificate_pem);
  busy.send("GET /open HTTP/1.1\r\nHost: x\r\n\r\n");
  busy.until("open");
  testing::Http2Client also_busy(server_->port(), ca_.certificate_pem);
  also_busy.until(also_busy.begin("GET", "/open"), "open");
  std::vector<UniqueFd> crowd;
  for (int i = 0; i < 100; ++i) crowd.push_back(idler(i % 2 ? "h2" : "http/1.1"));
  EXPECT_TRUE(is_served());
  const auto open = [&] {
    return std::count_if(crowd.begin(), crowd.end(),
                         [](const auto& one) { return one && !is_closed(one); });
  };
  EXPECT_TRUE(eventually([&] { return open() <= 18; }));
  EXPECT_GT(open(), 0);
  // Who is waiting for something is left alone.
  EXPECT_FALSE(echo_.closed_streams());
  EXPECT_EQ(also_busy.get("/a").status, 200);
}

TEST_F(CrowdTest, OfBusyOnesKeepsOthersOut) {
  http::Limits limits;
  limits.connections = 3;
  start(limits);
  std::vector<std::unique_ptr<testing::Http2Client>> busy;
  for (int i = 0; i < 3; ++i) {
    busy.push_back(std::make_unique<testing::Http2Client>(server_->port(), ca_.certificate_pem));
    busy.back()->until(busy.back()->begin("GET", "/open"), "open");
  }
  EXPECT_THROW(is_served(), boost::system::system_error);
  busy.pop_back();
  EXPECT_TRUE(eventually([&] {
    try {
      return is_served();
    } catch (const boost::system::system_error&) {
      return false;
    }
  }));
}

}  // namespace
}  // namespace kubus
