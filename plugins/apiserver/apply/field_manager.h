// FieldManager: keeps metadata.managedFields while objects are written, and applies configurations.
//
// Thread safety: pure functions; a FieldManager is immutable.
//
// What it does with whom is the reference's, step by step: who updates takes what it changes, from
// whoever had it; who applies has exactly what it applies, and is refused where somebody else has
// it with another value.
#pragma once

#include <boost/json/value.hpp>
#include <map>
#include <string>
#include <string_view>

#include "apply/atom.h"
#include "apply/managed_fields.h"
#include "apply/other_versions.h"

namespace kubus::apiserver {

inline constexpr std::string_view kLastApplied = "kubectl.kubernetes.io/last-applied-configuration";

// The kind of the objects, and the fields that writes through one endpoint do not own because they
// do not change them.
struct ManagedKind {
  const Atom* type = nullptr;
  std::string api_version;         // "apps/v1"
  std::string group_version_kind;  // "apps/v1, Kind=Deployment"
  std::string kind;
  std::string empty_json;  // an object with nothing in it
  std::string subresource;
  FieldSet not_owned;
};

// A field that somebody else has, with another value.
struct ApplyConflict {
  Manager manager;
  ElementPath path;
};

class FieldManager {
 public:
  explicit FieldManager(ManagedKind kind) : kind_(std::move(kind)) {}

  // What is stored, or an empty object where nothing is, as JSON text of this server.
  struct Live {
    std::string_view json;
    const meta_v1::ObjectMeta& metadata;
    bool exists = true;
    // Null: whatever version an entry names, its fields are taken for those of this one.
    const OtherVersions* others = nullptr;
  };
  // A change that is no apply, to what `json` has, which is without managedFields. `sent` are those
  // that the client sent, `resets` says that it sent an empty list; the result goes to `out`. A
  // failure, when the object cannot be seen in a version that somebody names, leaves `out` empty.
  Status update(const Live& live, std::string_view json, const EncodedManagers& sent, bool resets,
              const std::string& manager, const meta_v1::Time& now, EncodedManagers& out) const;

  struct Applied {
    std::string json;  // the object, without managedFields
    EncodedManagers managed;
  };
  struct Configuration {
    const boost::json::value& object;
    std::string manager;
    bool force = false;
  };
  // kConflict with a cause for each field that somebody else has. kBadRequest, kUnknown for
  // configurations that cannot be applied.
  Result<Applied> apply(const Live& live, const Configuration& config,
                        const meta_v1::Time& now) const;

  const ManagedKind& kind() const { return kind_; }

 private:
  struct Attempt;
  struct Pruning;
  struct Change {
    std::string_view before, after;
    const OtherVersions* others = nullptr;
  };
  struct FieldChanges {
    FieldSet set, gone;
  };

  Manager manager(std::string name, bool applies) const;
  // Without what nobody owns.
  FieldSet owned_of(FieldSet fields) const;
  Status record(const Change& change, const Manager& writer, const meta_v1::Time& now,
                ManagedFields& managed) const;
  // What a change is in each of the other versions in which anybody but `except` owns something.
  // Entries of versions that are no more go.
  Result<std::map<std::string, FieldChanges>> changes_elsewhere(const Change& change,
                                                                const std::string& except,
                                                                ManagedFields& managed) const;
  // The version whose names stand in `entry`.
  const std::string& version_of(const ManagedEntry& entry, const OtherVersions* others) const;
  // Sees to it that sets are such as the types have them now.
  void reconcile(ManagedFields& managed, const OtherVersions* others) const;
  Status check_config(const boost::json::value& config) const;
  Status typed(const boost::json::value& object, std::string_view what, bool duplicates) const;
  Result<Attempt> attempt(std::string_view live, const Configuration& config, ManagedFields managed,
                          const OtherVersions* others, const meta_v1::Time& now) const;
  // Takes out of `merged` what `last` owned, who does not own it `now`, nor anybody else.
  Result<boost::json::value> prune(boost::json::value merged, const ManagedFields& managed,
                                   const ManagedEntry& last, const FieldSet& now,
                                   const OtherVersions* others) const;
  Result<FieldSet> last_applied_fields(std::string_view live) const;
  // Keeps the annotation of client-side apply what it would be if that had applied this.
  Status keep_last_applied(Attempt& attempt, const Configuration& config) const;

  ManagedKind kind_;
};

}  // namespace kubus::apiserver
