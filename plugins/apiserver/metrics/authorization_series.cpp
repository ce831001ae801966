#include "metrics/authorization_series.h"

#include "kubus/metrics.h"

namespace kubus::apiserver {
namespace {

struct Judgement {
  explicit Judgement(const char* result)
      : attempts(metrics::counter("authorization_attempts_total",
                                  "Requests by what was decided about them",
                                  {{"result", result}})),
        seconds(metrics::histogram("authorization_duration_seconds",
                                   "Time until it was decided who may do what", bounds(),
                                   {{"result", result}})) {}

  static std::vector<double> bounds() {
    std::vector<double> bounds = {0.001};
    while (bounds.size() < 15) bounds.push_back(2 * bounds.back());
    return bounds;
  }

  metrics::Counter& attempts;
  metrics::Histogram& seconds;
};

const Judgement& judgement_of(Verdict verdict, bool failed) {
  static const Judgement kAllowed("allowed"), kDenied("denied"), kError("error"),
      kNoOpinion("no-opinion");
  if (verdict == Verdict::kAllow) return kAllowed;
  if (failed) return kError;
  return verdict == Verdict::kDeny ? kDenied : kNoOpinion;
}

}  // namespace

void count_authorization(Verdict verdict, bool failed, std::chrono::duration<double> took) {
  const auto& judgement = judgement_of(verdict, failed);
  judgement.attempts.add();
  judgement.seconds.observe(took.count());
}

}  // namespace kubus::apiserver
