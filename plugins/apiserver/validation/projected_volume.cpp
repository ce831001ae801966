// Volumes made of what the API knows: keys of secrets and config maps, fields of the pod, tokens.
#include "validation/projected_volume.h"

#include <k8s/core/v1/selector.pb.h>
#include <k8s/core/v1/volume_source.pb.h>

#include <set>

#include "validation/checks.h"
#include "validation/pod_spec.h"

namespace kubus::apiserver {
namespace {

constexpr std::int64_t kShortestToken = 600;
constexpr std::int64_t kLongestToken = std::int64_t{1} << 32;

class ProjectionCheck {
 public:
  ProjectionCheck(const Path& path, ErrorList& errors) : path_(path), errors_(errors) {}

  void run(const core_v1::VolumeProjection& source, const Path& path) {
    count_ = 0;
    if (take(source.has_secret(), path.child("secret"))) {
      keys(source.secret(), path.child("secret"));
    }
    if (take(source.has_configmap(), path.child("configMap"))) {
      keys(source.configmap(), path.child("configMap"));
    }
    if (take(source.has_downwardapi(), path.child("downwardAPI"))) {
      for (const auto& file : source.downwardapi().items()) {
        check_pod_file(file, path.child("downwardAPI"), errors_);
        place(file.path(), file.path());
      }
    }
    if (take(source.has_serviceaccounttoken(), path.child("serviceAccountToken"))) {
      token(source.serviceaccounttoken(), path.child("serviceAccountToken"));
    }
    if (take(source.has_clustertrustbundle(), path.child("clusterTrustBundle"))) {
      bundle(source.clustertrustbundle(), path.child("clusterTrustBundle"));
    }
  }

 private:
  // Whether the source is there and the first one.
  bool take(bool present, const Path& path) {
    if (!present) return false;
    if (++count_ == 1) return true;
    errors_.forbidden(path, "may not specify more than 1 volume type");
    return false;
  }

  // Two sources cannot fill the same file.
  void place(const std::string& file, const std::string& owner) {
    if (!file.empty() && !paths_.insert(file).second) {
      errors_.invalid(path_, owner, "conflicting duplicate paths");
    }
  }

  template <class Source>
  void keys(const Source& source, const Path& path) {
    const std::string& name = source.localobjectreference().name();
    if (name.empty()) errors_.required(path.child("name"));
    check_key_items(source.items(), path.child("items"), errors_);
    for (const auto& item : source.items()) place(item.path(), name);
  }

  void token(const core_v1::ServiceAccountTokenProjection& source, const Path& path) {
    const Path seconds = path.child("expirationSeconds");
    if (source.expirationseconds() < kShortestToken) {
      errors_.invalid(seconds, source.expirationseconds(),
                      "may not specify a duration less than 10 minutes");
    }
    if (source.expirationseconds() > kLongestToken) {
      errors_.invalid(seconds, source.expirationseconds(),
                      "may not specify a duration larger than 2^32 seconds");
    }
    if (source.path().empty()) {
      errors_.required(path.child("path"));
    } else {
      check_local_path(source.path(), path.child("path"), errors_);
    }
  }

  void bundle(const core_v1::ClusterTrustBundleProjection& source, const Path& path) {
    if (source.path().empty()) {
      errors_.required(path.child("path"));
    } else {
      check_local_path(source.path(), path.child("path"), errors_);
      place(source.path(), source.path());
    }
    if (source.has_name() && source.has_signername()) {
      errors_.invalid(path, "", "only one of name and signerName may be used");
    } else if (!source.has_name() && !source.has_signername()) {
      errors_.required(path, "either name or signerName must be specified");
    }
  }

  const Path& path_;
  ErrorList& errors_;
  std::set<std::string> paths_;
  int count_ = 0;
};

}  // namespace

void check_file_mode(bool present, std::int32_t mode, const Path& path, ErrorList& errors) {
  if (present && (mode < 0 || mode > 0777)) {
    errors.invalid(path, mode, "must be a number between 0 and 0777 (octal), both inclusive");
  }
}

void check_key_items(const google::protobuf::RepeatedPtrField<core_v1::KeyToPath>& items,
                     const Path& path, ErrorList& errors) {
  for (int i = 0; i < items.size(); ++i) {
    const Path at = path.index(i);
    if (items[i].key().empty()) errors.required(at.child("key"));
    if (items[i].path().empty()) errors.required(at.child("path"));
    check_local_path(items[i].path(), at.child("path"), errors);
    check_file_mode(items[i].has_mode(), items[i].mode(), at.child("mode"), errors);
  }
}

void check_pod_file(const core_v1::DownwardAPIVolumeFile& file, const Path& path,
                    ErrorList& errors) {
  if (file.path().empty()) errors.required(path.child("path"));
  check_local_path(file.path(), path.child("path"), errors);
  if (file.has_fieldref()) {
    check_field_reference(file.fieldref(),
                          {"metadata.annotations", "metadata.labels", "metadata.name",
                           "metadata.namespace", "metadata.uid"},
                          path.child("fieldRef"), errors);
    if (file.has_resourcefieldref()) {
      errors.invalid(path, "resource",
                     "fieldRef and resourceFieldRef can not be specified simultaneously");
    }
  } else if (file.has_resourcefieldref()) {
    check_resource_reference(file.resourcefieldref(), true, path.child("resourceFieldRef"), errors);
  } else {
    errors.required(path, "one of fieldRef and resourceFieldRef is required");
  }
  check_file_mode(file.has_mode(), file.mode(), path.child("mode"), errors);
}

void check_projected(const core_v1::ProjectedVolumeSource& source, const Path& path,
                     ErrorList& errors) {
  check_file_mode(source.has_defaultmode(), source.defaultmode(), path.child("defaultMode"),
                  errors);
  ProjectionCheck check(path, errors);
  for (int i = 0; i < source.sources_size(); ++i) {
    check.run(source.sources(i), path.child("sources").index(i));
  }
}

}  // namespace kubus::apiserver
