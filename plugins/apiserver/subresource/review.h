// What reviews have in common: a question that is posted and comes back with its answer.
//
// Thread safety: a free function, as Registry.
#pragma once

#include <memory>

#include "registry/api.h"

namespace kubus::apiserver {

// The question in the body.
template <class Review>
Result<std::shared_ptr<Review>> read_review(Call& call) {
  auto body = read_body(call, *Review::descriptor());
  if (!body.ok()) return body.status();
  return std::shared_ptr<Review>(static_cast<Review*>(body->release()));
}

// `fill` checks the question and writes the answer into it.
template <class Review>
void answer_review(const CallPtr& call, Done done, UniqueFunction<Status(Review&)> fill) {
  auto review = read_review<Review>(*call);
  if (!review.ok()) return done(review.status());
  if (auto status = fill(**review); !status.ok()) return done(status);
  done(Answer::of(std::shared_ptr<const Message>(std::move(*review)), 201));
}

}  // namespace kubus::apiserver
