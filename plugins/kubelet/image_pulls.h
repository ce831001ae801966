// ImagePulls: pulls images in the background, each once however many pods wait for it.
//
// Thread safety: all members from any thread.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "node_runtime.h"

namespace kubus::kubelet {

class ImagePulls {
 public:
  struct Pulled {
    Result<runtime::Image> image;
    std::chrono::milliseconds took;
  };
  // `ended(pod uid)` for each pod that waits when a pull is over.
  ImagePulls(NodeRuntime& runtime, std::function<void(const std::string& uid)> ended);
  ~ImagePulls();

  // Starts or joins the pull of `image` for the pod; unset while it lasts. Its outcome is given to
  // each pod once.
  std::optional<Pulled> pull(const std::string& uid, const std::string& image);
  // Whether the pod waits for that image, or for the outcome of its pull.
  bool involves(const std::string& uid, const std::string& image) const;
  // The pod no longer waits for anything.
  void forget(const std::string& uid);

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace kubus::kubelet
