#include "kubus/api/resource.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <gtest/gtest.h>
#include <k8s/core/v1/pod.pb.h>
#include <k8s/meta/v1/list_meta.pb.h>
#include <k8s/meta/v1/object_meta.pb.h>

#include <set>

#include "kubus/api/schema.h"

namespace kubus {
namespace {

TEST(Resource, IsFoundByPluralAndByKind) {
  const ResourceInfo* pods = find_resource("", "v1", "pods");
  ASSERT_TRUE(pods);
  EXPECT_EQ(pods->kind, "Pod");
  EXPECT_TRUE(pods->namespaced);
  EXPECT_EQ(pods->short_names, std::vector<std::string>{"po"});
  EXPECT_EQ(pods->list, core_v1::PodList::descriptor());
  EXPECT_EQ(find_kind("", "v1", "Pod"), pods);
  EXPECT_EQ(&resource_of<core_v1::Pod>(), pods);
  EXPECT_EQ(&resource_of<core_v1::PodList>(), pods);
  EXPECT_EQ(find_resource("apps", "v1", "pods"), nullptr);
  EXPECT_EQ(find_resource("", "v1", ""), nullptr);
}

TEST(Resource, NamesOfGroups) {
  const ResourceInfo* deployments = find_resource("apps", "v1", "deployments");
  ASSERT_TRUE(deployments);
  EXPECT_EQ(deployments->api_version(), "apps/v1");
  EXPECT_EQ(deployments->group_resource(), "deployments.apps");
  const SubresourceInfo* scale = deployments->find_subresource("scale");
  ASSERT_TRUE(scale && scale->message);
  EXPECT_EQ(scale->group, "autoscaling");
  EXPECT_EQ(scale->message->full_name(), "k8s.io.api.autoscaling.v1.Scale");
  EXPECT_TRUE(deployments->has_verb("watch"));
  EXPECT_FALSE(find_resource("", "v1", "bindings")->has_verb("get"));
}

TEST(Resource, EveryOneIsComplete) {
  std::set<std::string> seen;
  for (const ResourceInfo& resource : all_resources()) {
    SCOPED_TRACE(resource.group_resource() + "/" + resource.version);
    EXPECT_TRUE(seen.insert(resource.group_resource() + "/" + resource.version).second);
    EXPECT_FALSE(resource.plural.empty());
    EXPECT_FALSE(resource.verbs.empty());
    EXPECT_EQ(resource.has_verb("list"), resource.list != nullptr);
    for (const auto& sub : resource.subresources) EXPECT_TRUE(sub.message) << sub.name;
    auto object = new_message(resource);
    ASSERT_TRUE(object);
    EXPECT_TRUE(metadata_of(*object));
    if (resource.list) {
      EXPECT_TRUE(list_metadata_of(*new_list(resource)));
    }
  }
}

TEST(Resource, TheNewestVersionStandsForAll) {
  const auto* old = find_resource("autoscaling", "v1", "horizontalpodautoscalers");
  const auto* now = find_resource("autoscaling", "v2", "horizontalpodautoscalers");
  ASSERT_TRUE(old && now);
  EXPECT_EQ(&newest_version(*old), now);
  EXPECT_EQ(&newest_version(*now), now);
  std::set<std::string> seen;
  for (const ResourceInfo* resource : newest_resources()) {
    EXPECT_NE(resource, old);
    EXPECT_TRUE(seen.insert(resource->group_resource()).second) << resource->group_resource();
  }
  for (const ResourceInfo& resource : all_resources())
    EXPECT_TRUE(seen.contains(resource.group_resource())) << resource.group_resource();
}

TEST(Resource, MetadataIsReachedWithoutCodePerType) {
  core_v1::Pod pod;
  google::protobuf::Message& object = pod;
  metadata_of(object)->set_name("p");
  EXPECT_EQ(pod.metadata().name(), "p");
  EXPECT_EQ(metadata_of(std::as_const(object))->name(), "p");
  EXPECT_EQ(metadata_of(*pod.mutable_spec()), nullptr);
}

TEST(Resource, OptionsOfRequestsBelongToEveryGroup) {
  const auto* type = find_message("policy/v1", "DeleteOptions");
  ASSERT_TRUE(type);
  EXPECT_EQ(type->full_name(), "k8s.io.apimachinery.pkg.apis.meta.v1.DeleteOptions");
  EXPECT_EQ(find_message("v1", "List")->full_name(), "k8s.io.api.core.v1.List");
  EXPECT_EQ(find_message("v2", "Nothing"), nullptr);
}

TEST(Schema, OptionsAreRead) {
  const MessageInfo& spec = message_info(*core_v1::PodSpec::descriptor());
  const FieldInfo* containers = spec.find("containers");
  ASSERT_TRUE(containers);
  EXPECT_EQ(containers->patch_strategy, std::vector<std::string>{"merge"});
  EXPECT_EQ(containers->patch_merge_key, "name");
  EXPECT_EQ(containers->list_type, ListType::kMap);
  EXPECT_EQ(containers->list_map_keys, std::vector<std::string>{"name"});
  EXPECT_TRUE(containers->keep_empty);
  EXPECT_EQ(spec.find("volumes")->patch_strategy,
            (std::vector<std::string>{"merge", "retainKeys"}));
  EXPECT_TRUE(spec.find("nodeSelector")->atomic);
  EXPECT_EQ(spec.find("nothing"), nullptr);
  EXPECT_EQ(spec.openapi_name, "io.k8s.api.core.v1.PodSpec");

  const MessageInfo& volume = *spec.find("volumes")->message;
  const FieldPath& path = volume.by_json_name.at("emptyDir");
  ASSERT_EQ(path.path.size(), 1u);
  EXPECT_TRUE(path.path[0]->inlined);
}

TEST(Schema, EveryMessageIsDescribed) {
  for (const auto* type : all_messages()) {
    EXPECT_FALSE(description_of(*type).empty()) << type->full_name();
  }
  EXPECT_FALSE(
      description_of(*core_v1::PodSpec::descriptor()->FindFieldByName("containers")).empty());
}

}  // namespace
}  // namespace kubus
