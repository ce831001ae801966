// Patches: the three ways in which a client changes parts of an object.
//
// Thread safety: pure functions.
//
// Everything is bounded: a JSON patch has at most 10,000 operations and copies at most 3 MiB, and
// no document nests deeper than kMaxPatchDepth.
#pragma once

#include <boost/json/value.hpp>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "kubus/status.h"

namespace google::protobuf {
class Descriptor;
}

namespace kubus::apiserver {

enum class PatchType : std::uint8_t {
  kJson,            // application/json-patch+json, RFC 6902
  kMerge,           // application/merge-patch+json, RFC 7386
  kStrategicMerge,  // application/strategic-merge-patch+json
};

inline constexpr std::size_t kMaxPatchOperations = 10'000;
inline constexpr std::size_t kMaxPatchCopyBytes = 3U * 1024 * 1024;
inline constexpr std::size_t kMaxPatchDepth = 512;

// The body of a request as a patch. `mistakes` collects fields that are given twice or, in a JSON
// patch, mean nothing; null when the client does not want to hear of them.
//
// BadRequest: the body is no patch of this type. RequestEntityTooLarge: too many operations.
Result<boost::json::value> read_patch(PatchType type, std::string_view body,
                                      std::vector<std::string>* mistakes);

// The object after a patch that read_patch() made. `schema` says how a strategic merge treats lists
// and is not read by the other types; null treats every list as atomic.
//
// BadRequest: directives of a strategic merge are malformed. Invalid: it does not apply to this
// object. Unknown: a strategic merge of a list whose elements lack their merge key, or of a field
// that the type does not have, as in Kubernetes.
Result<boost::json::value> apply_patch(PatchType type, boost::json::value current,
                                       const boost::json::value& patch,
                                       const google::protobuf::Descriptor* schema);

// What an error calls the value that is wrong: the patch, for a strategic merge, or else the object
// that came of it.
std::string patch_value_text(PatchType type, const boost::json::value& patch,
                             boost::json::value patched);

}  // namespace kubus::apiserver
