// Asks a webhook for a review: one JSON object is posted, one comes back. What looks like a passing
// trouble is tried again, five times in all with growing pauses, as the reference does.
//
// Thread safety: all members from any thread.
#pragma once

#include <boost/json/object.hpp>
#include <chrono>
#include <memory>
#include <string>

#include "config/kubeconfig.h"
#include "kubus/context.h"
#include "kubus/function.h"
#include "kubus/http/asker.h"
#include "kubus/http/client.h"
#include "kubus/status.h"

namespace kubus::apiserver {

class ReviewClient {
 public:
  // `timeout`: of one try. `name`: of its thread. `context` outlives it.
  ReviewClient(Context& context, config::RemoteServer server, const std::string& name,
               std::chrono::milliseconds timeout = std::chrono::seconds(30));
  ~ReviewClient();  // close()

  // `done` on a thread that must not block, or before this returns. kUnavailable: there is no
  // usable answer, or `asker` has left; why, as the reference words it.
  using Done = UniqueFunction<void(Result<boost::json::object>)>;
  void ask(std::string review, http::AskerPtr asker, Done done);
  // Whoever waits is told kUnavailable, when between two tries as soon as the next one is due, or
  // nothing when the loop ends before. So is whoever asks from now on. Not on the thread that
  // brings answers.
  void close();

 private:
  struct Job;
  struct Shared;
  static void attempt(const std::shared_ptr<Job>& job);
  const std::shared_ptr<Shared> shared_;
};

}  // namespace kubus::apiserver
