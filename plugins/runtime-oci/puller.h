// Fetches images from registries with skopeo.
//
// Thread safety: all members from any thread; pull() blocks for as long as the registry takes.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "node.h"

namespace kubus::runtime_oci {

class Puller {
 public:
  using Progress = std::function<void(const runtime::PullImageProgress&)>;
  explicit Puller(Node& node) : node_(node) {}

  // A second pull of the same image waits for the first and shares its outcome.
  Result<runtime::Image> pull(const std::string& image, const runtime::AuthConfig& auth,
                              const Progress& progress);

 private:
  struct Flight {
    bool done = false;
    Result<runtime::Image> result = Status(Code::kInternalError, "not pulled");
  };
  Result<runtime::Image> fetch(const std::string& image, const runtime::AuthConfig& auth,
                               const Progress& progress);

  Node& node_;
  std::mutex mutex_;
  std::condition_variable landed_;
  std::map<std::string, std::shared_ptr<Flight>> flights_;
};

}  // namespace kubus::runtime_oci
