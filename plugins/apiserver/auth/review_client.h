// Asks a webhook for a review: one JSON object is posted, one comes back. What looks like a passing
// trouble is tried again, five times in all with growing pauses, as the reference does.
//
// Thread safety: all members from any thread.
#pragma once

#include <boost/json/object.hpp>
#include <memory>
#include <string>

#include "config/kubeconfig.h"
#include "kubus/context.h"
#include "kubus/function.h"
#include "kubus/http/client.h"
#include "kubus/status.h"

namespace kubus::apiserver {

class ReviewClient {
 public:
  // `name`: of its thread. `context` outlives it.
  ReviewClient(Context& context, config::RemoteServer server, const std::string& name);
  // Whoever still waits is told kUnavailable, or nothing when between two tries.
  ~ReviewClient();

  // `done` on a thread that must not block. kUnavailable: there is no usable answer; why, as the
  // reference words it.
  using Done = UniqueFunction<void(Result<boost::json::object>)>;
  void ask(std::string review, Done done);

 private:
  struct Job;
  struct Shared;
  static void attempt(const std::shared_ptr<Job>& job);
  std::shared_ptr<Shared> shared_;
};

}  // namespace kubus::apiserver
