#include "api_error.h"

#include "k8s/meta/v1/status.pb.h"
#include "kubus/api.pb.h"
#include "kubus/api/json.h"
#include "kubus/api/protobuf.h"
#include "kubus/api/types.h"

namespace kubus {

Status api_error(const api::Response& response) {
  meta_v1::Status body;
  const Status read = response.encoding() == api::PROTOBUF ? from_protobuf(response.body(), body)
                                                           : from_json(response.body(), body);
  if (!read.ok() || body.message().empty())
    return Status(code_from_http(response.http_code()),
                  "the server answered " + std::to_string(response.http_code()));
  Code code = code_from_name(body.reason());
  if (code == Code::kUnknown || code == Code::kOk) code = code_from_http(response.http_code());
  Status status(code, body.message());
  if (body.has_details()) status.with_details(body.details().SerializeAsString());
  return status;
}

}  // namespace kubus
