#include "oidc/issuer_keys.h"

#include <algorithm>
#include <boost/json.hpp>
#include <chrono>
#include <mutex>
#include <utility>

#include "kubus/api/json_value.h"
#include "kubus/http/client.h"
#include "kubus/loop.h"
#include "kubus/pki/files.h"
#include "proxy/url_target.h"

namespace kubus::apiserver::oidc {
namespace {

constexpr std::chrono::milliseconds kFirstWait{500};
constexpr std::chrono::milliseconds kMostWait{30'000};
constexpr std::chrono::seconds kBetweenFetches{1};
constexpr std::size_t kMostDocument = std::size_t{1} << 20;
constexpr const char* kMachineCas = "/etc/ssl/certs/ca-certificates.crt";

using Body = Result<std::string>;

Body body_of(const Result<http::Response>& response, const std::string& url) {
  if (!response.ok())
    return Status(Code::kUnavailable, "Get \"" + url + "\": " + response.status().message());
  std::string body;
  for (const auto& part : response->body) body += part.view();
  if (response->status != 200)
    return Status(Code::kUnavailable,
                  "Get \"" + url + "\": status " + std::to_string(response->status));
  return body;
}

// Where the keys are.
Result<std::string> read_discovery(const std::string& body, const std::string& issuer) {
  const auto wrong = [](std::string why) { return Status(Code::kInvalid, std::move(why)); };
  DecodeOptions options;
  options.max_depth = 16;
  boost::json::value tree;
  if (!parse_json(body, tree, options).ok() || !tree.is_object())
    return wrong("oidc: failed to decode provider discovery object");
  const auto text = [&](const char* name) {
    const auto* value = tree.get_object().if_contains(name);
    return value && value->is_string() ? std::string(value->get_string()) : std::string();
  };
  if (text("issuer") != issuer)
    return wrong("oidc: issuer did not match the issuer returned by provider, expected \"" +
                 issuer + "\" got \"" + text("issuer").substr(0, 1024) + "\"");
  auto uri = text("jwks_uri");
  if (!uri.starts_with("https://")) return wrong("oidc: jwks_uri is not a URL of https");
  return uri;
}

}  // namespace

// But for what the mutex guards, only the loop uses it.
struct IssuerKeys::State : std::enable_shared_from_this<State> {
  Context& context;
  const std::string issuer, discovery_url;
  const std::shared_ptr<const http::ClientTls> tls;
  http::Client client{"oidc"};
  std::string keys_url;  // empty until discovered
  std::chrono::milliseconds pause = kFirstWait;

  mutable std::mutex mutex;
  Keys keys;
  bool fetching = true;
  std::chrono::steady_clock::time_point fetched;
  std::vector<Done> waiting;

  State(Context& c, std::string i, std::string d, std::shared_ptr<const http::ClientTls> t)
      : context(c), issuer(std::move(i)), discovery_url(std::move(d)), tls(std::move(t)) {}

  void post(void (State::*step)()) {
    context.loop().post([weak = weak_from_this(), step] {
      if (const auto self = weak.lock()) (self.get()->*step)();
    });
  }

  // `then` runs on the loop: this object must not end on the thread of its own client.
  void get(const std::string& url, void (State::*then)(Body)) {
    auto request = request_to(url);
    if (!request.ok()) return (this->*then)(request.status());
    request->tls = tls;
    request->method = "GET";
    request->headers.add("Accept", "application/json");
    request->most = kMostDocument;
    client.send(std::move(*request), [&loop = context.loop(), weak = weak_from_this(), url,
                                      then](const Result<http::Response>& response) {
      loop.post([weak, then, body = body_of(response, url)]() mutable {
        if (const auto self = weak.lock()) (self.get()->*then)(std::move(body));
      });
    });
  }

  void discover() {
    if (!discovery_url.empty()) return get(discovery_url, &State::discovered);
    const auto base = issuer.substr(0, issuer.find_last_not_of('/') + 1);
    get(base + "/.well-known/openid-configuration", &State::discovered);
  }

