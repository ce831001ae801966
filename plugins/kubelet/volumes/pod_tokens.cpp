#include "pod_tokens.h"

#include <algorithm>
#include <random>

namespace kubus::kubelet {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t kHour = 3600;
constexpr auto kLongestUse = 24h;
constexpr int kMostJitter = 10;  // seconds, so that not all nodes ask at once
// A token that could not be renewed is tried again after this.
constexpr auto kAgain = 1min;

std::chrono::seconds jitter() {
  static thread_local std::minstd_rand random{std::random_device{}()};
  return std::chrono::seconds(std::uniform_int_distribution<int>(0, kMostJitter - 1)(random));
}

}  // namespace

PodTokens::Request PodTokens::request_for(const core_v1::Pod& pod,
                                          const core_v1::ServiceAccountTokenProjection& source) {
  Request request;
  auto& spec = *request.mutable_spec();
  if (!source.audience().empty()) spec.add_audiences(source.audience());
  spec.set_expirationseconds(source.has_expirationseconds() ? source.expirationseconds() : kHour);
  auto& bound = *spec.mutable_boundobjectref();
  bound.set_kind("Pod");
  bound.set_apiversion("v1");
  bound.set_name(pod.metadata().name());
  bound.set_uid(pod.metadata().uid());
  return request;
}

PodTokens::Token PodTokens::read(const Request& answer) const {
  Token token;
  token.text = answer.status().token();
  token.expires = to_time(answer.status().expirationtimestamp());
  const std::chrono::seconds life(answer.spec().expirationseconds());
  token.renew = std::min(token.expires - life / 5, token.expires - life + kLongestUse) - jitter();
  return token;
}

Result<std::string> PodTokens::get(const core_v1::Pod& pod,
                                   const core_v1::ServiceAccountTokenProjection& source) {
  const auto request = request_for(pod, source);
  const Key key{pod.metadata().uid(), source.audience(), request.spec().expirationseconds()};
  {
    const std::lock_guard lock(mutex_);
    const auto known = tokens_.find(key);
    if (known != tokens_.end() && clock_() < known->second.renew) return known->second.text;
  }
  auto answer = ask_(pod, request);
  const std::lock_guard lock(mutex_);
  if (answer.ok()) return (tokens_[key] = read(*answer)).text;
  const auto known = tokens_.find(key);
  if (known == tokens_.end() || clock_() >= known->second.expires)
    return answer.status().annotate("failed to fetch token");
  known->second.renew = clock_() + kAgain;
  return known->second.text;
}

std::optional<std::chrono::nanoseconds> PodTokens::due(const std::string& uid) const {
  std::optional<SystemTime> first;
  const std::lock_guard lock(mutex_);
  for (auto it = tokens_.lower_bound({uid, "", 0});
       it != tokens_.end() && std::get<0>(it->first) == uid; ++it)
    if (!first || it->second.renew < *first) first = it->second.renew;
  if (!first) return std::nullopt;
  return std::max<std::chrono::nanoseconds>(*first - clock_(), 1s);
}

void PodTokens::forget(const std::string& uid) {
  const std::lock_guard lock(mutex_);
  std::erase_if(tokens_, [&](const auto& one) { return std::get<0>(one.first) == uid; });
}

}  // namespace kubus::kubelet
