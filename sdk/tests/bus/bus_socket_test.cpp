#include "bus/socket.h"
#include "bus_fixture.h"

namespace kubus::testing {
namespace {

using bus::Socket;

class SocketTest : public ::testing::Test {
 protected:
  SocketTest() {
    char name[] = "/tmp/kubus-test-XXXXXX";
    dir_ = ::mkdtemp(name);
  }
  ~SocketTest() override { std::filesystem::remove_all(dir_); }
  std::string address() const { return "ipc://" + dir_ + "/a"; }

  zmq::context_t context_;
  std::atomic<std::size_t> count_{0};
  std::string dir_;
};

TEST_F(SocketTest, SaysThatNobodyIsAtAnAddress) {
  Socket dealer(context_, Socket::Kind::kDealer, count_);
  dealer.monitor();
  ASSERT_TRUE(dealer.connect(address()).ok());
  EXPECT_TRUE(eventually([&] { return dealer.disconnected(); }));
}

TEST_F(SocketTest, SaysThatTheOtherEndHasGone) {
  auto router = std::make_unique<Socket>(context_, Socket::Kind::kRouter, count_);
  ASSERT_TRUE(router->bind(address()).ok());
  Socket dealer(context_, Socket::Kind::kDealer, count_);
  dealer.monitor();
  ASSERT_TRUE(dealer.connect(address()).ok());
  frame::Header header;
  header.set_type(frame::Header::HELLO);
  ASSERT_EQ(dealer.send({}, header, {}), Socket::Sent::kOk);
  std::string peer;
  Bytes body;
  ASSERT_TRUE(
      eventually([&] { return router->receive(peer, header, body) == Socket::Received::kFrame; }));
  EXPECT_FALSE(dealer.disconnected());
  router.reset();
  EXPECT_TRUE(eventually([&] { return dealer.disconnected(); }));
}

}  // namespace
}  // namespace kubus::testing
