// LocalServices: keeps an APIService for each group and version that this server answers for
// itself, as clients expect to find them.
//
// Thread safety: everything on the loop.
//
// Those of built-in groups are made at the start and then left to their users; those of custom
// kinds come and go with their definitions.
#pragma once

#include <map>
#include <set>
#include <string>

#include "aggregation/api_service.h"
#include "custom/catalog.h"
#include "registry/registry.h"

namespace kubus::apiserver::aggregation {

class LocalServices {
 public:
  LocalServices(Registry& registry, const KindCatalog& kinds)
      : registry_(registry), kinds_(kinds) {}
  // From now on it writes.
  void start();
  // The kinds that are served have changed.
  void wake();
  void stop() { running_ = false; }

 private:
  void pass();
  void keep(const APIService& wanted);
  void create(const APIService& wanted);
  void complete(const APIService& wanted);
  // Those of custom kinds that are served no more.
  void remove_others(const std::set<std::string>& wanted);
  CallPtr call_for(const std::string& name, const char* verb) const;
  // The end of a write, after which another pass sees to what is left. What is refused is tried
  // again when kinds change.
  Done ended(const std::string& name);

  Registry& registry_;
  const KindCatalog& kinds_;
  bool running_ = false;
  bool scheduled_ = false;
  std::set<std::string> busy_;
  std::set<std::string> starting_;  // of built-in groups, until they are as they should be
};

}  // namespace kubus::apiserver::aggregation
