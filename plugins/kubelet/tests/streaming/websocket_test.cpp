// WebSocket sessions: a real server and TLS client, and a runtime that the test plays itself.
#include "streaming/websocket.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>

#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <boost/endian/conversion.hpp>
#include <filesystem>
#include <thread>

#include "kubus/http/server.h"
#include "kubus/pki/certificate.h"
#include "kubus/runtime.h"
#include "streaming/bridge.h"

namespace kubus::kubelet {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;
using Local = asio::local::stream_protocol;

// Offers the session behind a socket to whoever asks.
class SessionServer final : public http::Handler {
 public:
  explicit SessionServer(SessionOffer offer) : offer_(std::move(offer)) {}
  void handle(std::shared_ptr<http::Exchange> exchange) override {
    const auto options = parse_stream_options(http::Query::parse(exchange->request().query()));
    const auto dialect = choose_dialect(exchange->request());
    ASSERT_TRUE(options.ok() && dialect);
    open_websocket(exchange, *options, *dialect,
                   [offer = offer_](std::unique_ptr<RemoteChannels> channels) {
                     run_session(std::move(channels), offer);
                   });
  }
  http::Response failure(int status, std::string) override { return {status, {}, {}}; }

 private:
  const SessionOffer offer_;
};

class WebSocketTest : public ::testing::Test {
 protected:
  using Frame = std::pair<runtime::Frame, std::string>;
  using Client = beast::websocket::stream<asio::ssl::stream<tcp::socket>>;

  void SetUp() override {
    path_ = ::testing::TempDir() + "/session-" + std::to_string(::getpid());
    std::filesystem::remove(path_);
    runtime_.emplace(io_, Local::endpoint(path_));
    start({path_, "", "failed: "});
  }
  void start(const SessionOffer& offer) {
    const auto ca = *pki::make_ca("test", std::chrono::hours(1));
    pki::Request request;
    request.subject.common_name = "server";
    request.use = pki::Use::kServer;
    request.addresses = {"127.0.0.1"};
    const auto pair = *pki::issue(ca, request);
    handler_ = std::make_unique<SessionServer>(offer);
    http::ServerOptions options;
    options.address = "127.0.0.1";
    options.port = 0;
    server_ = std::make_unique<http::Server>(
        options, *http::ServerTls::make(pair.certificate_pem, pair.key_pem, ""), *handler_);
    ASSERT_TRUE(server_->start().ok());
  }
  void TearDown() override {
    // Returns early only when no session is left.
    server_->stop(std::chrono::minutes(1));
    std::filesystem::remove(path_);
  }

  // Connects and takes the message that tells so.
  void connect(const std::string& protocol, const std::string& query = "input=1&output=1&error=1") {
    client_.emplace(io_, tls_);
    client_->next_layer().next_layer().connect(
        tcp::endpoint(asio::ip::address_v4::loopback(), server_->port()));
    client_->next_layer().handshake(asio::ssl::stream_base::client);
    client_->set_option(beast::websocket::stream_base::decorator(
        [protocol](beast::websocket::request_type& request) {
          if (!protocol.empty()) request.set(beast::http::field::sec_websocket_protocol, protocol);
        }));
    beast::websocket::response_type response;
    client_->handshake(response, "node", "/exec/ns/pod/c?" + query);
    EXPECT_EQ(std::string(response[beast::http::field::sec_websocket_protocol]), protocol);
    client_->text(protocol.find("base64") != std::string::npos);
    greeting_ = receive();
  }
  void accept() { session_ = runtime_->accept(); }

  std::string receive() {
    beast::flat_buffer buffer;
    boost::system::error_code error;
    client_->read(buffer, error);
    return error ? "closed" : beast::buffers_to_string(buffer.data());
  }
  void send(const std::string& message) { client_->write(asio::buffer(message)); }

