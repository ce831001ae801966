#include "admission/seen_call.h"

#include <google/protobuf/message.h>

#include "kubus/api/schema.h"

namespace kubus::apiserver {
namespace {

const google::protobuf::Descriptor* type_of(const AdmissionCall& call) {
  return (call.object ? *call.object : *call.old).GetDescriptor();
}

}  // namespace

SeenCall::SeenCall(const AdmissionCall& call, ResourceRef as) : as_(std::move(as)), call_(call) {
  const auto& written = *call.call.resource;
  own_ = type_of(call) == written.message;
  if (&written == as_.get()) return;
  converted_ = true;
  if (call.object) object_ = object_as(*call.object, written, *as_);
  if (call.old) old_ = object_as(*call.old, written, *as_);
  call_.object = object_.get();
  call_.old = old_.get();
}

KindName SeenCall::name_in(const ResourceInfo& version) const {
  if (own_) return {version.group, version.version, version.kind};
  const auto& info = message_info(*type_of(call_));
  return {info.group, info.version, info.kind};
}

}  // namespace kubus::apiserver
