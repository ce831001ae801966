#include "auth/authorizer.h"

#include <algorithm>

#include "respond/api_errors.h"

namespace kubus::apiserver {
namespace {

class MastersAuthorizer final : public Authorizer {
 public:
  Verdict decide(const Identity& identity, const RequestInfo&, std::string*) override {
    return identity.in_group("system:masters") ? Verdict::kAllow : Verdict::kNoOpinion;
  }
};

class AllowingAuthorizer final : public Authorizer {
 public:
  Verdict decide(const Identity&, const RequestInfo&, std::string*) override {
    return Verdict::kAllow;
  }
  void list_rules(const Identity&, std::string_view, RuleList& list) override {
    list.rules.push_back({{"*"}, {"*"}, {"*"}, {}, {}});
    list.rules.push_back({{"*"}, {}, {}, {}, {"*"}});
  }
};

class DenyingAuthorizer final : public Authorizer {
 public:
  Verdict decide(const Identity&, const RequestInfo&, std::string* reason) override {
    if (reason) *reason = "Everything is forbidden.";
    return Verdict::kNoOpinion;
  }
};

// What several authorizers say in turn. An opinion stands alone; those without one leave their
// reasons and their troubles.
class Opinions {
 public:
  // True when that ends the matter.
  bool add(Decision one) {
    if (one.verdict != Verdict::kNoOpinion) {
      said_ = std::move(one);
      return true;
    }
    if (!one.reason.empty()) said_.reason += (said_.reason.empty() ? "" : "\n") + one.reason;
    if (!one.error.ok()) note(one.error);
    return false;
  }
  Decision take() {
    if (troubles_ > 1)
      said_.error = Status(said_.error.code(), "[" + std::string(said_.error.message()) + "]");
    return std::move(said_);
  }

 private:
  void note(const Status& error) {
    said_.error = troubles_++ == 0
                      ? error
                      : Status(error.code(), std::string(said_.error.message()) + ", " +
                                                 std::string(error.message()));
  }