  Frame take_frame() {
    std::array<unsigned char, runtime::kFrameHeader> header;
    asio::read(*session_, asio::buffer(header));
    std::string payload(boost::endian::load_big_u32(header.data() + 1), '\0');
    asio::read(*session_, asio::buffer(payload));
    return {static_cast<runtime::Frame>(header[0]), payload};
  }
  void give_frame(runtime::Frame type, const std::string& payload) {
    std::array<unsigned char, runtime::kFrameHeader> header{static_cast<unsigned char>(type)};
    boost::endian::store_big_u32(header.data() + 1, static_cast<std::uint32_t>(payload.size()));
    asio::write(*session_, asio::buffer(header));
    asio::write(*session_, asio::buffer(payload));
  }
  void end(int exit_code, const std::string& error = "") {
    runtime::SessionEnd end;
    end.set_exit_code(exit_code);
    end.set_error(error);
    give_frame(runtime::Frame::kEnd, end.SerializeAsString());
    session_->close();
  }

  asio::io_context io_;
  asio::ssl::context tls_{asio::ssl::context::tls_client};
  std::string path_;
  std::optional<Local::acceptor> runtime_;
  std::optional<Local::socket> session_;
  std::unique_ptr<SessionServer> handler_;
  std::unique_ptr<http::Server> server_;
  std::optional<Client> client_;
  std::string greeting_;
};

std::string message(char channel, const std::string& data) { return channel + data; }

TEST_F(WebSocketTest, CarriesBothWaysAndTheExitCode) {
  connect("v4.channel.k8s.io");
  EXPECT_EQ(greeting_, message(1, ""));
  accept();
  send(message(0, "hello"));
  EXPECT_EQ(take_frame(), Frame(runtime::Frame::kStdin, "hello"));
  give_frame(runtime::Frame::kStdout, "out");
  EXPECT_EQ(receive(), message(1, "out"));
  give_frame(runtime::Frame::kStderr, "err");
  EXPECT_EQ(receive(), message(2, "err"));
  end(7);
  const auto status = receive();
  EXPECT_EQ(status.substr(0, 1), "\x03");
  EXPECT_NE(status.find(R"("reason":"NonZeroExitCode")"), std::string::npos) << status;
  EXPECT_NE(status.find(R"({"reason":"ExitCode","message":"7"})"), std::string::npos) << status;
  EXPECT_EQ(receive(), "closed");
}

TEST_F(WebSocketTest, ASuccessIsToldAsSuch) {
  connect("v5.channel.k8s.io");
  accept();
  end(0);
  EXPECT_EQ(receive(), message(3, R"({"metadata":{},"status":"Success"})"));
  EXPECT_EQ(receive(), "closed");
}

TEST_F(WebSocketTest, ResizesAndEndsStdin) {
  connect("v5.channel.k8s.io", "input=1&output=1&tty=1");
  accept();
  send(message(4, R"({"Width":100,"Height":30})"));
  EXPECT_EQ(take_frame(), Frame(runtime::Frame::kResize, std::string("\x00\x64\x00\x1e", 4)));
  send(message(4, "no size"));
  send(message('\xff', std::string(1, '\0')));
  EXPECT_EQ(take_frame(), Frame(runtime::Frame::kStdinEnd, ""));
  end(0);
  EXPECT_EQ(receive().substr(0, 1), "\x03");
}

TEST_F(WebSocketTest, SpeaksTheOldProtocols) {
  connect("base64.channel.k8s.io");
  EXPECT_EQ(greeting_, "1");
  accept();
  send("0aGk=");
  EXPECT_EQ(take_frame(), Frame(runtime::Frame::kStdin, "hi"));
  give_frame(runtime::Frame::kStdout, "out");
  EXPECT_EQ(receive(), "1b3V0");
  end(0);
  EXPECT_EQ(receive(), "closed") << "a success has no words";
}

TEST_F(WebSocketTest, WithoutAProtocolAnErrorIsToldInWords) {
  connect("");
  accept();
  end(1);
  EXPECT_EQ(receive(), message(3, "command terminated with non-zero exit code: exit status 1"));
}

TEST_F(WebSocketTest, AnErrorOfTheRuntimeIsAnInternalError) {
  connect("v4.channel.k8s.io");
  accept();
  end(0, "no such file");
  const auto status = receive();
  EXPECT_NE(status.find("Internal error occurred: failed: no such file"), std::string::npos)
      << status;
}

TEST_F(WebSocketTest, ARuntimeThatVanishesEndsTheSession) {
  connect("v4.channel.k8s.io");
  accept();
  session_->close();
  EXPECT_NE(receive().find("the session was cut off"), std::string::npos);
  EXPECT_EQ(receive(), "closed");
}

TEST_F(WebSocketTest, AClientThatVanishesEndsTheSession) {
  connect("v4.channel.k8s.io");
  accept();
  client_->next_layer().next_layer().close();
  char byte = 0;
  boost::system::error_code error;
  asio::read(*session_, asio::buffer(&byte, 1), error);
  EXPECT_EQ(error, asio::error::eof);
}

TEST_F(WebSocketTest, AStoppingServerEndsSessions) {
  connect("v4.channel.k8s.io");
  accept();
  server_->stop(std::chrono::minutes(1));
  char byte = 0;
  boost::system::error_code error;
  asio::read(*session_, asio::buffer(&byte, 1), error);
  EXPECT_EQ(error, asio::error::eof);
}

TEST_F(WebSocketTest, ASessionThatCannotBeginIsToldOnTheErrorChannel) {
  server_->stop(std::chrono::seconds(0));
  start({"", "unable to upgrade connection: gone", ""});
  connect("v4.channel.k8s.io");
  const auto status = receive();
  EXPECT_NE(status.find("Internal error occurred: unable to upgrade connection: gone"),
            std::string::npos)
      << status;
  EXPECT_EQ(receive(), "closed");
}

TEST_F(WebSocketTest, AClientThatReadsNothingHoldsTheRuntimeBack) {
  connect("v4.channel.k8s.io");
  accept();
  session_->non_blocking(true);
  const std::string block(runtime::kFrameHeader + 100'000, '\0');
  std::string frame = block;
  frame[0] = static_cast<char>(runtime::Frame::kStdout);
  boost::endian::store_big_u32(reinterpret_cast<unsigned char*>(frame.data()) + 1, 100'000);
  std::size_t sent = 0, at = 0;
  boost::system::error_code error;
  // What fits is bounded by what the kernel and one frame hold.
  constexpr std::size_t kMuch = 256'000'000;
  while (sent < kMuch) {
    const auto size =
        session_->write_some(asio::buffer(frame.data() + at, frame.size() - at), error);
    sent += size;
    at = (at + size) % frame.size();
    if (error != asio::error::would_block) continue;
    pollfd room{session_->native_handle(), POLLOUT, 0};
    if (::poll(&room, 1, 500) == 0) break;
  }
  EXPECT_LT(sent, kMuch);
  std::size_t received = 0;
  std::thread reader([&] {
    for (std::string text; (text = receive())[0] == 1;) received += text.size() - 1;
  });
  session_->non_blocking(false);
  asio::write(*session_, asio::buffer(frame.data() + at, frame.size() - at));
  end(0);
  reader.join();
  EXPECT_EQ(received, (sent + frame.size() - at) / frame.size() * 100'000);
}

struct DialectCase {
  const char* offered;
  const char* chosen;  // null: none
};

TEST(WebSocketDialects, TheClientsFirstKnownOneIsChosen) {
  const DialectCase cases[] = {
      {"v5.channel.k8s.io", "v5.channel.k8s.io"},
      {"v9.channel.k8s.io, v4.channel.k8s.io", "v4.channel.k8s.io"},
      {"channel.k8s.io,v4.channel.k8s.io", "channel.k8s.io"},
      {"", ""},
      {"soap", nullptr},
  };
  for (const auto& test : cases) {
    SCOPED_TRACE(test.offered);
    http::Request request;
    request.headers.add("Sec-WebSocket-Protocol", test.offered);
    const auto dialect = choose_dialect(request);
    ASSERT_EQ(dialect.has_value(), test.chosen != nullptr);
    if (dialect) EXPECT_EQ(dialect->name, test.chosen);
  }
}

}  // namespace
}  // namespace kubus::kubelet
