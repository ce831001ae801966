#include "auth/deferred.h"

#include <algorithm>
#include <utility>

namespace kubus::apiserver {
namespace {

struct Settlement {
  const Authorizers& authorizers;
  const CallPtr call;
  UniqueFunction<void(Status)> then;
  std::vector<DeferredCheck> checks;
  std::size_t check = 0, right = 0;
};

// One question after the other: hardly ever is there more than one.
void settle_next(const std::shared_ptr<Settlement>& work) {
  if (work->check == work->checks.size()) return work->then(Status());
  auto& check = work->checks[work->check];
  if (work->right == check.any_of.size()) return work->then(std::move(check.refusal));
  decide_with_remote(work->authorizers, work->call->identity, check.any_of[work->right],
                     work->call->asker, [work](const Decision& decision) {
                       const bool allowed = decision.verdict == Verdict::kAllow;
                       work->check += allowed ? 1 : 0;
                       work->right = allowed ? 0 : work->right + 1;
                       settle_next(work);
                     });
}

}  // namespace

Status require_any(const Authorizers& authorizers, Call& call, std::vector<RequestInfo> any_of,
                   Status refusal) {
  std::vector<RequestInfo> open;
  for (auto& right : any_of) {
    bool asks = false;
    if (decide_so_far(authorizers, call.identity, right, asks) == Verdict::kAllow) return {};
    if (asks) open.push_back(std::move(right));
  }
  if (open.empty()) return refusal;
  call.deferred.push_back({std::move(open), std::move(refusal)});
  return {};
}

void settle_deferred(const Authorizers& authorizers, CallPtr call,
                     UniqueFunction<void(Status)> then) {
  auto checks = std::exchange(call->deferred, {});
  if (checks.empty()) return then(Status());
  settle_next(std::shared_ptr<Settlement>(
      new Settlement{authorizers, std::move(call), std::move(then), std::move(checks)}));
}

}  // namespace kubus::apiserver
