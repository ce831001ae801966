// DefinitionController: the status of CustomResourceDefinitions, and what happens to the objects of
// one that is deleted.
//
// Thread safety: everything on the loop.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>

#include "custom/catalog.h"
#include "registry/registry.h"

namespace kubus::apiserver {

class DefinitionController {
 public:
  DefinitionController(Registry& registry, KindCatalog& catalog)
      : registry_(registry), catalog_(catalog) {}
  // From now on it writes. Before, nothing could be written.
  void start();
  // Definitions have changed.
  void wake();
  void stop() { running_ = false; }

 private:
  class Emptied;

  void pass();
  void settle(Definition& definition);
  void clean(Definition& definition);
  void finish_cleanup(const std::string& name);
  CallPtr call_for(const std::string& name, const char* verb) const;
  void write(const std::string& name, Registry::Transform transform);
  bool is_cleaned(const Definition& definition) const;

  Registry& registry_;
  KindCatalog& catalog_;
  bool running_ = false;
  bool scheduled_ = false;
  std::set<std::string> busy_;  // definitions that are being written
  // Those whose objects are being removed, by name.
  std::map<std::string, std::shared_ptr<Emptied>> cleaning_;
};

}  // namespace kubus::apiserver
