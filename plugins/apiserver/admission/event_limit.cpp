#include "admission/event_limit.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

namespace kubus::apiserver {
namespace {

constexpr std::array<std::string_view, 4> kEventLimitTypes = {"Server", "Namespace", "User",
                                                              "SourceAndObject"};

Status wrong_event_limit(std::string_view text, const char* why) {
  return Status(Code::kBadRequest,
                "apiserver.event_rate_limits: \"" + std::string(text) + "\": " + why);
}

}  // namespace

Result<EventLimit> EventLimit::parse(std::string_view text) {
  std::vector<std::string_view> parts;
  for (auto rest = text;;) {
    const auto colon = rest.find(':');
    parts.push_back(rest.substr(0, colon));
    if (colon == rest.npos) break;
    rest.remove_prefix(colon + 1);
  }
  if (parts.size() != 3 && parts.size() != 4)
    return wrong_event_limit(text, "not of the form TYPE:PER_SECOND:BURST or with :KEYS behind it");
  const auto type = std::find(kEventLimitTypes.begin(), kEventLimitTypes.end(), parts[0]);
  if (type == kEventLimitTypes.end())
    return wrong_event_limit(text, "the type is none of Server, Namespace, User, SourceAndObject");
  std::array<int, 3> numbers = {0, 0, 4096};
  for (std::size_t i = 1; i < parts.size(); ++i) {
    const auto* end = parts[i].data() + parts[i].size();
    const auto [stop, error] = std::from_chars(parts[i].data(), end, numbers[i - 1]);
    if (error != std::errc() || stop != end || numbers[i - 1] <= 0)
      return wrong_event_limit(text, "numbers are greater than zero");
  }
  EventLimit limit;
  limit.type = static_cast<Type>(type - kEventLimitTypes.begin());
  limit.per_second = numbers[0];
  limit.burst = numbers[1];
  limit.keys = static_cast<std::size_t>(numbers[2]);
  return limit;
}

std::string_view EventLimit::type_name() const {
  return kEventLimitTypes[static_cast<std::size_t>(type)];
}

bool EventBuckets::take(const std::string& key, Time now) {
  std::lock_guard lock(mutex_);
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) {
    if (buckets_.size() >= limit_.keys) {
      by_key_.erase(buckets_.back().key);
      buckets_.pop_back();
    }
    buckets_.push_front({key, static_cast<double>(limit_.burst), now});
    by_key_.emplace(key, buckets_.begin());
  } else {
    buckets_.splice(buckets_.begin(), buckets_, found->second);
  }
  auto& bucket = buckets_.front();
  const std::chrono::duration<double> passed = now - bucket.at;
  bucket.tokens =
      std::min<double>(limit_.burst, bucket.tokens + passed.count() * limit_.per_second);
  bucket.at = now;
  if (bucket.tokens < 1) return false;
  bucket.tokens -= 1;
  return true;
}

}  // namespace kubus::apiserver
