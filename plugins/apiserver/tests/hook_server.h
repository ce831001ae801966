// A webhook of the test's own: a real HTTPS server that answers by its path.
//
// Thread safety: all members from any thread.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "kubus/http/server.h"
#include "kubus/pki/certificate.h"

namespace kubus::apiserver {

class HookServer final : public http::Handler {
 public:
  // Its certificate is of `name`, and of the loopback address.
  explicit HookServer(const std::string& address = "127.0.0.1",
                      const std::string& name = "hooks.default.svc");
  ~HookServer() override;

  // What it answers at a path: the members of the response but for its uid, of the question.
  using Answer = std::function<std::string(const std::string& question)>;
  void on(const std::string& path, Answer answer);
  // The whole of what it answers; nothing: 500.
  void on_whole(const std::string& path, Answer answer);
  // Answers whatever is given, with that code, until one of the others says otherwise.
  void on_raw(const std::string& path, int code, std::string body);
  // Questions at that path stay without an answer until they are let go, or this object ends.
  void hang(const std::string& path);
  // Answers those that hang there, and all that come, as on() says.
  void let_go(const std::string& path);

  std::string url(const std::string& path) const;
  std::uint16_t port() const { return server_->port(); }
  // Of the CA, in base64.
  std::string ca_bundle() const;
  // How many of those that hang there nobody waits for any more.
  std::size_t given_up(const std::string& path) const;
  // All questions so far, without those at other paths.
  std::vector<std::string> questions(const std::string& path) const;

  void handle(std::shared_ptr<http::Exchange> exchange) override;
  http::Response failure(int status, std::string message) override;

 private:
  void answer(const std::shared_ptr<http::Exchange>& exchange);

  mutable std::mutex mutex_;
  std::map<std::string, Answer> answers_, whole_;
  std::map<std::string, std::pair<int, std::string>> raw_;
  std::map<std::string, std::vector<std::string>> questions_;
  std::map<std::string, std::size_t> given_up_;
  std::map<std::string, std::vector<std::shared_ptr<http::Exchange>>> hanging_;
  pki::Pair ca_;
  std::unique_ptr<http::Server> server_;
};

}  // namespace kubus::apiserver
