// ManagedFields: who owns which fields of an object, as metadata.managedFields keeps it.
//
// Thread safety: a value; a const one is not to be shared, as sets are decoded when first asked
// for.
#pragma once

#include <k8s/meta/v1/object_meta.pb.h>

#include <functional>
#include <map>
#include <optional>
#include <string>

#include "apply/atom.h"
#include "apply/field_set.h"
#include "kubus/api/types.h"
#include "kubus/status.h"

namespace kubus::apiserver {

// Who writes, how, and through which endpoint.
struct Manager {
  std::string name;
  bool applies = false;  // else it updates
  std::string api_version;
  std::string subresource;

  // What tells managers apart. Whoever applies stays the same in every version.
  std::string id() const;
  // As messages name it: "kubectl" using apps/v1.
  std::string text() const;
};

class ManagedEntry {
 public:
  // `encoded` is sound.
  ManagedEntry(Manager manager, std::string encoded, std::optional<meta_v1::Time> time);
  ManagedEntry(Manager manager, FieldSet fields);

  const Manager& manager() const { return manager_; }
  const FieldSet& fields() const;
  bool empty() const;
  void set_fields(FieldSet fields);
  // Unset for an entry that has never been written with a time.
  const std::optional<meta_v1::Time>& time() const { return time_; }
  void set_time(const meta_v1::Time& time) { time_ = time; }
  // Without decoding the set.
  bool owns_any(const FieldSet& fields) const;
  bool owns_all(const FieldSet& fields) const;
  std::string encoded() const;
  // Makes of the set what the type makes of it now.
  void reconcile(const Atom& type);

 private:
  Manager manager_;
  std::optional<meta_v1::Time> time_;
  std::string encoded_;  // empty once the set has been changed
  mutable std::optional<FieldSet> fields_;
};

using EncodedManagers = google::protobuf::RepeatedPtrField<meta_v1::ManagedFieldsEntry>;

class ManagedFields {
 public:
  // kBadRequest for entries that cannot be. `trusted`: they were checked when they were stored.
  static Result<ManagedFields> decode(const EncodedManagers& entries, bool trusted);
  // In the order in which they are shown.
  void encode(EncodedManagers& out) const;

  bool empty() const { return entries_.empty(); }
  const std::map<std::string, ManagedEntry>& entries() const { return entries_; }  // by id
  ManagedEntry* find(const std::string& id);
  void put(ManagedEntry entry);
  void erase(const std::string& id) { entries_.erase(id); }
  // Adds to what `manager` owns, and sets the time of its entry.
  void give(const Manager& manager, FieldSet fields, const meta_v1::Time& time);
  // Takes `fields` away from every entry but `except`, or from those alone that name them in
  // `api_version` where that is not empty; entries that have nothing go.
  void take_away(const FieldSet& fields, const std::string& except,
                 std::string_view api_version = {});
  // Makes of every entry what the type of its version makes of it now; `type_of` says null where
  // there is no such version.
  void reconcile(const std::function<const Atom*(const ManagedEntry&)>& type_of);
  // Drops the entries that name fields in `api_version`, but for `except`.
  void forget(std::string_view api_version, const std::string& except);
  // At most ten entries that update: the oldest are joined under one name.
  void cap_updaters();

 private:
  std::map<std::string, ManagedEntry> entries_;
};

}  // namespace kubus::apiserver
