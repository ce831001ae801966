// The JSON documents of an image: OCI index, manifest and configuration, docker-archive manifest.
//
// Thread safety: values and free functions. Malformed text is code Invalid.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "kubus/status.h"

namespace kubus::runtime_oci {

struct Descriptor {
  std::string media_type;
  std::string digest;
  std::uint64_t size = 0;
  std::map<std::string, std::string> annotations;
  std::string os;
  std::string architecture;
};

// An OCI or docker manifest, or an index of them.
struct Manifest {
  bool is_index = false;
  std::vector<Descriptor> manifests;  // of an index
  Descriptor config;
  std::vector<Descriptor> layers;
};
Result<Manifest> parse_manifest(std::string_view json);
// The one for this machine; NotFound when the index has none.
Result<Descriptor> choose_platform(const std::vector<Descriptor>& manifests);

struct DockerArchiveEntry {
  std::string config;
  std::vector<std::string> repo_tags;
  std::vector<std::string> layers;
};
Result<std::vector<DockerArchiveEntry>> parse_docker_archive(std::string_view json);

struct ImageConfig {
  std::vector<std::string> entrypoint;
  std::vector<std::string> command;
  std::vector<std::string> env;
  std::string user;
  std::string working_dir;
  std::string stop_signal;
  std::map<std::string, std::string> labels;
  std::vector<std::string> volumes;
  std::vector<std::string> exposed_ports;
  std::vector<std::string> diff_ids;
  std::int64_t created_ns = 0;
  std::string os;
  std::string architecture;
};
Result<ImageConfig> parse_image_config(std::string_view json);

// The name images give this machine's processor ("amd64").
std::string_view machine_architecture();

}  // namespace kubus::runtime_oci
