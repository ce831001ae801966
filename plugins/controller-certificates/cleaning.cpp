#include "cleaning.h"

#include <algorithm>

namespace kubus::certificates {
namespace {

using std::chrono::hours;

constexpr hours kDecided(1);
constexpr hours kPending(24);

class Earliest {
 public:
  void add(SystemTime time) { time_ = time_ ? std::min(*time_, time) : time; }
  void add(const meta_v1::Time& since, hours kept) {
    if (!is_zero(since)) add(to_time(since) + kept);
  }
  const std::optional<SystemTime>& time() const { return time_; }

 private:
  std::optional<SystemTime> time_;
};

}  // namespace

std::optional<SystemTime> end_of(const CertificateSigningRequest& request) {
  Earliest end;
  const auto& status = request.status();
  if (status.conditions().empty()) end.add(request.metadata().creationtimestamp(), kPending);
  for (const auto& condition : status.conditions()) {
    const auto& since = condition.lastupdatetime();
    if (condition.type() == "Denied" || condition.type() == "Failed") end.add(since, kDecided);
    if (condition.type() != "Approved" || status.certificate().empty()) continue;
    end.add(since, kDecided);
    const auto facts = pki::inspect(status.certificate());
    if (facts.ok()) end.add(facts->not_after);
  }
  return end.time();
}

}  // namespace kubus::certificates
