// PodTokens: the service account tokens in the volumes of this node's pods, asked of the API server
// and renewed in time. Lost at a restart without harm: new ones are asked for.
//
// Thread safety: all members from any thread; get() waits for the API server when there is no token
// or the one there is comes to its end.
#pragma once

#include <k8s/authentication/v1/token_request.pb.h>
#include <k8s/core/v1/pod.pb.h>

#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <tuple>

#include "kubus/api/time.h"
#include "kubus/api/types.h"
#include "kubus/status.h"

namespace kubus::kubelet {

class PodTokens {
 public:
  using Request = authentication_v1::TokenRequest;
  // Posts the request for the account of the pod and returns the answer.
  using Ask = std::function<Result<Request>(const core_v1::Pod& pod, const Request& request)>;
  using Clock = std::function<SystemTime()>;
  explicit PodTokens(Ask ask, Clock clock = std::chrono::system_clock::now)
      : ask_(std::move(ask)), clock_(std::move(clock)) {}

  // A token that is bound to the pod. One that could not be renewed is good until it has expired.
  Result<std::string> get(const core_v1::Pod& pod,
                          const core_v1::ServiceAccountTokenProjection& source);
  // How long until the first of the pod's tokens is to be renewed: at four fifths of its life, or
  // after a day. Unset for a pod without any.
  std::optional<std::chrono::nanoseconds> due(const std::string& uid) const;
  void forget(const std::string& uid);

 private:
  struct Token {
    std::string text;
    SystemTime expires, renew;
  };
  using Key = std::tuple<std::string, std::string, std::int64_t>;  // uid, audience, seconds
  static Request request_for(const core_v1::Pod& pod,
                             const core_v1::ServiceAccountTokenProjection& source);
  Token read(const Request& answer) const;

  const Ask ask_;
  const Clock clock_;
  mutable std::mutex mutex_;
  std::map<Key, Token> tokens_;
};

}  // namespace kubus::kubelet
