#include "auth/review_client.h"

#include <boost/json/value.hpp>
#include <chrono>
#include <mutex>
#include <utility>

#include "kubus/api/json_value.h"
#include "kubus/loop.h"
#include "proxy/url_target.h"
#include "respond/client_words.h"

namespace kubus::apiserver {
namespace {

constexpr int kTries = 5;
constexpr std::chrono::milliseconds kFirstPause{500};
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

// Outlives the client while answers are on their way.
struct ReviewClient::Shared {
  Context& context;
  const config::RemoteServer server;
  const std::chrono::milliseconds timeout;
  std::mutex mutex;
  std::unique_ptr<http::Client> client;  // null once closed

  bool closed() {
    const std::lock_guard lock(mutex);
    return client == nullptr;
  }
  bool send(http::ClientRequest request, http::Client::Done done) {
    const std::lock_guard lock(mutex);
    if (client) client->send(std::move(request), std::move(done));
    return client != nullptr;
  }
};

struct ReviewClient::Job {
  const std::shared_ptr<Shared> shared;
  const std::string review;
  const http::AskerPtr asker;
  Done done;
  int tries = 0;
  std::chrono::milliseconds pause = kFirstPause;
};

ReviewClient::ReviewClient(Context& context, config::RemoteServer server, const std::string& name,
                           std::chrono::milliseconds timeout)
    : shared_(new Shared{
          context, std::move(server), timeout, {}, std::make_unique<http::Client>(name)}) {}

ReviewClient::~ReviewClient() { close(); }

void ReviewClient::close() {
  std::unique_ptr<http::Client> client;  // ends without the lock: those who wait look for it
  const std::lock_guard lock(shared_->mutex);
  client.swap(shared_->client);
}

void ReviewClient::ask(std::string review, http::AskerPtr asker, Done done) {
  attempt(std::shared_ptr<Job>(
      new Job{shared_, std::move(review), std::move(asker), std::move(done)}));
}

void ReviewClient::attempt(const std::shared_ptr<Job>& job) {
  const auto& shared = *job->shared;
  auto request = request_to(shared.server.url);
  if (!request.ok()) return job->done(request.status());
  request->tls = shared.server.tls;
  request->server_name = shared.server.server_name;
  request->headers = shared.server.headers;
  request->headers.add("Content-Type", "application/json");
  request->headers.add("Accept", "application/json, */*");
  request->timeout = shared.timeout;
  request->most = kMostAnswer;
  request->body = job->review;
  request->asker = job->asker;
  ++job->tries;
  const bool sent =
      job->shared->send(std::move(*request), [job](const Result<http::Response>& response) {
        if (job->shared->closed() || job->tries == kTries || !is_passing(response))
          return job->done(read_answer(response, job->shared->server.url));
        const auto pause = std::exchange(job->pause, job->pause * 3 / 2);
        job->shared->context.loop().after(pause, [job] { attempt(job); }).detach();
      });
  if (!sent) job->done(Status(Code::kUnavailable, "the server is about to end"));
}

}  // namespace kubus::apiserver
