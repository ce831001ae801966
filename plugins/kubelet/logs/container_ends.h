// ContainerEnds: passes on the news that a container has ended to those who wait for it.
//
// Thread safety: all members from any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>

namespace kubus::kubelet {

class ContainerEnds {
 public:
  using Id = std::uint64_t;
  // `news` says whether the container has ended for sure; if not, news may have been missed and it
  // is to be looked at. Called by the thread of ended() or missed(), also shortly after remove().
  using News = std::function<void(bool ended)>;

  Id add(const std::string& container, News news);
  void remove(Id id);

  void ended(const std::string& container);
  void missed();

 private:
  struct User {
    std::string container;
    News news;
  };
  // Of all containers for an empty name.
  void tell(const std::string& container, bool ended);

  std::mutex mutex_;
  std::map<Id, User> users_;
  Id last_id_ = 0;
};

}  // namespace kubus::kubelet
