#include <k8s/core/v1/selector.pb.h>
#include <k8s/storage/v1/storage_class.pb.h>
#include <k8s/storage/v1/volume_attributes_class.pb.h>

#include <map>
#include <set>

#include "validation/checks.h"
#include "validation/validator.h"

namespace kubus::apiserver {
namespace {

constexpr std::size_t kMostParameters = 512;
constexpr std::size_t kMostParameterBytes = 256U * 1024;

void check_parameters(const StringMap& parameters, bool may_be_none, ErrorList& errors) {
  const Path path("parameters");
  if (parameters.size() > kMostParameters) return errors.too_long(path, kMostParameters);
  std::size_t bytes = 0;
  for (const auto& [key, value] : parameters) {
    if (key.empty()) errors.invalid(path, key, "field can not be empty.");
    bytes += key.size() + value.size();
  }
  if (bytes > kMostParameterBytes) errors.too_long(path, kMostParameterBytes);
  if (parameters.empty() && !may_be_none) {
    errors.required(path, "must contain at least one key/value pair");
  }
}

// What a term asks for, in whatever order it is written.
using Wanted = std::map<std::string, std::set<std::string>>;

Wanted check_topology(const core_v1::TopologySelectorTerm& term, const Path& path,
                      ErrorList& errors) {
  const Path list = path.child("matchLabelExpressions");
  Wanted wanted;
  for (int i = 0; i < term.matchlabelexpressions_size(); ++i) {
    const auto& item = term.matchlabelexpressions(i);
    const Path values = list.index(i).child("values");
    if (item.values().empty()) errors.required(values);
    std::set<std::string> seen;
    for (int j = 0; j < item.values_size(); ++j) {
      if (!seen.insert(item.values(j)).second) errors.duplicate(values.index(j), item.values(j));
    }
    const Path key = list.index(i).child("key");
    check_label_name(item.key(), key, errors);
    if (wanted.contains(item.key())) errors.duplicate(key, item.key());
    wanted[item.key()] = std::move(seen);
  }
  return wanted;
}

void check_topologies(const storage_v1::StorageClass& object, ErrorList& errors) {
  std::set<Wanted> before;
  for (int i = 0; i < object.allowedtopologies_size(); ++i) {
    const Path path = Path("allowedTopologies").index(i);
    if (!before.insert(check_topology(object.allowedtopologies(i), path, errors)).second)
      errors.duplicate(path.child("matchLabelExpressions"), "");
  }
}

void check_class(const storage_v1::StorageClass& object, ErrorList& errors) {
  if (object.provisioner().empty()) {
    errors.required(Path("provisioner"));
  } else {
    errors.invalid_each(Path("provisioner"), object.provisioner(),
                        check_qualified_name(lower_case(object.provisioner())));
  }
  check_parameters(object.parameters(), true, errors);
  if (!object.reclaimpolicy().empty()) {
    check_one_of(object.reclaimpolicy(), {"Delete", "Retain"}, Path("reclaimPolicy"), errors);
  }
  if (!object.has_volumebindingmode()) {
    errors.required(Path("volumeBindingMode"));
  } else if (object.volumebindingmode() != "Immediate" &&
             object.volumebindingmode() != "WaitForFirstConsumer") {
    errors.not_supported(Path("volumeBindingMode"), object.volumebindingmode(),
                         {"Immediate", "WaitForFirstConsumer"});
  }
  check_topologies(object, errors);
}

void check_class_update(const storage_v1::StorageClass& object, const storage_v1::StorageClass& old,
                        ErrorList& errors) {
  if (!equal(object.parameters(), old.parameters())) {
    errors.forbidden(Path("parameters"), "updates to parameters are forbidden.");
  }
  if (object.provisioner() != old.provisioner()) {
    errors.forbidden(Path("provisioner"), "updates to provisioner are forbidden.");
  }
  if (object.reclaimpolicy() != old.reclaimpolicy()) {
    errors.forbidden(Path("reclaimPolicy"), "updates to reclaimPolicy are forbidden.");
  }
  check_immutable(object.volumebindingmode(), old.volumebindingmode(), Path("volumeBindingMode"),
                  errors);
}

void check_attributes(const storage_v1::VolumeAttributesClass& object, ErrorList& errors) {
  check_driver_name(object.drivername(), Path("driverName"), errors);
  check_parameters(object.parameters(), false, errors);
}

void check_attributes_update(const storage_v1::VolumeAttributesClass& object,
                             const storage_v1::VolumeAttributesClass& old, ErrorList& errors) {
  if (object.drivername() != old.drivername()) {
    errors.forbidden(Path("driverName"), "updates to driverName are forbidden.");
  }
  if (!equal(object.parameters(), old.parameters())) {
    errors.forbidden(Path("parameters"), "updates to parameters are forbidden.");
  }
}

constexpr Validator kValidators[] = {
    {"k8s.io.api.storage.v1.StorageClass", check_as<storage_v1::StorageClass, check_class>,
     compare_as<storage_v1::StorageClass, check_class_update>},
    {"k8s.io.api.storage.v1.VolumeAttributesClass",
     check_as<storage_v1::VolumeAttributesClass, check_attributes>,
     compare_as<storage_v1::VolumeAttributesClass, check_attributes_update>},
};

}  // namespace

std::span<const Validator> storage_class_validators() { return kValidators; }

}  // namespace kubus::apiserver
