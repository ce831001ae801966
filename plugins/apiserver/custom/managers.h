// CustomManagers: who owns which fields of the objects of one custom kind.
//
// Thread safety: managers are made on first use under a lock and live as long as their kind.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "apply/field_manager.h"
#include "schema/schema.h"

namespace kubus::apiserver {

class CustomKind;

class CustomManagers {
 public:
  const FieldManager& get(const CustomKind& kind, std::string_view subresource);

 private:
  Atom& make(const Schema& schema);
  void fill_object(const Schema& schema, Atom& atom);
  void fill_list(const Schema& schema, Atom& atom);
  void add_type_members(Atom& atom);
  Atom& scalar(ScalarKind kind);

  std::mutex mutex_;
  std::deque<Atom> atoms_;
  Atom* root_ = nullptr;
  std::map<std::string, std::unique_ptr<FieldManager>, std::less<>> managers_;
};

}  // namespace kubus::apiserver
