#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "kubus/runtime.h"
#include "lab.h"
#include "streams.h"

namespace kubus::runtime_oci::test {
namespace {

// The kubelet's side of a session.
class Client {
 public:
  explicit Client(const Result<std::string>& socket) {
    EXPECT_TRUE(socket.ok()) << socket.status().to_string();
    if (!socket.ok()) return;
    auto connected = connect_unix(*socket, SOCK_STREAM);
    EXPECT_TRUE(connected.ok()) << connected.status().to_string();
    if (connected.ok()) fd_ = std::move(*connected);
  }
  void send(runtime::Frame type, const std::string& data) {
    std::string frame(1, static_cast<char>(type));
    for (int shift = 24; shift >= 0; shift -= 8) frame += static_cast<char>(data.size() >> shift);
    EXPECT_TRUE(write_all(fd_.get(), frame + data).ok());
  }
  // Reads frames until `enough`, the end frame, or the end of the stream.
  void read(const std::function<bool()>& enough) {
    while (!enough() && !ended && fill()) {
    }
  }
  void read_to_end() {
    read([] { return false; });
    EXPECT_TRUE(ended);
  }
  void close() { fd_.reset(); }
  int fd() const { return fd_.get(); }

  std::string out;
  std::string err;
  runtime::SessionEnd end;
  bool ended = false;

