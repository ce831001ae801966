// The meta/v1 Status that every error becomes on the wire.
//
// Thread safety: free functions.
#pragma once

#include <string>

#include "kubus/api/types.h"
#include "kubus/bytes.h"
#include "kubus/http/message.h"
#include "kubus/status.h"
#include "request/media_type.h"

namespace kubus::apiserver {

// A failure as an encoded Status object.
Bytes status_body(const Status& failure, Format format);
// What a successful delete answers: the kind is the plural name of the resource.
Bytes success_body(const std::string& name, const std::string& group, const std::string& kind,
                   const std::string& uid, Format format);
// The whole response, with Retry-After where the details ask for it.
http::Response status_response(const Status& failure, Format format = Format::kJson);
// The same of a failure that somebody else has put in words.
http::Response status_response(const meta_v1::Status& failure, Format format);
// The same in the form that an Accept field asks for; who accepts nothing that there is gets JSON
// for people.
http::Response failure_response(const meta_v1::Status& failure, std::string_view accept);
http::Response failure_response(const Status& failure, std::string_view accept);
// The HTTP code of a failure.
int status_code(const Status& failure);

}  // namespace kubus::apiserver