  void discovered(Body body) {
    if (!body.ok()) return again(body.status(), &State::discover);
    auto url = read_discovery(*body, issuer);
    if (!url.ok()) return again(url.status(), &State::discover);
    keys_url = std::move(*url);
    fetch();
  }

  void fetch() { get(keys_url, &State::have_keys); }

  void have_keys(Body body) {
    if (!body.ok()) return no_keys(body.status());
    auto read = pki::VerifyingKey::parse_jwks(*body);
    if (!read.ok()) return no_keys(read.status());
    settle(Status(), std::make_shared<const std::vector<pki::VerifyingKey>>(std::move(*read)));
  }

  // Those from before stay; the next token by an unknown key asks for them again.
  void no_keys(const Status& status) {
    if (!has_keys()) return again(status, &State::discover);
    warn(status);
    settle(status, nullptr);
  }

  // The fetch is over: those who wait go on, with the new keys if there are any.
  void settle(const Status& status, Keys fresh) {
    std::vector<Done> all;
    {
      const std::lock_guard lock(mutex);
      if (fresh) keys = std::move(fresh);
      fetched = std::chrono::steady_clock::now();
      fetching = false;
      all.swap(waiting);
    }
    for (auto& done : all) done(status);
  }

  bool has_keys() const {
    const std::lock_guard lock(mutex);
    return keys != nullptr;
  }

  void again(const Status& status, void (State::*step)()) {
    warn(status);
    after(std::exchange(pause, std::min(pause * 2, kMostWait)), step);
  }

  void after(Duration wait, void (State::*step)()) {
    context.loop()
        .after(wait, [weak = weak_from_this(), step] {
          if (const auto self = weak.lock()) (self.get()->*step)();
        })
        .detach();
  }

  void warn(const Status& status) const {
    context.log().warn("keys of the oidc issuer not fetched",
                       {{"issuer", issuer}, {"error", status.message()}});
  }
};

Result<std::unique_ptr<IssuerKeys>> IssuerKeys::start(Context& context, const std::string& issuer,
                                                      const std::string& discovery_url,
                                                      std::string ca_pem) {
  // Without any CA the client would believe every certificate.
  if (ca_pem.empty()) {
    auto cas = pki::read_file(kMachineCas);
    if (!cas.ok()) return cas.status();
    ca_pem = std::move(*cas);
  }
  if (ca_pem.find("BEGIN CERTIFICATE") == std::string::npos)
    return Status(Code::kInvalid, "the file has no certificate");
  auto tls = http::ClientTls::make("", "", ca_pem);
  if (!tls.ok()) return tls.status();
  auto state = std::make_shared<State>(context, issuer, discovery_url, std::move(*tls));
  state->post(&State::discover);
  return std::unique_ptr<IssuerKeys>(new IssuerKeys(std::move(state)));
}

IssuerKeys::~IssuerKeys() = default;

IssuerKeys::Keys IssuerKeys::keys() const {
  const std::lock_guard lock(state_->mutex);
  return state_->keys;
}

void IssuerKeys::refresh(Done done) {
  std::chrono::steady_clock::time_point due;
  {
    const std::lock_guard lock(state_->mutex);
    state_->waiting.push_back(std::move(done));
    if (std::exchange(state_->fetching, true)) return;
    due = state_->fetched + kBetweenFetches;
  }
  const auto wait = due - std::chrono::steady_clock::now();
  if (wait <= Duration::zero()) return state_->post(&State::fetch);
  state_->after(wait, &State::fetch);
}

void IssuerKeys::when_fetched(Done done) {
  {
    const std::lock_guard lock(state_->mutex);
    if (!state_->keys) return state_->waiting.push_back(std::move(done));
  }
  done(Status());
}

void IssuerKeys::close() {
  std::vector<Done> all;
  {
    const std::lock_guard lock(state_->mutex);
    all.swap(state_->waiting);
  }
  for (auto& done : all) done(Status(Code::kUnavailable, "the server is about to end"));
}

}  // namespace kubus::apiserver::oidc
