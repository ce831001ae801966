#include "webhooks/patching.h"

#include <k8s/meta/v1/object_meta.pb.h>

#include <boost/json.hpp>

#include "kubus/api/json_value.h"
#include "patch/patch.h"
#include "policy/evaluation.h"
#include "registry/body.h"

namespace kubus::apiserver::webhooks {

Result<bool> apply_webhook_patch(const Call& call, std::unique_ptr<Message>& object,
                                 const std::string& patch) {
  const auto operations = read_patch(PatchType::kJson, patch, nullptr);
  if (!operations.ok()) return errors::internal(operations.status().message());
  const auto before = policy::document_of(object.get());
  auto after = apply_patch(PatchType::kJson, before, *operations, nullptr);
  if (!after.ok()) return errors::internal(after.status().message());
  if (*after == before) return false;
  auto made = new_message(*object->GetDescriptor());
  if (const auto read = from_json(*after, *made); !read.ok())
    return errors::internal(read.message());
  if (const auto read = admit_custom(call, *made, nullptr); !read.ok())
    return errors::internal(read.message());
  *metadata_of(*made)->mutable_managedfields() = metadata_of(*object)->managedfields();
  object = std::move(made);
  return true;
}

}  // namespace kubus::apiserver::webhooks