 private:
  bool fill() {
    pollfd poll_fd{fd_.get(), POLLIN, 0};
    char chunk[65536];
    if (::poll(&poll_fd, 1, 60'000) <= 0) return false;
    const ssize_t got = ::read(fd_.get(), chunk, sizeof chunk);
    if (got <= 0) return false;
    buffer_.append(chunk, static_cast<std::size_t>(got));
    while (buffer_.size() >= 5) {
      std::size_t length = 0;
      for (int i = 1; i < 5; ++i) length = length << 8 | static_cast<unsigned char>(buffer_[i]);
      if (buffer_.size() < 5 + length) break;
      take(static_cast<runtime::Frame>(buffer_[0]), buffer_.substr(5, length));
      buffer_.erase(0, 5 + length);
    }
    return true;
  }
  void take(runtime::Frame type, const std::string& data) {
    if (type == runtime::Frame::kStdout) out += data;
    if (type == runtime::Frame::kStderr) err += data;
    if (type == runtime::Frame::kEnd) ended = end.ParseFromString(data);
  }
  UniqueFd fd_;
  std::string buffer_;
};

class SessionTest : public Lab {
 protected:
  runtime::ExecRequest request(const std::string& id, const std::string& script) {
    runtime::ExecRequest result;
    result.set_id(id);
    for (const std::string word : {std::string("sh"), std::string("-c"), script})
      result.add_command(word);
    result.set_stdin(true);
    result.set_stdout(true);
    result.set_stderr(true);
    return result;
  }
  std::string start() { return run_script(run_sandbox(), "exec sleep 1000"); }
};

TEST_F(SessionTest, ExecCarriesAllThreeStreamsAndTheExitCode) {
  const auto id = start();
  Client client(rt().sessions().exec(request(id, "cat; echo problem >&2; exit 9")));
  client.send(runtime::Frame::kStdin, "hello\n");
  client.read([&] { return client.out == "hello\n"; });
  client.send(runtime::Frame::kStdinEnd, "");
  client.read_to_end();
  EXPECT_EQ(client.out, "hello\n");
  EXPECT_EQ(client.err, "problem\n");
  EXPECT_EQ(client.end.exit_code(), 9);
  EXPECT_EQ(client.end.error(), "");
}

TEST_F(SessionTest, ExecMovesMuchDataBothWays) {
  const auto id = start();
  Client client(rt().sessions().exec(request(id, "cat")));
  std::string data;
  for (int i = 0; data.size() < (3u << 20); ++i) data += std::to_string(i) + "\n";
  for (std::size_t at = 0; at < data.size(); at += 100'000) {
    const auto until = at;
    client.send(runtime::Frame::kStdin, data.substr(at, 100'000));
    client.read([&] { return client.out.size() >= until; });
  }
  client.send(runtime::Frame::kStdinEnd, "");
  client.read_to_end();
  EXPECT_TRUE(client.out == data);
  EXPECT_EQ(client.end.exit_code(), 0);
}

TEST_F(SessionTest, ExecWithATerminalHasItsSizeAndEchoes) {
  const auto id = start();
  auto wanted = request(id, "test -t 0 && echo terminal; read x; stty size; exit 4");
  wanted.set_tty(true);
  Client client(rt().sessions().exec(wanted));
  client.read([&] { return client.out.find("terminal") != std::string::npos; });
  client.send(runtime::Frame::kResize, std::string("\x00\x64\x00\x1e", 4));
  client.send(runtime::Frame::kStdin, "go\n");
  client.read_to_end();
  EXPECT_NE(client.out.find("go\r\n"), std::string::npos) << client.out;
  EXPECT_NE(client.out.find("30 100"), std::string::npos) << client.out;
  EXPECT_EQ(client.end.exit_code(), 4);
}

TEST_F(SessionTest, ATerminalHasItsSizeBeforeTheProcessRuns) {
  const auto id = start();
  auto wanted = request(id, "stty size; read x; echo got $x");
  wanted.set_tty(true);
  Client client(rt().sessions().exec(wanted));
  // What is typed before the size has arrived is not lost.
  client.send(runtime::Frame::kStdin, "ahead\n");
  client.send(runtime::Frame::kResize, std::string("\x00\x64\x00\x1e", 4));
  client.read_to_end();
  EXPECT_NE(client.out.find("30 100\r\n"), std::string::npos) << client.out;
  EXPECT_NE(client.out.find("got ahead\r\n"), std::string::npos) << client.out;
  EXPECT_EQ(client.end.exit_code(), 0);
}

TEST_F(SessionTest, ACommandThatCannotBeGivenATerminalSaysWhy) {
  const auto id = start();
  struct Case {
    std::string command, error;
  };
  const Case cases[] = {
      {"nothing", "executable file `nothing` not found in $PATH: No such file or directory"},
      {"/no/such/program", "executable file `/no/such/program`: No such file or directory"},
      {"/bin", "executable file `/bin`: Permission denied"}};
  for (const auto& c : cases) {
    runtime::ExecRequest wanted;
    wanted.set_id(id);
    wanted.add_command(c.command);
    wanted.set_tty(true);
    Client client(rt().sessions().exec(wanted));
    client.send(runtime::Frame::kResize, std::string("\x00\x64\x00\x1e", 4));
    client.read_to_end();
    EXPECT_EQ(client.end.exit_code(), 126);
    EXPECT_EQ(client.end.error(), c.error);
  }
}

TEST_F(SessionTest, ATerminalOfAClientThatTellsNoSizeStartsAllTheSame) {
  const auto id = start();
  auto wanted = request(id, "test -t 0 && echo terminal");
  wanted.set_tty(true);
  Client client(rt().sessions().exec(wanted));
  client.read_to_end();
  EXPECT_EQ(client.out, "terminal\r\n");
}

TEST_F(SessionTest, ExecThatCannotStartSaysWhyOnce) {
  const auto id = start();
  const std::pair<std::string, std::string> cases[] = {
      {"nothing", "`nothing` not found in $PATH"},
      {"/no/such/program", "/no/such/program"},
      {"/bin", "not permitted"}};
  for (const auto& [command, why] : cases) {
    runtime::ExecRequest wanted;
    wanted.set_id(id);
    wanted.add_command(command);
    wanted.set_stdout(true);
    wanted.set_stderr(true);
    Client client(rt().sessions().exec(wanted));
    client.read_to_end();
    EXPECT_EQ(client.end.exit_code(), 126) << command;
    EXPECT_NE(client.end.error().find(why), std::string::npos) << client.end.error();
    EXPECT_EQ(client.out + client.err, "") << "it is told with the end";
  }
}

TEST_F(SessionTest, LeavingEndsTheProcess) {
  const auto id = start();
  Client client(rt().sessions().exec(request(id, "echo up; exec sleep 777")));
  client.read([&] { return client.out == "up\n"; });
  client.close();
  const auto gone = [&] {
    const auto look = exec(id, {"sh", "-c", "cat /proc/[0-9]*/cmdline | grep -aq 'slee[p].777'"});
    return look.ok() && look->exit_code() != 0;
  };
  eventually(gone, "the process ends");
}

TEST_F(SessionTest, RubbishOnTheSocketEndsTheSession) {
  const auto id = start();
  Client client(rt().sessions().exec(request(id, "cat")));
  EXPECT_TRUE(write_all(client.fd(), std::string(64, '\xff')).ok());
  client.read([] { return false; });
  EXPECT_EQ(exec(id, {"true"})->exit_code(), 0);
}

TEST_F(SessionTest, SeveralClientsAttachAndSeeTheSame) {
  const auto sandbox = run_sandbox();
  auto config = container_config("while read line; do echo got $line; echo e >&2; done; echo over");
  config.set_stdin(true);
  const auto id = run_container(sandbox, config);
  runtime::AttachRequest wanted;
  wanted.set_id(id);
  wanted.set_stdin(true);
  wanted.set_stdout(true);
  wanted.set_stderr(true);
  Client first(rt().sessions().attach(wanted));
  wanted.set_stdin(false);
  Client second(rt().sessions().attach(wanted));
  // The second has been taken in once it sees what the first sends again and again.
  for (int i = 0; second.out.find("got hi") == std::string::npos && i < 100; ++i) {
    first.send(runtime::Frame::kStdin, "hi\n");
    pollfd poll_fd{second.fd(), POLLIN, 0};
    if (::poll(&poll_fd, 1, 100) > 0)
      second.read([&] { return second.out.find("got hi") != std::string::npos; });
  }
  first.read([&] { return first.out.find("got hi") != std::string::npos; });
  EXPECT_NE(first.out.find("got hi\n"), std::string::npos);
  EXPECT_NE(second.out.find("got hi\n"), std::string::npos);
  second.close();
  first.close();
  EXPECT_EQ(status(id).state(), runtime::CONTAINER_RUNNING) << "detaching ends nothing";
}

TEST_F(SessionTest, StdinOnceEndsWithItsFirstClient) {
  const auto sandbox = run_sandbox();
  auto config = container_config("cat; exit 6");
  config.set_stdin(true);
  config.set_stdin_once(true);
  const auto id = run_container(sandbox, config);
  runtime::AttachRequest wanted;
  wanted.set_id(id);
  wanted.set_stdin(true);
  wanted.set_stdout(true);
  Client client(rt().sessions().attach(wanted));
  client.send(runtime::Frame::kStdin, "text\n");
  client.read([&] { return client.out == "text\n"; });
  client.send(runtime::Frame::kStdinEnd, "");
  EXPECT_EQ(wait_exit(id).exit_code(), 6);
  client.read_to_end();
}

TEST_F(SessionTest, AttachToATerminalResizesIt) {
  const auto sandbox = run_sandbox();
  auto config = container_config("read x; stty size; sleep 1000");
  config.set_stdin(true);
  config.set_tty(true);
  const auto id = run_container(sandbox, config);
  runtime::AttachRequest wanted;
  wanted.set_id(id);
  wanted.set_stdin(true);
  wanted.set_stdout(true);
  wanted.set_tty(true);
  Client client(rt().sessions().attach(wanted));
  client.send(runtime::Frame::kResize, std::string("\x00\x50\x00\x19", 4));
  eventually(
      [&] {
        return exec(id, {"sh", "-c", "stty size < /proc/1/fd/0"})->stdout() == "25 80\n";
      },
      "the size arrives");
  client.send(runtime::Frame::kStdin, "x\n");
  client.read([&] { return client.out.find("25 80") != std::string::npos; });
  EXPECT_NE(client.out.find("25 80"), std::string::npos) << client.out;
}

TEST_F(SessionTest, PortForwardReachesTheSandboxesLoopback) {
  const auto sandbox = run_sandbox();
  const auto id = run_script(sandbox, "while true; do nc -l -p 8080 -e cat; done");
  runtime::PortForwardRequest wanted;
  wanted.set_sandbox_id(sandbox);
  wanted.set_port(8080);
  std::string echoed;
  eventually(
      [&] {
        const auto socket = rt().sessions().port_forward(wanted);
        if (!socket.ok()) return false;
        const auto fd = connect_unix(*socket, SOCK_STREAM);
        if (!fd.ok() || ::send(fd->get(), "ping", 4, MSG_NOSIGNAL) != 4) return false;
        ::shutdown(fd->get(), SHUT_WR);
        char buffer[64];
        echoed.clear();
        for (ssize_t got; (got = ::read(fd->get(), buffer, sizeof buffer)) > 0;)
          echoed.append(buffer, static_cast<std::size_t>(got));
        return echoed == "ping";
      },
      "an echo through the port");
  wanted.set_port(8081);
  const auto silent = rt().sessions().port_forward(wanted);
  EXPECT_EQ(silent.code(), Code::kServiceUnavailable);
  EXPECT_NE(silent.status().message().find(
                "failed to connect to localhost:8081 inside namespace \"" + sandbox +
                "\", IPv4: dial tcp4 127.0.0.1:8081: connect: "
                "connection refused IPv6 dial tcp6 [::1]:8081: "),
            std::string::npos)
      << silent.status().message();
  wanted.set_port(70'000);
  EXPECT_EQ(rt().sessions().port_forward(wanted).code(), Code::kInvalid);
  EXPECT_EQ(status(id).state(), runtime::CONTAINER_RUNNING);
}

}  // namespace
}  // namespace kubus::runtime_oci::test
