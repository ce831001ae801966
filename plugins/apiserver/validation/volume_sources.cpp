#include "validation/volume_sources.h"

#include <google/protobuf/descriptor.h>
#include <k8s/core/v1/volume_source.pb.h>

#include <array>

#include "validation/checks.h"
#include "validation/pod_spec.h"

namespace kubus::apiserver {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

struct Needed {
  std::string_view source;
  std::array<const char*, 3> members;
};

constexpr Needed kNeeded[] = {
    {"gcePersistentDisk", {"pdName"}},
    {"awsElasticBlockStore", {"volumeID"}},
    {"gitRepo", {"repository"}},
    {"nfs", {"server", "path"}},
    {"glusterfs", {"endpoints", "path"}},
    {"rbd", {"monitors", "image"}},
    {"cinder", {"volumeID"}},
    {"cephfs", {"monitors"}},
    {"flexVolume", {"driver"}},
    {"azureFile", {"secretName", "shareName"}},
    {"vsphereVolume", {"volumePath"}},
    {"quobyte", {"registry", "volume"}},
    {"azureDisk", {"diskName", "diskURI"}},
    {"photonPersistentDisk", {"pdID"}},
    {"portworxVolume", {"volumeID"}},
    {"scaleIO", {"gateway", "system", "volumeName"}},
    {"persistentVolumeClaim", {"claimName"}},
    {"secret", {"secretName"}},
    {"local", {"path"}},
};

bool is_empty(const Message& message, const FieldDescriptor& field) {
  const auto& reflection = *message.GetReflection();
  if (field.is_repeated()) return reflection.FieldSize(message, &field) == 0;
  return !reflection.HasField(message, &field) || reflection.GetString(message, &field).empty();
}

std::vector<const FieldDescriptor*> present_sources(const Message& sources) {
  std::vector<const FieldDescriptor*> present;
  sources.GetReflection()->ListFields(sources, &present);
  // An empty directory is looked at before everything else.
  for (std::size_t i = 1; i < present.size(); ++i) {
    if (present[i]->name() == "emptyDir") std::swap(present[0], present[i]);
  }
  return present;
}

}  // namespace

std::string_view first_source(const Message& sources) {
  const auto present = present_sources(sources);
  return present.empty() ? std::string_view() : std::string_view(present[0]->name());
}

void check_one_source(const Message& sources, const Path& path, ErrorList& errors) {
  const auto present = present_sources(sources);
  for (std::size_t i = 1; i < present.size(); ++i) {
    errors.forbidden(path.child(present[i]->name()), "may not specify more than 1 volume type");
  }
}

void check_needed_members(const Message& sources, std::string_view name, const Path& path,
                          ErrorList& errors) {
  for (const Needed& needed : kNeeded) {
    if (needed.source != name) continue;
    const auto* field = sources.GetDescriptor()->FindFieldByName(std::string(name));
    const Message& source = sources.GetReflection()->GetMessage(sources, field);
    for (const char* member : needed.members) {
      if (member == nullptr) break;
      const auto* of_source = source.GetDescriptor()->FindFieldByName(member);
      if (of_source != nullptr && is_empty(source, *of_source)) {
        errors.required(path.child(name).child(member));
      }
    }
  }
}

void check_host_path(const core_v1::HostPathVolumeSource& source, const Path& path,
                     ErrorList& errors) {
  if (source.path().empty()) return errors.required(path.child("path"));
  if (has_backstep(source.path())) {
    errors.invalid(path.child("path"), source.path(), "must not contain '..'");
  }
  if (!source.type().empty()) {
    check_one_of(source.type(),
                 {"", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File",
                  "FileOrCreate", "Socket"},
                 path.child("type"), errors);
  }
}

}  // namespace kubus::apiserver
