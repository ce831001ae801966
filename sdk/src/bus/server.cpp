#include <utility>

#include "bus/client.h"

namespace kubus::bus {

Service& Service::method(std::string name, CallHandler handler) {
  methods.push_back({std::move(name), std::move(handler), {}});
  return *this;
}

Service& Service::stream(std::string name, StreamServer handler) {
  methods.push_back({std::move(name), {}, std::move(handler)});
  return *this;
}

void ServerImpl::on_change(UniqueFunction<void()> changed) {
  const std::lock_guard lock(mutex_);
  changed_ = std::make_shared<UniqueFunction<void()>>(std::move(changed));
}

Status ServerImpl::serve(std::string_view name, Service service) {
  if (name.empty() || name.size() > 128)
    return Status(Code::kInvalid, "a service's name has 1 to 128 bytes");
  std::shared_ptr<UniqueFunction<void()>> changed;
  {
    const std::lock_guard lock(mutex_);
    if (!names_.emplace(name).second)
      return Status(Code::kAlreadyExists, std::string(name) + " is served already");
    changed = changed_;
  }
  const bool posted = node_->run([weak = std::weak_ptr(node_), name = std::string(name),
                                  service = std::move(service)]() mutable {
    const auto node = weak.lock();
    if (node && node->responses()) node->responses()->install(name, std::move(service));
  });
  if (!posted) return Status(Code::kCancelled, "the plugin is ending");
  if (changed) (*changed)();
  return {};
}

std::vector<std::string> ServerImpl::names() const {
  const std::lock_guard lock(mutex_);
  return {names_.begin(), names_.end()};
}

}  // namespace kubus::bus
