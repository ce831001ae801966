#include "metrics/authorization_series.h"

#include "metrics/outcome_series.h"

namespace kubus::apiserver {
namespace {

OutcomeSeries authorization(const char* result) {
  return {{"authorization_attempts_total", "Requests by what was decided about them"},
          {"authorization_duration_seconds", "Time until it was decided who may do what"},
          result};
}

const OutcomeSeries& series_of(Verdict verdict, bool failed) {
  static const auto kAllowed = authorization("allowed"), kDenied = authorization("denied"),
                    kError = authorization("error"), kNoOpinion = authorization("no-opinion");
  if (verdict == Verdict::kAllow) return kAllowed;
  if (failed) return kError;
  return verdict == Verdict::kDeny ? kDenied : kNoOpinion;
}

}  // namespace

void count_authorization(Verdict verdict, bool failed, std::chrono::duration<double> took) {
  series_of(verdict, failed).add(took);
}

}  // namespace kubus::apiserver
