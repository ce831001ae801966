// Tables: objects as the rows that `kubectl get` prints, in a Table of meta.k8s.io.
//
// Thread safety: pure functions.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "kubus/api/resource.h"

namespace kubus::apiserver {

enum class IncludeObject : std::uint8_t { kNone, kMetadata, kObject };

struct TableRow {
  const google::protobuf::Message* object = nullptr;
  // The object's JSON, sent as it is with kObject; encoded when empty.
  std::string_view object_json;
};

struct TableOptions {
  std::string_view version = "v1";  // of meta.k8s.io
  IncludeObject include_object = IncludeObject::kMetadata;
  // False leaves columnDefinitions null, as in the second and later events of a watch.
  bool headers = true;
  // Metadata of the list, or of the object that a table of one row stands for.
  std::string_view resource_version;
  std::string_view continue_token;
  std::int64_t remaining_items = -1;  // -1 where it is not known
  std::chrono::system_clock::time_point now = std::chrono::system_clock::now();
};

// Rows of objects of one resource. Kinds that have no columns of their own get their name and the
// time of their creation.
std::string table_json(const ResourceInfo& resource, std::span<const TableRow> rows,
                       const TableOptions& options);
// The same for any message type, as the answer of a subresource (autoscaling/v1 Scale).
std::string table_json(const google::protobuf::Descriptor& type, std::span<const TableRow> rows,
                       const TableOptions& options);

}  // namespace kubus::apiserver
