#include "respond/status_body.h"

#include <k8s/meta/v1/status.pb.h>

#include "kubus/api/json.h"
#include "kubus/api/protobuf.h"
#include "respond/indent.h"
#include "yaml/yaml.h"

namespace kubus::apiserver {
namespace {

Bytes encode(const meta_v1::Status& status, Format format) {
  if (format == Format::kProtobuf) return Bytes(to_protobuf(status));
  auto json = to_json(status);
  if (format == Format::kYaml)
    if (auto yaml = json_to_yaml(json); yaml.ok()) return Bytes(std::move(*yaml));
  json.push_back('\n');
  return Bytes(std::move(json));
}

meta_v1::Status to_message(const Status& failure) {
  meta_v1::Status status;
  status.mutable_metadata();
  status.set_status("Failure");
  status.set_message(failure.message());
  const Code code = failure.code();
  // The bus's own outcomes are no reasons that clients know.
  const bool bus_outcome =
      code == Code::kUnavailable || code == Code::kDraining || code == Code::kCancelled;
  if (bus_outcome)
    status.set_reason("ServiceUnavailable");
  else if (code != Code::kUnknown)
    status.set_reason(std::string(code_name(code)));
  // Also of what has no name.
  if (code == Code::kNotFound || code == Code::kMethodNotAllowed || code == Code::kInvalid)
    status.mutable_details();
  if (!failure.details().empty()) status.mutable_details()->ParseFromString(failure.details());
  status.set_code(status_code(failure));
  return status;
}

}  // namespace

int status_code(const Status& failure) {
  return failure.code() == Code::kCancelled ? 503 : http_code(failure.code());
}

Bytes status_body(const Status& failure, Format format) {
  return encode(to_message(failure), format);
}

Bytes success_body(const std::string& name, const std::string& group, const std::string& kind,
                   const std::string& uid, Format format) {
  meta_v1::Status status;
  status.mutable_metadata();
  status.set_status("Success");
  auto* details = status.mutable_details();
  if (!name.empty()) details->set_name(name);
  if (!group.empty()) details->set_group(group);
  if (!kind.empty()) details->set_kind(kind);
  if (!uid.empty()) details->set_uid(uid);
  return encode(status, format);
}

http::Response status_response(const meta_v1::Status& failure, Format format) {
  http::Response response;
  response.status = failure.code();
  response.headers.add("Content-Type", std::string(content_type(format)));
  response.headers.add("Cache-Control", "no-cache, private");
  if (failure.details().retryafterseconds() > 0)
    response.headers.add("Retry-After", std::to_string(failure.details().retryafterseconds()));
  response.body.push_back(encode(failure, format));
  return response;
}

http::Response status_response(const Status& failure, Format format) {
  return status_response(to_message(failure), format);
}

http::Response failure_response(const meta_v1::Status& failure, std::string_view accept) {
  const auto accepted = negotiate(accept);
  auto response = status_response(failure, accepted ? accepted->format : Format::kJson);
  if (!accepted) response.body = {Bytes(indented_json(response.body))};
  return response;
}

http::Response failure_response(const Status& failure, std::string_view accept) {
  return failure_response(to_message(failure), accept);
}

}  // namespace kubus::apiserver
