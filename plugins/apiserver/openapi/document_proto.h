// The OpenAPI v2 document in the protobuf form that client-go reads (package openapi.v2).
//
// Thread safety: a pure function.
#pragma once

#include <string>
#include <string_view>

namespace kubus::apiserver {

inline constexpr std::string_view kOpenApiProtoAsked =
    "application/com.github.proto-openapi.spec.v2@v1.0+protobuf";
inline constexpr std::string_view kOpenApiProtoType =
    "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";

// `document` is what OpenApi::document_v2() or merge_v2() writes. Of what other servers say, all
// that describes paths, parameters and types is translated; headers of answers and links are not.
std::string openapi_v2_protobuf(std::string_view document);

}  // namespace kubus::apiserver