  Decision said_;
  int troubles_ = 0;
};

Decision ask(const AuthorizerStep& step, const Identity& identity, const RequestInfo& info) {
  Decision said;
  said.verdict = step.local->decide(identity, info, &said.reason);
  step.count(said.verdict);
  return said;
}

struct SoFar {
  Verdict verdict = Verdict::kNoOpinion;
  bool open = false;
  DecisionSeries decisions = {};  // of the one whose verdict it is
};

SoFar ask_local(const Authorizers& authorizers, const Identity& identity,
                const RequestInfo& info) {
  const auto chain = authorizers.chain();
  for (const auto& step : *chain) {
    if (step.remote) return {Verdict::kNoOpinion, true};
    const auto verdict = step.local->decide(identity, info, nullptr);
    if (verdict != Verdict::kNoOpinion) return {verdict, false, step.decisions};
  }
  return {};
}

// A question on its way along the chain, from where the first one had to be waited for.
struct Question {
  const Authorizers& authorizers;
  const std::shared_ptr<const AuthorizerChain> chain;
  const Identity who;
  const RequestInfo info;
  const http::AskerPtr asker;
  RemoteAuthorizer::Done done;
  std::size_t next;
  Opinions opinions;
};

void ask_on(std::shared_ptr<Question> walk);

void ask_other(std::shared_ptr<Question> walk, const AuthorizerStep& step) {
  const auto& asked = *walk;
  step.remote->decide(
      asked.who, asked.info, asked.asker,
      [walk = std::move(walk), &step, thread = std::this_thread::get_id()](Decision said) mutable {
        if (!http::has_left(walk->asker)) step.count(said.verdict);
        const auto& resume = walk->authorizers.resume();
        resume(thread, [walk = std::move(walk), said = std::move(said)]() mutable {
          if (!walk->opinions.add(std::move(said))) return ask_on(std::move(walk));
          walk->done(walk->opinions.take());
        });
      });
}

void ask_on(std::shared_ptr<Question> walk) {
  const auto& chain = *walk->chain;
  while (walk->next < chain.size()) {
    const auto& step = chain[walk->next++];
    if (step.remote) return ask_other(std::move(walk), step);
    if (walk->opinions.add(ask(step, walk->who, walk->info))) break;
  }
  walk->done(walk->opinions.take());
}

}  // namespace

std::unique_ptr<Authorizer> make_masters_authorizer() {
  return std::make_unique<MastersAuthorizer>();
}

std::unique_ptr<Authorizer> make_allowing_authorizer() {
  return std::make_unique<AllowingAuthorizer>();
}

std::unique_ptr<Authorizer> make_denying_authorizer() {
  return std::make_unique<DenyingAuthorizer>();
}

void Authorizers::add(std::shared_ptr<Authorizer> authorizer) {
  auto chain = *chain_.get();
  chain.push_back({std::move(authorizer), nullptr});
  replace(std::move(chain));
  sweep();
}

void Authorizers::add(std::shared_ptr<RemoteAuthorizer> authorizer) {
  auto chain = *chain_.get();
  chain.push_back({nullptr, std::move(authorizer)});
  replace(std::move(chain));
  sweep();
}

bool Authorizers::asks_others() const {
  const auto chain = this->chain();
  return std::any_of(chain->begin(), chain->end(),
                     [](const auto& step) { return step.remote != nullptr; });
}

void Authorizers::close() {
  for (const auto& chain : chain_.all())
    for (const auto& step : *chain)
      if (step.remote) step.remote->close();
}

Decision decide(const Authorizers& authorizers, const Identity& identity, const RequestInfo& info) {
  Opinions opinions;
  const auto chain = authorizers.chain();
  for (const auto& step : *chain)
    if (step.local && opinions.add(ask(step, identity, info))) break;
  return opinions.take();
}

Status authorize(const Authorizers& authorizers, const Identity& identity,
                 const RequestInfo& info) {
  // A reason costs something, and is wanted for a no only.
  const auto chain = authorizers.chain();
  for (const auto& step : *chain) {
    if (!step.local) continue;
    const auto verdict = step.local->decide(identity, info, nullptr);
    if (verdict == Verdict::kDeny) break;
    if (verdict == Verdict::kNoOpinion) continue;
    step.count(verdict);
    return {};
  }
  return errors::forbidden(identity.name, info, decide(authorizers, identity, info).reason);
}

Verdict decide_so_far(const Authorizers& authorizers, const Identity& identity,
                      const RequestInfo& info, bool& open) {
  const auto found = ask_local(authorizers, identity, info);
  open = found.open;
  if (found.verdict == Verdict::kAllow) found.decisions.allowed();
  if (found.verdict == Verdict::kDeny) found.decisions.denied();
  return found.verdict;
}

bool may_be_allowed(const Authorizers& authorizers, const Identity& identity,
                    const RequestInfo& info) {
  const auto found = ask_local(authorizers, identity, info);
  return found.open || found.verdict == Verdict::kAllow;
}

bool allowed(const Authorizers& authorizers, const Identity& identity, const RequestInfo& info) {
  const auto found = ask_local(authorizers, identity, info);
  if (found.verdict == Verdict::kAllow) found.decisions.allowed();
  return found.verdict == Verdict::kAllow;
}

void decide_with_remote(const Authorizers& authorizers, const Identity& identity,
                        const RequestInfo& info, http::AskerPtr asker,
                        RemoteAuthorizer::Done done) {
  auto chain = authorizers.chain();
  Opinions opinions;
  std::size_t next = 0;
  for (; next < chain->size() && !(*chain)[next].remote; ++next)
    if (opinions.add(ask((*chain)[next], identity, info))) return done(opinions.take());
  if (next == chain->size()) return done(opinions.take());
  ask_on(std::shared_ptr<Question>(new Question{authorizers, std::move(chain), identity, info,
                                       std::move(asker), std::move(done), next,
                                       std::move(opinions)}));
}

RuleList list_rules(const Authorizers& authorizers, const Identity& identity, std::string_view ns) {
  RuleList list;
  const auto chain = authorizers.chain();
  for (const auto& step : *chain)
    if (step.local) step.local->list_rules(identity, ns, list);
  return list;
}

}  // namespace kubus::apiserver
