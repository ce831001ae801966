#include "token/webhook_tokens.h"

#include <boost/json/value.hpp>
#include <map>
#include <mutex>
#include <utility>

#include "auth/digest_cache.h"
#include "auth/review_client.h"
#include "config/document.h"
#include "config/kubeconfig.h"
#include "kubus/api/json_value.h"
#include "metrics/token_cache_series.h"
#include "request/crowd.h"
#include "respond/json_members.h"

namespace kubus::apiserver {
namespace {

namespace json = boost::json;

using Holder = std::optional<TokenHolder>;

constexpr std::size_t kTokensKept = 8192;

// Somebody who waits for an answer, and hears one thing: that, or that they have left themselves.
class Waiter {
 public:
  using Done = RemoteTokenAuthenticator::Done;
  explicit Waiter(Done done) : done_(std::move(done)) {}

  static std::shared_ptr<Waiter> of(const http::AskerPtr& asker, Done done) {
    auto waiter = std::make_shared<Waiter>(std::move(done));
    if (asker)
      waiter->leaving_ = asker->on_leave([weak = std::weak_ptr(waiter)] {
        if (const auto self = weak.lock())
          self->tell(Status(Code::kCancelled, "context canceled"));
      });
    return waiter;
  }

  void tell(const Result<Holder>& holder) {
    Done done;
    {
      const std::lock_guard lock(mutex_);
      std::swap(done, done_);
    }
    if (done) done(holder);
  }

 private:
  std::mutex mutex_;
  Done done_;
  Registration leaving_;
};

// What is known, and what is being asked. Answers may come after the authenticator has ended.
class Reviews {
 public:
  using Cache = DigestCache<Holder>;
  struct Question {
    const CrowdPtr crowd = std::make_shared<Crowd>();
    std::vector<std::shared_ptr<Waiter>> waiting;
  };
  using QuestionPtr = std::shared_ptr<Question>;

  explicit Reviews(std::chrono::nanoseconds ttl) : ttl_(ttl), known_(kTokensKept) {}

  std::optional<Holder> find(const Cache::Digest& digest) {
    return known_.find(digest, std::chrono::steady_clock::now());
  }
  // For the first who waits for this what it has to ask; null for all others.
  QuestionPtr wait(const Cache::Digest& digest, const http::AskerPtr& asker, Waiter::Done done) {
    auto waiter = Waiter::of(asker, std::move(done));
    QuestionPtr question;
    bool first = false;
    {
      const std::lock_guard lock(mutex_);
      auto& open = open_[digest];
      first = !open || !open->crowd->enter();
      if (first) open = std::make_shared<Question>();
      open->waiting.push_back(std::move(waiter));
      question = open;
    }
    question->crowd->watch(asker);
    return first ? question : nullptr;
  }
  // Troubles are not remembered.
  void settle(const Cache::Digest& digest, const QuestionPtr& question,
              const Result<Holder>& holder) {
    if (holder.ok()) known_.put(digest, *holder, std::chrono::steady_clock::now() + ttl_);
    decltype(question->waiting) waiting;
    {
      const std::lock_guard lock(mutex_);
      waiting.swap(question->waiting);
      // One that was given up may have been asked anew.
      if (const auto open = open_.find(digest); open != open_.end() && open->second == question)
        open_.erase(open);
    }
    for (const auto& one : waiting) one->tell(holder);
  }
  // Those whose question is never answered.
  void abandon() {
    std::vector<std::shared_ptr<Waiter>> all;
    {
      const std::lock_guard lock(mutex_);
      for (auto& [digest, question] : std::exchange(open_, {}))
        all.insert(all.end(), question->waiting.begin(), question->waiting.end());
    }
    for (const auto& one : all)
      one->tell(Status(Code::kUnavailable, "the server is about to end"));
  }

 private:
  const std::chrono::nanoseconds ttl_;
  Cache known_;
  std::mutex mutex_;
  std::map<Cache::Digest, QuestionPtr> open_;
};

// One that waits for an answer, and is counted until it has it.
RemoteTokenAuthenticator::Done counted(RemoteTokenAuthenticator::Done done,
                                       std::chrono::steady_clock::time_point begun) {
  return [done = std::move(done), begun, waiting = token_blocked()](Result<Holder> holder) mutable {
    waiting = Counted();
    count_token_lookup(false, begun);
    done(std::move(holder));
  };
}

class WebhookTokens final : public RemoteTokenAuthenticator {
 public:
  WebhookTokens(Context& context, config::RemoteServer server, const TokenWebhookOptions& options,
                Audiences own)
      : context_(context),
        version_(options.version),
        own_(std::move(own)),
        reviews_(std::make_shared<Reviews>(options.ttl)),
        client_(context, std::move(server), "authn-webhook") {}

