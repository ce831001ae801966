#include "image_pulls.h"

#include <map>
#include <mutex>
#include <set>
#include <utility>

namespace kubus::kubelet {

using Clock = std::chrono::steady_clock;

struct ImagePulls::Impl : std::enable_shared_from_this<Impl> {
  Impl(NodeRuntime& r, std::function<void(const std::string&)> on_end)
      : runtime(r), ended(std::move(on_end)) {}

  struct Pull {
    std::uint64_t number = 0;
    std::set<std::string> waiting;  // pod uids
    Clock::time_point since;
    std::unique_ptr<bus::StreamReader> stream;
  };

  void start(const std::string& image, std::uint64_t number) {
    std::weak_ptr<Impl> weak = weak_from_this();
    auto stream =
        runtime.pull_later(image, [weak, image, number](const Result<runtime::Image>& result) {
          if (auto self = weak.lock()) self->finish(image, number, result);
        });
    std::lock_guard lock(mutex);
    auto it = pulls.find(image);
    if (it != pulls.end() && it->second.number == number) it->second.stream.swap(stream);
  }

  void finish(const std::string& image, std::uint64_t number,
              const Result<runtime::Image>& result) {
    Pull over;
    {
      std::lock_guard lock(mutex);
      auto it = pulls.find(image);
      if (it == pulls.end() || it->second.number != number) return;
      over = std::move(it->second);
      pulls.erase(it);
      const auto took =
          std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - over.since);
      for (const std::string& uid : over.waiting)
        outcomes.insert_or_assign({uid, image}, Pulled{result, took});
    }
    for (const std::string& uid : over.waiting) ended(uid);
  }

  NodeRuntime& runtime;
  const std::function<void(const std::string&)> ended;
  mutable std::mutex mutex;
  std::uint64_t last = 0;
  std::map<std::string, Pull> pulls;                               // by image
  std::map<std::pair<std::string, std::string>, Pulled> outcomes;  // by pod and image
};

ImagePulls::ImagePulls(NodeRuntime& runtime, std::function<void(const std::string&)> ended)
    : impl_(std::make_shared<Impl>(runtime, std::move(ended))) {}

ImagePulls::~ImagePulls() {
  std::map<std::string, Impl::Pull> pulls;
  std::lock_guard lock(impl_->mutex);
  pulls.swap(impl_->pulls);
}

std::optional<ImagePulls::Pulled> ImagePulls::pull(const std::string& uid,
                                                   const std::string& image) {
  std::uint64_t number = 0;
  {
    std::lock_guard lock(impl_->mutex);
    if (auto node = impl_->outcomes.extract({uid, image})) return std::move(node.mapped());
    auto [it, added] = impl_->pulls.try_emplace(image);
    it->second.waiting.insert(uid);
    if (!added) return std::nullopt;
    number = it->second.number = ++impl_->last;
    it->second.since = Clock::now();
  }
  impl_->start(image, number);
  return std::nullopt;
}

bool ImagePulls::involves(const std::string& uid, const std::string& image) const {
  std::lock_guard lock(impl_->mutex);
  if (impl_->outcomes.contains({uid, image})) return true;
  auto it = impl_->pulls.find(image);
  return it != impl_->pulls.end() && it->second.waiting.contains(uid);
}

void ImagePulls::forget(const std::string& uid) {
  std::lock_guard lock(impl_->mutex);
  for (auto& [image, pull] : impl_->pulls) pull.waiting.erase(uid);
  std::erase_if(impl_->outcomes, [&](const auto& entry) { return entry.first.first == uid; });
}

}  // namespace kubus::kubelet
