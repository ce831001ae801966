#include "metrics/authentication_series.h"

#include <algorithm>
#include <array>

#include "metrics/outcome_series.h"

namespace kubus::apiserver {
namespace {

// Users with a series of their own; there must not be one for each.
constexpr std::array<std::string_view, 5> kNamed = {
    "admin", "client", "kube_proxy", "kubelet", "system:serviceaccount:kube-system:default"};

OutcomeSeries authentication(const char* result) {
  return {{"authentication_attempts", "Requests by how they were known"},
          {"authentication_duration_seconds", "Time until it was known who asks"},
          result};
}

metrics::Counter& user_series(std::string_view name) {
  const auto make = [](std::string_view username) {
    return &metrics::counter("authenticated_user_requests", "Requests by user",
                             {{"username", std::string(username)}});
  };
  static const auto kSeries = [&] {
    std::array<metrics::Counter*, kNamed.size()> series{};
    std::transform(kNamed.begin(), kNamed.end(), series.begin(), make);
    return series;
  }();
  static metrics::Counter* const kMail = make("email_id");
  static metrics::Counter* const kOther = make("other");
  const auto at = std::find(kNamed.begin(), kNamed.end(), name);
  if (at != kNamed.end()) return *kSeries.at(static_cast<std::size_t>(at - kNamed.begin()));
  return name.find('@') == std::string_view::npos ? *kOther : *kMail;
}

}  // namespace

void count_authentication(const Result<Identity>& found, std::chrono::duration<double> took) {
  static const auto kSuccess = authentication("success"), kFailure = authentication("failure");
  (found.ok() ? kSuccess : kFailure).add(took);
  if (found.ok()) user_series(found->name).add();
}

}  // namespace kubus::apiserver
