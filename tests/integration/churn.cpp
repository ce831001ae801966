#include "churn.h"

namespace kubus::integration {
namespace {

constexpr int kAtATime = 3;
constexpr std::size_t kShownFailures = 20;

std::string name_of(int number) { return "churn-" + std::to_string(number); }

ApiClient::RawRequest deployment(std::string verb, std::string name) {
  ApiClient::RawRequest request;
  request.verb = std::move(verb);
  request.group = "apps";
  request.version = "v1";
  request.resource = "deployments";
  request.ns = "default";
  request.name = std::move(name);
  return request;
}

std::string body_of(const std::string& name) {
  return R"({"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":")" + name +
         R"("},"spec":{"replicas":1,"selector":{"matchLabels":{"app":")" + name +
         R"("}},"template":{"metadata":{"labels":{"app":")" + name +
         R"("}},"spec":{"terminationGracePeriodSeconds":0,"containers":[{"name":"web","image":"demo:1.0"}]}}}})";
}

}  // namespace

Churn::Churn(const Cluster& cluster)
    : host_(cluster.connect()),
      client_(ApiClient::of(host_->self().context())),
      thread_([this] { run(); }) {}

const std::vector<std::string>& Churn::stop() {
  stopped_ = true;
  if (thread_.joinable()) thread_.join();
  return failures_;
}

void Churn::run() {
  auto next = std::chrono::steady_clock::now();
  for (int number = 1; !stopped_; ++number) {
    step(number);
    number_ = number;
    next = std::max(next + std::chrono::milliseconds(250), std::chrono::steady_clock::now());
    std::this_thread::sleep_until(next);
  }
}

void Churn::step(int number) {
  auto create = deployment("create", "");
  create.body = body_of(name_of(number));
  call("create " + name_of(number), std::move(create));
  auto scale = deployment("patch", name_of(number));
  scale.patch_type = "application/merge-patch+json";
  scale.body = R"({"spec":{"replicas":2}})";
  call("scale " + name_of(number), std::move(scale));
  if (number > kAtATime)
    call("delete " + name_of(number - kAtATime), deployment("delete", name_of(number - kAtATime)));
}

void Churn::call(const std::string& what, ApiClient::RawRequest request) {
  const auto reply = client_->raw(request);
  if (!reply.ok() && failures_.size() < kShownFailures)
    failures_.push_back(what + ": " + reply.status().to_string());
}

}  // namespace kubus::integration
