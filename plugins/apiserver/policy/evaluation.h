// Evaluation: one request as the expressions of policies see it.
//
// Thread safety: used by one thread.
#pragma once

#include <boost/json/value.hpp>
#include <memory>
#include <string>
#include <vector>

#include "admission/seen_call.h"
#include "auth/authorizer.h"
#include "policy/compiled_policy.h"

namespace kubus::apiserver::policy {

// What a policy decides about a request, once for each validation that does not hold.
struct Denial {
  std::string message, reason;
  int index = 0;
};

// The request as documents; they outlive what is evaluated over them.
class Request {
 public:
  // `ns`: the namespace it is in, or null. The authorizers outlive it.
  Request(const SeenCall& seen, const Message* ns, const Authorizers& authorizers);
  // Of the variables, all but params and variables.
  std::vector<cel::Value> values() const;

 private:
  boost::json::value object_, old_, request_, namespace_;
  cel::Value authorizer_, request_resource_;
};

boost::json::value document_of(const Message* object);

class Evaluation {
 public:
  // `params`: null where the policy has none.
  Evaluation(const CompiledPolicy& policy, const Request& request,
             const boost::json::value& params);
  ~Evaluation();
  Evaluation(const Evaluation&) = delete;
  Evaluation& operator=(const Evaluation&) = delete;

  // Whether the policy is about the request. What fails on the way is a denial where the policy
  // says so.
  bool applies(std::vector<Denial>& denials);
  void validate(std::vector<Denial>& denials);
  // Of the i-th annotation; nothing for null.
  std::string annotation(std::size_t index);

 private:
  class LazyVariables;

  cel::Outcome run(const cel::Program& program, std::uint64_t most = cel::kExpressionCost);
  void fail(const std::string& expression, const cel::Value& error, int index,
            std::vector<Denial>& denials) const;
  std::string message_of(std::size_t index);

  const CompiledPolicy& policy_;
  std::vector<cel::Value> values_;
  std::shared_ptr<LazyVariables> variables_;
  std::uint64_t budget_ = cel::kRequestCost;
  int depth_ = 0;  // of variables that are computed for others
};

}  // namespace kubus::apiserver::policy
