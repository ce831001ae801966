#include "tests/hook_server.h"

#include <boost/json.hpp>
#include <stdexcept>

#include "kubus/api/base64.h"

namespace kubus::apiserver {
namespace {

http::Response json_response(int code, std::string body) {
  http::Response response;
  response.status = code;
  response.headers.add("Content-Type", "application/json");
  response.body.emplace_back(std::move(body));
  return response;
}

}  // namespace

HookServer::HookServer(const std::string& address, const std::string& name)
    : ca_(*pki::make_ca("hooks", std::chrono::hours(1))) {
  pki::Request request;
  request.subject.common_name = "hooks";
  request.use = pki::Use::kServer;
  request.addresses = {"127.0.0.1"};
  request.dns_names = {name};
  const auto pair = *pki::issue(ca_, request);
  http::ServerOptions options;
  options.address = address;
  options.port = 0;
  server_ = std::make_unique<http::Server>(
      options, *http::ServerTls::make(pair.certificate_pem, pair.key_pem, {}), *this);
  if (const auto started = server_->start(); !started.ok())
    throw std::runtime_error(started.message());
}

HookServer::~HookServer() {
  server_->stop(std::chrono::milliseconds(100));
  // They belong to the server.
  hanging_.clear();
}

void HookServer::on(const std::string& path, Answer answer) {
  const std::lock_guard lock(mutex_);
  answers_[path] = std::move(answer);
  raw_.erase(path);
}

void HookServer::on_whole(const std::string& path, Answer answer) {
  const std::lock_guard lock(mutex_);
  whole_[path] = std::move(answer);
  raw_.erase(path);
}

void HookServer::on_raw(const std::string& path, int code, std::string body) {
  const std::lock_guard lock(mutex_);
  raw_[path] = {code, std::move(body)};
}

void HookServer::hang(const std::string& path) {
  const std::lock_guard lock(mutex_);
  hanging_[path];
}

void HookServer::let_go(const std::string& path) {
  std::vector<std::shared_ptr<http::Exchange>> kept;
  {
    const std::lock_guard lock(mutex_);
    kept = std::move(hanging_[path]);
    hanging_.erase(path);
  }
  for (const auto& exchange : kept) answer(exchange);
}

std::string HookServer::url(const std::string& path) const {
  return "https://127.0.0.1:" + std::to_string(port()) + path;
}

std::string HookServer::ca_bundle() const { return encode_base64(ca_.certificate_pem); }

std::vector<std::string> HookServer::questions(const std::string& path) const {
  const std::lock_guard lock(mutex_);
  const auto found = questions_.find(path);
  return found == questions_.end() ? std::vector<std::string>() : found->second;
}

std::size_t HookServer::given_up(const std::string& path) const {
  const std::lock_guard lock(mutex_);
  const auto found = given_up_.find(path);
  return found == given_up_.end() ? 0 : found->second;
}

void HookServer::handle(std::shared_ptr<http::Exchange> exchange) {
  const auto& request = exchange->request();
  const std::string path(request.path());
  {
    const std::lock_guard lock(mutex_);
    questions_[path].push_back(request.body);
    if (const auto hanging = hanging_.find(path); hanging != hanging_.end()) {
      exchange->on_leave([this, path] {
        const std::lock_guard inner(mutex_);
        ++given_up_[path];
      });
      return hanging->second.push_back(std::move(exchange));
    }
  }
  answer(exchange);
}

void HookServer::answer(const std::shared_ptr<http::Exchange>& exchange) {
  const auto& request = exchange->request();
  const std::string path(request.path());
  Answer answer, whole;
  {
    const std::lock_guard lock(mutex_);
    if (const auto raw = raw_.find(path); raw != raw_.end())
      return exchange->respond(json_response(raw->second.first, raw->second.second));
    if (const auto known = answers_.find(path); known != answers_.end()) answer = known->second;
    if (const auto known = whole_.find(path); known != whole_.end()) whole = known->second;
  }
  if (whole) {
    auto body = whole(request.body);
    const int code = body.empty() ? 500 : 200;
    return exchange->respond(json_response(code, std::move(body)));
  }
  if (!answer) return exchange->respond(json_response(404, ""));
  const auto question = boost::json::parse(request.body);
  const std::string uid(question.at_pointer("/request/uid").as_string());
  exchange->respond(json_response(
      200, R"({"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","response":{"uid":")" +
               uid + "\"," + answer(request.body) + "}}"));
}

http::Response HookServer::failure(int status, std::string message) {
  return json_response(status, std::move(message));
}

}  // namespace kubus::apiserver
