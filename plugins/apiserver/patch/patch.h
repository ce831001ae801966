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
#include <string_view>

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

// The object after the patch; `current` is unchanged. `schema` says how a strategic merge treats
// lists and is not read by the other types; null treats every list as atomic.
//
// BadRequest: the body is no patch of this type. Invalid: it does not apply to this object.
// RequestEntityTooLarge: too many operations. InternalError: a strategic merge of a list whose
// elements lack their merge key, as in Kubernetes.
Result<boost::json::value> apply_patch(PatchType type, const boost::json::value& current,
                                       std::string_view body,
                                       const google::protobuf::Descriptor* schema);

}  // namespace kubus::apiserver
