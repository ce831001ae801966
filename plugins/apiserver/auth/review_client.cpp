#include "auth/review_client.h"

#include <boost/json/value.hpp>
#include <chrono>
#include <utility>

#include "kubus/api/json_value.h"
#include "kubus/loop.h"
#include "proxy/url_target.h"
#include "respond/client_words.h"

namespace kubus::apiserver {
namespace {

constexpr int kTries = 5;
constexpr std::chrono::milliseconds kFirstPause{500};
constexpr std::chrono::milliseconds kTimeout{30'000};  // of one try
constexpr std::size_t kMostAnswer = std::size_t{1} << 20;

// A connection that broke may do better next time; one that was refused will not so soon.
bool is_passing(const Result<http::Response>& response) {
  if (!response.ok())
    return response.code() == Code::kUnavailable &&
           !response.status().message().starts_with("dial ");
  return response->status == 429 || response->status == 500 || response->status == 504;
}

Result<boost::json::object> read_answer(const Result<http::Response>& response,
                                        const std::string& url) {
  const auto unusable = [](std::string why) {
    return Status(Code::kUnavailable, std::move(why));
  };
  if (!response.ok()) return unusable("Post \"" + url + "\": " + response.status().message());
  std::string body;
  for (const auto& part : response->body) body += part.view();
  if (response->status < 200 || response->status > 206)
    return unusable(words_of_failure(response->status, body));
  boost::json::value value;
  if (const auto parsed = parse_json(body, value); !parsed.ok())
    return unusable(parsed.message());
  if (!value.is_object()) return unusable("the answer is no object");
  return std::move(value.get_object());
}

}  // namespace

struct ReviewClient::Shared {
  Context& context;
  const std::shared_ptr<const config::RemoteServer> server;
  http::Client client;
};

struct ReviewClient::Job {
  Context& context;
  const std::shared_ptr<const config::RemoteServer> server;
  // Never locked on the client's own thread, which cannot end itself.
  const std::weak_ptr<Shared> shared;
  const std::string review;
  Done done;
  int tries = 0;
  std::chrono::milliseconds pause = kFirstPause;
};

ReviewClient::ReviewClient(Context& context, config::RemoteServer server, const std::string& name)
    : shared_(new Shared{context,
                         std::make_shared<const config::RemoteServer>(std::move(server)),
                         http::Client(name)}) {}
ReviewClient::~ReviewClient() = default;

void ReviewClient::ask(std::string review, Done done) {
  attempt(std::shared_ptr<Job>(new Job{
      shared_->context, shared_->server, shared_, std::move(review), std::move(done)}));
}

void ReviewClient::attempt(const std::shared_ptr<Job>& job) {
  const auto shared = job->shared.lock();
  if (!shared) return job->done(Status(Code::kUnavailable, "the server is about to end"));
  auto request = request_to(job->server->url);
  if (!request.ok()) return job->done(request.status());
  request->tls = job->server->tls;
  request->server_name = job->server->server_name;
  request->headers = job->server->headers;
  request->headers.add("Content-Type", "application/json");
  request->headers.add("Accept", "application/json, */*");
  request->timeout = kTimeout;
  request->most = kMostAnswer;
  request->body = job->review;
  ++job->tries;
  shared->client.send(std::move(*request), [job](const Result<http::Response>& response) {
    if (job->shared.expired() || job->tries == kTries || !is_passing(response))
      return job->done(read_answer(response, job->server->url));
    const auto pause = std::exchange(job->pause, job->pause * 3 / 2);
    job->context.loop().after(pause, [job] { attempt(job); }).detach();
  });
}

}  // namespace kubus::apiserver
