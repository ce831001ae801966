#include "registry/change_rules.h"

#include <google/protobuf/message.h>
#include <k8s/meta/v1/object_meta.pb.h>

#include "cache/json_scan.h"
#include "custom/kind.h"
#include "registry/strategy.h"
#include "request/number.h"
#include "validation/checks.h"

namespace kubus::apiserver {
namespace {

using Entries = google::protobuf::RepeatedPtrField<meta_v1::ManagedFieldsEntry>;

bool same_owners(const Entries& a, const Entries& b) {
  if (a.size() != b.size()) return false;
  for (int i = 0; i < a.size(); ++i) {
    auto left = a[i], right = b[i];
    left.clear_time();
    right.clear_time();
    if (left.SerializeAsString() != right.SerializeAsString()) return false;
  }
  return true;
}

// The text before and behind the list of managers.
std::pair<std::string_view, std::string_view> around_managers(std::string_view json) {
  const auto managers = json_at(json, "metadata.managedFields");
  if (managers.empty()) return {json, {}};
  const auto at = static_cast<std::size_t>(managers.data() - json.data());
  return {json.substr(0, at), json.substr(at + managers.size())};
}

}  // namespace

bool counts_status(const ResourceInfo& resource) {
  return custom_kind(resource) && !resource.find_subresource("status");
}

bool counts_metadata(const ResourceInfo& resource, const Message& object, const Message& old) {
  const auto& now = *metadata_of(object);
  const auto& before = *metadata_of(old);
  if (resource.group == "apps" && resource.plural == "deployments")
    return !equal(now.annotations(), before.annotations());
  return resource.group == "discovery.k8s.io" && resource.plural == "endpointslices" &&
         !equal(now.labels(), before.labels());
}

bool same_desire(std::string_view a, std::string_view b, bool with_status) {
  const auto is_desire = [with_status](std::string_view key) {
    return key != "metadata" && (with_status || key != "status") && key != "kind" &&
           key != "apiVersion";
  };
  MemberScan left(a), right(b);
  for (;;) {
    bool has_left, has_right;
    while ((has_left = left.next()) && !is_desire(left.key())) continue;
    while ((has_right = right.next()) && !is_desire(right.key())) continue;
    if (has_left != has_right) return false;
    if (!has_left) return true;
    if (left.key() != right.key() || left.value() != right.value()) return false;
  }
}

Status settle_version(Message& object, const Object& stored, const Call& call) {
  const auto& sent = metadata_of(object)->resourceversion();
  const auto version = sent.empty() ? Result<std::int64_t>(0) : parse_version(sent);
  if (!version.ok()) return version.status();
  if (*version == 0) {
    if (strategy_of(*call.resource).unconditional_update) {
      metadata_of(object)->set_resourceversion(std::to_string(stored.revision()));
      return {};
    }
    return errors::invalid(
        call.subject(stored.name()),
        {{"FieldValueInvalid", "Invalid value: 0: must be specified for an update",
          "metadata.resourceVersion"}});
  }
  if (*version != stored.revision()) return errors::modified(call.subject(stored.name()));
  return {};
}

bool same_but_times(std::string_view json, const Message& object, std::string_view stored,
                    const Message& old) {
  if (json == stored) return true;
  if (around_managers(json) != around_managers(stored)) return false;
  return same_owners(metadata_of(object)->managedfields(), metadata_of(old)->managedfields());
}

}  // namespace kubus::apiserver
