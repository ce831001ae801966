#include "aggregation/remote_documents.h"

#include "openapi/document_proto.h"

namespace kubus::apiserver::aggregation {
namespace {

DiscoveryDocument document(std::string body, std::string_view type) {
  DiscoveryDocument out;
  out.etag = entity_tag(body);
  out.body = std::move(body);
  out.content_type = type;
  return out;
}

}  // namespace

MergedDocument::MergedDocument(std::string json)
    : json_(document(std::move(json), "application/json")) {}

DocumentPtr json_document(std::string body) {
  if (body.empty()) return nullptr;
  return std::make_shared<const DiscoveryDocument>(document(std::move(body), "application/json"));
}

const DiscoveryDocument& MergedDocument::protobuf() const {
  std::call_once(
      once_, [this] { protobuf_ = document(openapi_v2_protobuf(json_.body), kOpenApiProtoType); });
  return protobuf_;
}

}  // namespace kubus::apiserver::aggregation
