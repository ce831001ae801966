#include "admission/seen_call.h"

#include <google/protobuf/message.h>

#include "cache/json_scan.h"
#include "custom/kind.h"
#include "kubus/api/json.h"
#include "kubus/api/schema.h"
#include "registry/reflect.h"

namespace kubus::apiserver {
namespace {

const google::protobuf::Descriptor* type_of(const AdmissionCall& call) {
  return (call.object ? *call.object : *call.old).GetDescriptor();
}

}  // namespace

Result<std::unique_ptr<Message>> seen_as(const Call& call, const Message& object,
                                         const ResourceInfo& from, const ResourceRef& to) {
  const auto* kind = custom_kind(*to);
  if (!kind || !kind->conversion() || object.GetDescriptor() != from.message)
    return object_as(object, from, *to);
  auto out = clone(object);
  const auto revision = metadata_of(object)->resourceversion();
  const auto text = stored_json(*out);
  if (json_text(json_at(text, "apiVersion")) == kind->api_version()) return clone(object);
  const auto* found = call.conversions.find(text, {to, kind});
  if (!found) return Status(Code::kUnavailable, "not converted yet");
  if (!found->ok()) return found->status();
  out->Clear();
  KUBUS_TRY(from_json(**found, *out));
  metadata_of(*out)->set_resourceversion(revision);
  return out;
}

std::unique_ptr<Message> SeenCall::show(const Message& object) {
  auto seen = seen_as(call_.call, object, *call_.call.resource, as_);
  if (seen.ok()) return std::move(*seen);
  status_ = seen.status();
  return clone(object);
}

SeenCall::SeenCall(const AdmissionCall& call, ResourceRef as) : as_(std::move(as)), call_(call) {
  const auto& written = *call.call.resource;
  own_ = type_of(call) == written.message;
  if (&written == as_.get()) return;
  converted_ = true;
  if (call.object) object_ = show(*call.object);
  if (call.old) old_ = show(*call.old);
  call_.object = object_.get();
  call_.old = old_.get();
}

KindName SeenCall::name_in(const ResourceInfo& version) const {
  if (own_) return {version.group, version.version, version.kind};
  const auto& info = message_info(*type_of(call_));
  return {info.group, info.version, info.kind};
}

}  // namespace kubus::apiserver
