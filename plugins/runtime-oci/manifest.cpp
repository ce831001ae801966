#include "manifest.h"

#include <boost/json.hpp>

#include "kubus/api/time.h"
#include "reference.h"

namespace kubus::runtime_oci {
namespace {

namespace json = boost::json;

// Missing members and members of another type read as empty: images in the wild have nulls.
const json::object& object_at(const json::object& from, std::string_view key) {
  static const json::object empty;
  const auto* value = from.if_contains(key);
  return value && value->is_object() ? value->get_object() : empty;
}

std::string string_at(const json::object& from, std::string_view key) {
  const auto* value = from.if_contains(key);
  return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::vector<std::string> strings_at(const json::object& from, std::string_view key) {
  std::vector<std::string> result;
  const auto* value = from.if_contains(key);
  if (!value || !value->is_array()) return result;
  for (const auto& item : value->get_array())
    if (item.is_string()) result.emplace_back(item.get_string());
  return result;
}

std::vector<std::string> keys_at(const json::object& from, std::string_view key) {
  std::vector<std::string> result;
  for (const auto& member : object_at(from, key)) result.emplace_back(member.key());
  return result;
}

std::map<std::string, std::string> map_at(const json::object& from, std::string_view key) {
  std::map<std::string, std::string> result;
  for (const auto& member : object_at(from, key))
    if (member.value().is_string())
      result[std::string(member.key())] = std::string(member.value().get_string());
  return result;
}

Result<json::value> parse(std::string_view text, const char* what) {
  json::error_code error;
  json::parse_options options;
  options.max_depth = 64;
  auto value = json::parse({text.data(), text.size()}, error, {}, options);
  if (error) return Status(Code::kInvalid, std::string(what) + ": " + error.message());
  return value;
}

Result<json::object> parse_object(std::string_view text, const char* what) {
  auto value = parse(text, what);
  if (!value.ok()) return value.status();
  if (!value->is_object()) return Status(Code::kInvalid, std::string(what) + ": not an object");
  return std::move(value->get_object());
}

Result<Descriptor> descriptor_of(const json::value& value) {
  if (!value.is_object()) return Status(Code::kInvalid, "manifest: descriptor is not an object");
  const auto& object = value.get_object();
  Descriptor result;
  result.media_type = string_at(object, "mediaType");
  result.digest = string_at(object, "digest");
  if (!is_digest(result.digest))
    return Status(Code::kInvalid, "manifest: unusable digest \"" + result.digest + "\"");
  if (const auto* size = object.if_contains("size"); size && size->is_int64())
    result.size = static_cast<std::uint64_t>(size->get_int64());
  result.annotations = map_at(object, "annotations");
  const auto& platform = object_at(object, "platform");
  result.os = string_at(platform, "os");
  result.architecture = string_at(platform, "architecture");
  return result;
}

Result<std::vector<Descriptor>> descriptors_at(const json::object& from, std::string_view key) {
  std::vector<Descriptor> result;
  const auto* value = from.if_contains(key);
  if (!value || !value->is_array())
    return Status(Code::kInvalid, "manifest: \"" + std::string(key) + "\" is missing");
  for (const auto& item : value->get_array()) {
    auto descriptor = descriptor_of(item);
    if (!descriptor.ok()) return descriptor.status();
    result.push_back(std::move(*descriptor));
  }
  return result;
}

std::int64_t time_ns(const std::string& rfc3339) {
  const auto time = parse_time(rfc3339);
  if (!time.ok()) return 0;
  return std::chrono::nanoseconds(time->time_since_epoch()).count();
}

}  // namespace

std::string_view machine_architecture() {
#if defined(__x86_64__)
  return "amd64";
#elif defined(__aarch64__)
  return "arm64";
#else
  return "unknown";
#endif
}

Result<Manifest> parse_manifest(std::string_view text) {
  const auto object = parse_object(text, "manifest");
  if (!object.ok()) return object.status();
  Manifest result;
  if (object->contains("manifests")) {
    result.is_index = true;
    auto manifests = descriptors_at(*object, "manifests");
    if (!manifests.ok()) return manifests.status();
    result.manifests = std::move(*manifests);
    return result;
  }
  const auto* config = object->if_contains("config");
  if (!config) return Status(Code::kInvalid, "manifest: \"config\" is missing");
  auto descriptor = descriptor_of(*config);
  if (!descriptor.ok()) return descriptor.status();
  auto layers = descriptors_at(*object, "layers");
  if (!layers.ok()) return layers.status();
  result.config = std::move(*descriptor);
  result.layers = std::move(*layers);
  return result;
}

Result<Descriptor> choose_platform(const std::vector<Descriptor>& manifests) {
  for (const auto& candidate : manifests)
    if (candidate.os == "linux" && candidate.architecture == machine_architecture())
      return candidate;
  for (const auto& candidate : manifests)
    if (candidate.os.empty()) return candidate;
  return Status(Code::kNotFound,
                "the image is not made for linux/" + std::string(machine_architecture()));
}

Result<std::vector<DockerArchiveEntry>> parse_docker_archive(std::string_view text) {
  const auto value = parse(text, "manifest.json");
  if (!value.ok()) return value.status();
  if (!value->is_array()) return Status(Code::kInvalid, "manifest.json: not a list");
  std::vector<DockerArchiveEntry> result;
  for (const auto& item : value->get_array()) {
    if (!item.is_object()) return Status(Code::kInvalid, "manifest.json: not a list of objects");
    const auto& object = item.get_object();
    result.push_back({string_at(object, "Config"), strings_at(object, "RepoTags"),
                      strings_at(object, "Layers")});
  }
  return result;
}

Result<ImageConfig> parse_image_config(std::string_view text) {
  const auto object = parse_object(text, "image configuration");
  if (!object.ok()) return object.status();
  const auto& config = object_at(*object, "config");
  ImageConfig result;
  result.entrypoint = strings_at(config, "Entrypoint");
  result.command = strings_at(config, "Cmd");
  result.env = strings_at(config, "Env");
  result.user = string_at(config, "User");
  result.working_dir = string_at(config, "WorkingDir");
  result.stop_signal = string_at(config, "StopSignal");
  result.labels = map_at(config, "Labels");
  result.volumes = keys_at(config, "Volumes");
  result.exposed_ports = keys_at(config, "ExposedPorts");
  result.diff_ids = strings_at(object_at(*object, "rootfs"), "diff_ids");
  result.created_ns = time_ns(string_at(*object, "created"));
  result.os = string_at(*object, "os");
  result.architecture = string_at(*object, "architecture");
  for (const auto& diff_id : result.diff_ids)
    if (!is_digest(diff_id))
      return Status(Code::kInvalid, "image configuration: unusable diff_id \"" + diff_id + "\"");
  return result;
}

}  // namespace kubus::runtime_oci
