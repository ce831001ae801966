#include "kubus/api/resource.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <k8s/meta/v1/list_meta.pb.h>
#include <k8s/meta/v1/object_meta.pb.h>
#include <k8s/options.pb.h>

#include <algorithm>
#include <map>
#include <tuple>
#include <unordered_map>

#include "type_facts.h"

namespace kubus {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::DescriptorPool;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr std::string_view kMetaPackage = "k8s.io.apimachinery.pkg.apis.meta.v1";

constexpr const char* kFiles[] = {
#include "k8s_files.inc"
};

std::vector<std::string> strings(const google::protobuf::RepeatedPtrField<std::string>& list) {
  return {list.begin(), list.end()};
}

class Catalogue {
 public:
  Catalogue() {
    for (const char* name : kFiles) {
      const auto* file = DescriptorPool::generated_pool()->FindFileByName(name);
      // The options are no API types.
      if (!file || file->package() == "kubus.schema") continue;
      for (int i = 0; i < file->message_type_count(); ++i) add(*file->message_type(i));
    }
    std::sort(resources.begin(), resources.end(), [](const auto& a, const auto& b) {
      return std::tie(a.group, a.version, a.plural) < std::tie(b.group, b.version, b.plural);
    });
    for (ResourceInfo& resource : resources) {
      complete(resource);
      by_type.emplace(resource.message, &resource);
      if (resource.list) by_type.emplace(resource.list, &resource);
    }
  }

  std::vector<ResourceInfo> resources;
  std::vector<const Descriptor*> messages;
  std::unordered_map<const Descriptor*, const ResourceInfo*> by_type;
  std::map<std::pair<std::string, std::string>, const Descriptor*, std::less<>> kinds;

 private:
  void add(const Descriptor& type) {
    messages.push_back(&type);
    TypeFacts info = read_type_facts(type);
    if (info.object) {
      // core/v1 and meta/v1 share the apiVersion "v1"; the former's List is the one on the wire.
      auto [it, fresh] = kinds.emplace(std::pair(info.api_version(), type.name()), &type);
      if (!fresh && type.file()->package() == "k8s.io.api.core.v1") it->second = &type;
    }
    if (!type.options().HasExtension(schema::resource)) return;
    const schema::Resource& option = type.options().GetExtension(schema::resource);
    ResourceInfo& resource = resources.emplace_back();
    resource.group = info.group;
    resource.version = info.version;
    resource.kind = type.name();
    resource.plural = option.plural();
    resource.singular = option.singular();
    resource.namespaced = option.namespaced();
    resource.short_names = strings(option.short_names());
    resource.categories = strings(option.categories());
    resource.verbs = strings(option.verbs());
    resource.message = &type;
    for (const auto& sub : option.subresources()) {
      resource.subresources.push_back({
          .name = sub.name(),
          .group = sub.has_group() ? sub.group() : info.group,
          .version = sub.has_version() ? sub.version() : info.version,
          .kind = sub.has_kind() ? sub.kind() : type.name(),
          .verbs = strings(sub.verbs()),
          .message = nullptr,
      });
    }
  }

  // What refers to other types, once all of them are known.
  void complete(ResourceInfo& resource) {
    resource.list = find(resource.api_version(), resource.kind + "List");
    for (SubresourceInfo& sub : resource.subresources) {
      sub.message = find(sub.group.empty() ? sub.version : sub.group + "/" + sub.version, sub.kind);
    }
  }

  const Descriptor* find(const std::string& api_version, const std::string& kind) const {
    auto it = kinds.find(std::pair(api_version, kind));
    return it == kinds.end() ? nullptr : it->second;
  }
};

const Catalogue& catalogue() {
  static const Catalogue& instance = *new Catalogue;
  return instance;
}

// The field `metadata` of that type, or null.
const FieldDescriptor* metadata_field(const Message& message, const Descriptor* type) {
  const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName("metadata");
  return field && field->message_type() == type ? field : nullptr;
}

}  // namespace

