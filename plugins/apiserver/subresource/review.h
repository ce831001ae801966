// What reviews have in common: a question that is posted and comes back with its answer.
//
// Thread safety: a free function, as Registry.
#pragma once

#include <memory>

#include "registry/api.h"

namespace kubus::apiserver {

// `fill` checks the question and writes the answer into it.
template <class Review>
void answer_review(const CallPtr& call, Done done, UniqueFunction<Status(Review&)> fill) {
  auto body = read_body(*call, *Review::descriptor());
  if (!body.ok()) return done(body.status());
  std::shared_ptr<Message> message = std::move(*body);
  if (auto status = fill(static_cast<Review&>(*message)); !status.ok()) return done(status);
  done(Answer::of(std::shared_ptr<const Message>(std::move(message)), 201));
}

}  // namespace kubus::apiserver
