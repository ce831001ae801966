// Content negotiation: which form of an answer the client asked for, and in what form a body came.
//
// Thread safety: free functions over values.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace kubus::apiserver {

enum class Format { kJson, kYaml, kProtobuf };
// What of an object is sent: all of it, a Table of columns, or its metadata alone.
enum class View { kObject, kTable, kMetadata };

struct Accepted {
  Format format = Format::kJson;
  View view = View::kObject;
  std::string as_group;    // of a view
  std::string as_version;  // v1 or v1beta1
  bool as_list = false;    // the metadata of what is a list
};

// The first choice of the Accept header that this server can make; nothing when there is none. An
// absent or empty header means JSON. `has_protobuf`: the objects themselves have such a form; their
// metadata always has.
std::optional<Accepted> negotiate(std::string_view accept, bool has_protobuf = true);
// The format in which an error is sent to a client that may accept nothing of this server.
Format failure_format(std::string_view accept);
// The format of a request body; an empty header means JSON. Nothing for parameters that are none.
std::optional<Format> body_format(std::string_view content_type);
// "application/json" and the like; a watch stream's protobuf has a parameter of its own.
std::string_view content_type(Format format, bool stream = false);
// The media type alone, without parameters.
std::string media_type(std::string_view header);

}  // namespace kubus::apiserver