const SubresourceInfo* ResourceInfo::find_subresource(std::string_view name) const {
  auto it = std::find_if(subresources.begin(), subresources.end(),
                         [&](const SubresourceInfo& sub) { return sub.name == name; });
  return it == subresources.end() ? nullptr : &*it;
}

bool ResourceInfo::has_verb(std::string_view verb) const {
  return std::find(verbs.begin(), verbs.end(), verb) != verbs.end();
}

std::span<const ResourceInfo> all_resources() { return catalogue().resources; }

std::vector<const ResourceInfo*> newest_resources() {
  std::vector<const ResourceInfo*> newest;
  for (const ResourceInfo& resource : all_resources())
    if (&newest_version(resource) == &resource) newest.push_back(&resource);
  return newest;
}

const ResourceInfo& newest_version(const ResourceInfo& resource) {
  const ResourceInfo* newest = &resource;
  for (const ResourceInfo& other : all_resources())
    if (other.group == resource.group && other.plural == resource.plural &&
        other.version > newest->version)
      newest = &other;
  return *newest;
}

std::span<const Descriptor* const> all_messages() { return catalogue().messages; }

const ResourceInfo* find_resource(std::string_view group, std::string_view version,
                                  std::string_view plural) {
  const auto& all = catalogue().resources;
  auto key = std::tie(group, version, plural);
  auto it = std::lower_bound(all.begin(), all.end(), key, [](const auto& a, const auto& wanted) {
    return std::tuple<std::string_view, std::string_view, std::string_view>(a.group, a.version,
                                                                            a.plural) < wanted;
  });
  if (it == all.end() || it->group != group || it->version != version || it->plural != plural) {
    return nullptr;
  }
  return &*it;
}

const ResourceInfo* find_kind(std::string_view group, std::string_view version,
                              std::string_view kind) {
  for (const ResourceInfo& resource : catalogue().resources) {
    if (resource.kind == kind && resource.group == group && resource.version == version) {
      return &resource;
    }
  }
  return nullptr;
}

const ResourceInfo* resource_of(const Descriptor& type) {
  auto it = catalogue().by_type.find(&type);
  return it == catalogue().by_type.end() ? nullptr : it->second;
}

const Descriptor* find_message(std::string_view api_version, std::string_view kind) {
  const auto& kinds = catalogue().kinds;
  auto find = [&](std::string_view version) -> const Descriptor* {
    auto it = kinds.find(std::pair<std::string, std::string>(version, kind));
    return it == kinds.end() ? nullptr : it->second;
  };
  if (const Descriptor* type = find(api_version)) return type;
  // The options of requests (DeleteOptions and so on) belong to every group.
  const Descriptor* type = kind.ends_with("Options") ? find("v1") : nullptr;
  return type && type->file()->package() == kMetaPackage ? type : nullptr;
}

std::unique_ptr<Message> new_message(const Descriptor& type) {
  auto* factory = google::protobuf::MessageFactory::generated_factory();
  return std::unique_ptr<Message>(factory->GetPrototype(&type)->New());
}

std::unique_ptr<Message> new_message(const ResourceInfo& resource) {
  return new_message(*resource.message);
}

std::unique_ptr<Message> new_list(const ResourceInfo& resource) {
  return resource.list ? new_message(*resource.list) : nullptr;
}

meta_v1::ObjectMeta* metadata_of(Message& object) {
  const auto* field = metadata_field(object, meta_v1::ObjectMeta::descriptor());
  if (!field) return nullptr;
  return static_cast<meta_v1::ObjectMeta*>(object.GetReflection()->MutableMessage(&object, field));
}

const meta_v1::ObjectMeta* metadata_of(const Message& object) {
  const auto* field = metadata_field(object, meta_v1::ObjectMeta::descriptor());
  if (!field) return nullptr;
  return static_cast<const meta_v1::ObjectMeta*>(
      &object.GetReflection()->GetMessage(object, field));
}

meta_v1::ListMeta* list_metadata_of(Message& list) {
  const auto* field = metadata_field(list, meta_v1::ListMeta::descriptor());
  if (!field) return nullptr;
  return static_cast<meta_v1::ListMeta*>(list.GetReflection()->MutableMessage(&list, field));
}

}  // namespace kubus
