// What is left in a namespace that ends, and the conditions that say so.
//
// Thread safety: values and pure functions.
#pragma once

#include <k8s/core/v1/namespace.pb.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "kubus/api/resource.h"
#include "kubus/api/time.h"

namespace kubus::nslife {

inline constexpr char kFinalizer[] = "kubernetes";

struct Remaining {
  std::map<std::string, int> resources;   // objects left, by "<plural>.<group>"
  std::map<std::string, int> finalizers;  // objects that carry it, by finalizer
  std::vector<std::string> errors;
  bool pods = false;
  bool empty() const { return resources.empty() && errors.empty(); }
};

// The namespaced resources whose objects a namespace's end deletes, pods first.
std::vector<const ResourceInfo*> deletable_resources();

bool has_finalizer(const core_v1::Namespace& ns);
// Without the finalizer of this controller; others stay.
core_v1::Namespace finalized(const core_v1::Namespace& ns);

// Counts the objects of a list reply into `remaining`.
void count_items(const ResourceInfo& resource, const google::protobuf::Message& list,
                 Remaining& remaining);

// The namespace with its five conditions brought up to date; the transition time of those that
// change is `now`.
core_v1::Namespace with_conditions(const core_v1::Namespace& ns, const Remaining& remaining,
                                   SystemTime now);

}  // namespace kubus::nslife
