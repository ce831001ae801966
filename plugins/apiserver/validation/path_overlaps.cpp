#include <k8s/core/v1/reference.pb.h>
#include <k8s/core/v1/selector.pb.h>
#include <k8s/core/v1/volume.pb.h>
#include <k8s/core/v1/volume_source.pb.h>

#include "validation/pod_warnings.h"

namespace kubus::apiserver {
namespace {

// A file, and what puts it there where a volume has several sources.
struct PlacedFile {
  std::string path, source;

  std::string text() const {
    return source.empty() ? quoted(path) : quoted(path) + " (" + source + ")";
  }
};

class Places {
 public:
  Places(const std::string& volume, const std::string& kind, std::vector<std::string>& out)
      : prefix_("volume " + quoted(volume) + " (" + kind + "): overlapping paths: "), out_(out) {}

  void add(std::string path, const std::string& source) {
    path.resize(path.find_last_not_of('/') + 1);
    if (path.empty() || files_.size() >= kMostCompared) return;
    PlacedFile file{std::move(path), source};
    for (const auto& other : files_)
      if (out_.size() < kMostWarnings &&
          (within(file.path, other.path) || within(other.path, file.path)))
        out_.push_back(prefix_ + file.text() + " with " + other.text());
    files_.push_back(std::move(file));
  }

  template <class Items>
  void add_all(const Items& items, const std::string& source) {
    for (const auto& item : items) add(item.path(), source);
  }

 private:
  static bool within(const std::string& path, const std::string& parent) {
    return path.starts_with(parent) && (path.size() == parent.size() || path[parent.size()] == '/');
  }

  std::string prefix_;
  std::vector<std::string>& out_;
  std::vector<PlacedFile> files_;
};

std::string called(const char* kind, const std::string& name) {
  return std::string(kind) + " " + quoted(name);
}

void warn_of_projected(const std::string& volume, const core_v1::ProjectedVolumeSource& projected,
                       std::vector<std::string>& out) {
  Places places(volume, "Projected", out);
  for (const auto& source : projected.sources()) {
    if (source.has_configmap()) {
      const auto& map = source.configmap();
      places.add_all(map.items(), called("ConfigMap", map.localobjectreference().name()));
    } else if (source.has_secret()) {
      const auto& secret = source.secret();
      places.add_all(secret.items(), called("Secret", secret.localobjectreference().name()));
    } else if (source.has_downwardapi()) {
      places.add_all(source.downwardapi().items(), "DownwardAPI");
    } else if (source.has_serviceaccounttoken()) {
      places.add(source.serviceaccounttoken().path(), "ServiceAccountToken");
    } else if (source.has_clustertrustbundle()) {
      const auto& bundle = source.clustertrustbundle();
      places.add(bundle.path(), called("ClusterTrustBundle",
                                       bundle.has_name() ? bundle.name() : bundle.signername()));
    } else if (!source.has_podcertificate() && out.size() < kMostWarnings) {
      out.push_back("volume " + quoted(volume) + " (Projected) has no sources provided");
    }
  }
}

}  // namespace

void warn_of_overlaps(const google::protobuf::RepeatedPtrField<core_v1::Volume>& volumes,
                      std::vector<std::string>& out) {
  for (const auto& volume : volumes) {
    const auto& source = volume.volumesource();
    const auto& name = volume.name();
    if (source.has_configmap()) {
      const auto& map = source.configmap();
      Places(name, called("ConfigMap", map.localobjectreference().name()), out)
          .add_all(map.items(), {});
    }
    if (source.has_secret())
      Places(name, called("Secret", source.secret().secretname()), out)
          .add_all(source.secret().items(), {});
    if (source.has_downwardapi())
      Places(name, "DownwardAPI", out).add_all(source.downwardapi().items(), {});
    if (source.has_projected()) warn_of_projected(name, source.projected(), out);
  }
}

}  // namespace kubus::apiserver