  void authenticate(const std::string& token, const Audiences& audiences,
                    const http::AskerPtr& asker, Done done) override {
    const auto begun = std::chrono::steady_clock::now();
    auto question = token_review_json(version_, token, audiences);
    const auto digest = Reviews::Cache::digest_of(question);
    if (auto known = reviews_->find(digest)) {
      count_token_lookup(true, begun);
      return done(std::move(*known));
    }
    const auto open = reviews_->wait(digest, asker, counted(std::move(done), begun));
    if (!open) return;
    client_.ask(std::move(question), open->crowd->asker(),
                [&log = context_.log(), reviews = reviews_, digest, open, audiences, own = own_,
                 asking = token_in_flight()](const Result<json::object>& answer) mutable {
                  auto holder = answer.ok() ? read_token_review(*answer, audiences, own)
                                            : Result<Holder>(answer.status());
                  if (!answer.ok() && !open->crowd->asker()->left())
                    log.error("the webhook for tokens gives no answer",
                              {{"error", answer.status().message()}});
                  asking = Counted();
                  count_token_fetch(holder.ok());
                  reviews->settle(digest, open, holder);
                });
  }
  void close() override {
    client_.close();
    reviews_->abandon();
  }

 private:
  Context& context_;
  const std::string version_;
  const Audiences own_;
  const std::shared_ptr<Reviews> reviews_;
  ReviewClient client_;
};

bool is_true(const json::object& object, std::string_view member) {
  const auto* value = object.if_contains(member);
  return value && value->is_bool() && value->get_bool();
}

const json::object& object_of(const json::object& object, std::string_view member) {
  static const json::object kNone;
  const auto* value = object.if_contains(member);
  return value && value->is_object() ? value->get_object() : kNone;
}

Result<Identity> read_user(const json::object& user) {
  Identity identity;
  identity.name = config::text_of(user, "username");
  identity.uid = config::text_of(user, "uid");
  auto groups = config::texts_of(user, "groups", "status.user");
  if (!groups.ok()) return groups.status();
  identity.groups = std::move(*groups);
  const auto& extra = object_of(user, "extra");
  for (const auto& member : extra) {
    auto values = config::texts_of(extra, member.key(), "status.user.extra");
    if (!values.ok()) return values.status();
    identity.extra.emplace(member.key(), std::move(*values));
  }
  return identity;
}

}  // namespace

std::string token_review_json(const std::string& version, const std::string& token,
                              const Audiences& audiences) {
  json::object spec{{"token", token}};
  if (!audiences.empty()) spec["audiences"] = strings(audiences);
  json::object review;
  review["kind"] = "TokenReview";
  review["apiVersion"] = "authentication.k8s.io/" + version;
  review["metadata"] = json::object();
  review["spec"] = std::move(spec);
  review["status"] = json::object{{"user", json::object()}};
  std::string text;
  append_json(review, text);
  return text;
}

Result<std::optional<TokenHolder>> read_token_review(const json::object& review,
                                                     const Audiences& wanted,
                                                     const Audiences& own) {
  const auto& status = object_of(review, "status");
  auto named = config::texts_of(status, "audiences", "status");
  if (!named.ok()) return named.status();
  TokenHolder holder;
  holder.audiences = intersection(wanted, named->empty() ? own : *named);
  if (holder.audiences.empty()) return Holder();
  if (!is_true(status, "authenticated")) {
    auto why = config::text_of(status, "error");
    if (why.empty()) return Holder();
    return Status(Code::kUnauthorized, std::move(why));
  }
  auto identity = read_user(object_of(status, "user"));
  if (!identity.ok()) return identity.status();
  holder.identity = std::move(*identity);
  return Holder(std::move(holder));
}

Result<std::shared_ptr<RemoteTokenAuthenticator>> make_webhook_tokens(
    Context& context, const TokenWebhookOptions& options, Audiences own) {
  auto server = config::read_kubeconfig(options.config_file);
  if (!server.ok()) return server.status().annotate("authentication_token_webhook_config_file");
  std::shared_ptr<RemoteTokenAuthenticator> made =
      std::make_shared<WebhookTokens>(context, std::move(*server), options, std::move(own));
  return made;
}

}  // namespace kubus::apiserver
