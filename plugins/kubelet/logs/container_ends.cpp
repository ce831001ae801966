#include "container_ends.h"

#include <vector>

namespace kubus::kubelet {

ContainerEnds::Id ContainerEnds::add(const std::string& container, News news) {
  std::lock_guard lock(mutex_);
  users_[++last_id_] = {container, std::move(news)};
  return last_id_;
}

void ContainerEnds::remove(Id id) {
  std::lock_guard lock(mutex_);
  users_.erase(id);
}

void ContainerEnds::ended(const std::string& container) { tell(container, true); }
void ContainerEnds::missed() { tell({}, false); }

void ContainerEnds::tell(const std::string& container, bool ended) {
  std::vector<News> waiting;
  {
    std::lock_guard lock(mutex_);
    for (const auto& [id, user] : users_)
      if (container.empty() || user.container == container) waiting.push_back(user.news);
  }
  for (const auto& news : waiting) news(ended);
}

}  // namespace kubus::kubelet
