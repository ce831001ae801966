// A laboratory of network namespaces: each test works in one of its own without any route to the
// machine's uplink, with further ones as pods and as outside hosts. They are held by descriptors
// only and vanish with the test, however it ends.
//
// Thread safety: objects are used by the test's thread; servers answer on threads of their own.
#pragma once

#include <functional>
#include <string>
#include <thread>

namespace kubus::netlab {

// Empty when tests can run here; else the reason to skip.
std::string why_not();
// Moves the calling thread (and all it starts later) to a fresh namespace with only a loopback.
void enter_fresh_namespace();
// Runs a shell command; true if it succeeded.
bool shell(const std::string& command);
void write_sysctl(const std::string& path, const std::string& value);

// A network namespace.
class Space {
 public:
  Space();
  ~Space();
  Space(const Space&) = delete;
  Space& operator=(const Space&) = delete;
  // A path by which it can be opened while this object lives.
  std::string path() const;
  // Runs `body` inside, on a thread that ends before this returns.
  void run(const std::function<void()>& body) const;

 private:
  int fd_ = -1;
};

// Answers each connection or datagram with "<name> <address of the client>".
class Server {
 public:
  enum class Protocol { kTcp, kUdp };
  // On every address of the space; a null space is the calling thread's.
  Server(const Space* space, int port, std::string name, Protocol protocol = Protocol::kTcp);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

 private:
  void serve();
  std::string name_;
  bool datagrams_;
  int listener_ = -1;
  int stop_ = -1;
  std::thread thread_;
};

// The answer, or "refused", "timeout", "unreachable" or the system's words. `source_port` 0: any.
std::string ask(const Space* space, const std::string& address, int port,
                Server::Protocol protocol = Server::Protocol::kTcp, int source_port = 0);
// The first word of an answer.
std::string name_in(const std::string& answer);

}  // namespace kubus::netlab
