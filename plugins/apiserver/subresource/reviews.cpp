#include <k8s/authentication/v1/token_review.pb.h>

#include "auth/user_info.h"
#include "subresource/review.h"
#include "subresource/subresources.h"

namespace kubus::apiserver {

void add_reviews(Api& api, Registry& registry) {
  using authentication_v1::SelfSubjectReview;
  api.add("authentication.k8s.io/selfsubjectreviews", "create",
          [&registry](CallPtr call, Done done) {
            answer_review<SelfSubjectReview>(
                registry, call, std::move(done), [call](SelfSubjectReview& review) {
                  set_user_info(call->identity, *review.mutable_status()->mutable_userinfo());
                  return Status();
                });
          });
}

}  // namespace kubus::apiserver
