// What reviews have in common: a question that is posted and comes back with its answer.
//
// Thread safety: a free function, as Registry.
#pragma once

#include <memory>

#include "registry/api.h"

namespace kubus::apiserver {

// Posts the question; `then` gets it when it has been admitted. `check` may be null.
template <class Review>
void post_review(Registry& registry, const CallPtr& call, Done done, Registry::Check check,
                 UniqueFunction<void(std::shared_ptr<Review>, Done)> then) {
  auto body = read_body(*call, *Review::descriptor());
  if (!body.ok()) return done(body.status());
  registry.post(call, std::move(*body), std::move(check),
                [call, then = std::move(then),
                 done = std::move(done)](Result<MessagePtr> posted) mutable {
                  if (!posted.ok()) return done(posted.status());
                  std::shared_ptr<Review> review(static_cast<Review*>(posted->release()));
                  then(std::move(review), std::move(done));
                });
}

// The same for what is answered at once: `fill` writes the answer into the question.
template <class Review>
void answer_review(Registry& registry, const CallPtr& call, Done done,
                   UniqueFunction<Status(Review&)> fill) {
  post_review<Review>(
      registry, call, std::move(done), nullptr,
      [fill = std::move(fill)](std::shared_ptr<Review> review, Done answer) mutable {
        if (auto status = fill(*review); !status.ok()) return answer(status);
        answer(Answer::of(std::shared_ptr<const Message>(std::move(review)), 201));
      });
}

}  // namespace kubus::apiserver
