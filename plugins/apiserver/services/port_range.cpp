#include "services/port_range.h"

#include "services/any_free.h"

namespace kubus::apiserver {

PortRange::PortRange(std::uint16_t first, std::uint16_t last)
    : first_(first), taken_(static_cast<std::size_t>(last - first) + 1) {}

std::string PortRange::text() const {
  return std::to_string(first_) + "-" +
         std::to_string(first_ + static_cast<int>(taken_.size()) - 1);
}

bool PortRange::contains(int port) const {
  return port >= first_ && port < first_ + static_cast<int>(taken_.size());
}

void PortRange::hold(int port) {
  if (++holders_[port] == 1 && contains(port))
    taken_[static_cast<std::size_t>(port - first_)] = true;
}

void PortRange::drop(int port) {
  const auto found = holders_.find(port);
  if (found == holders_.end() || --found->second > 0) return;
  holders_.erase(found);
  if (contains(port)) taken_[static_cast<std::size_t>(port - first_)] = false;
}

std::optional<int> PortRange::any_free() const {
  const auto index = apiserver::any_free(taken_, 0, taken_.size());
  if (!index) return std::nullopt;
  return first_ + static_cast<int>(*index);
}

}  // namespace kubus::apiserver
