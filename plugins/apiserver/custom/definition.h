// What the server keeps in mind of a CustomResourceDefinition, and the status it should have.
//
// Thread safety: values and pure functions.
#pragma once

#include <k8s/apiextensions/v1/custom_resource_definition.pb.h>

#include <boost/json/object.hpp>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "kubus/api/time.h"
#include "kubus/api/types.h"

namespace kubus::apiserver {

inline constexpr char kCleanupFinalizer[] = "customresourcecleanup.apiextensions.k8s.io";
inline constexpr char kApprovalAnnotation[] = "api-approved.kubernetes.io";

struct DefinitionNames {
  std::string plural, singular, kind, list_kind;
  std::vector<std::string> short_names;
};

struct DefinitionFacts {
  std::string name;
  std::string group;
  DefinitionNames wanted, accepted;
  bool established = false;
  bool names_settled = false;  // all of them are accepted
  bool deleting = false;
  bool has_cleanup = false;  // the finalizer

  static DefinitionFacts of(const boost::json::object& tree);
};

// Names that others of the group have.
struct NamesInUse {
  std::set<std::string, std::less<>> resources, kinds;
  void add(const DefinitionNames& names);
  // Whether nobody has any of these.
  bool leaves(const DefinitionNames& names) const;
};

// Settles which of the wanted names are accepted, and the conditions that follow from it. The
// transition time of conditions that change is `now`.
void settle_names(apiextensions_v1::CustomResourceDefinition& definition, const NamesInUse& in_use,
                  SystemTime now);
void set_condition(apiextensions_v1::CustomResourceDefinition& definition, std::string_view type,
                   bool holds, std::string_view reason, std::string_view message, SystemTime now);
// A group that belongs to the community: its definitions must say who approved them.
bool is_protected_group(std::string_view group);

}  // namespace kubus::apiserver
