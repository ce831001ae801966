#include "proxy/connect_options.h"

#include <google/protobuf/message.h>
#include <k8s/core/v1/connect_options.pb.h>

#include <charconv>

#include "kubus/api/resource.h"
#include "proxy/proxy.h"

namespace kubus::apiserver {
namespace {

using google::protobuf::FieldDescriptor;

// The kind of the options, by resource and subresource.
const google::protobuf::Descriptor* options_type(const Call& call) {
  const auto& resource = call.resource->plural;
  const auto& part = call.info.subresource;
  if (part == "exec") return core_v1::PodExecOptions::descriptor();
  if (part == "attach") return core_v1::PodAttachOptions::descriptor();
  if (part == "portforward") return core_v1::PodPortForwardOptions::descriptor();
  if (part != "proxy") return nullptr;
  if (resource == "pods") return core_v1::PodProxyOptions::descriptor();
  return resource == "nodes" ? core_v1::NodeProxyOptions::descriptor()
                             : core_v1::ServiceProxyOptions::descriptor();
}

// A list may come in several parameters and, of numbers, in one with commas.
void add_numbers(std::string_view text, const FieldDescriptor& field, Message& options) {
  while (!text.empty()) {
    const auto comma = text.find(',');
    const auto part = text.substr(0, comma);
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), port);
    if (error == std::errc() && end == part.data() + part.size())
      options.GetReflection()->AddInt32(&options, &field, port);
    text = comma == text.npos ? std::string_view() : text.substr(comma + 1);
  }
}

void read_field(const Query& query, const FieldDescriptor& field, Message& options) {
  const auto& name = field.name();
  const auto* reflection = options.GetReflection();
  if (field.is_repeated()) {
    for (const auto& value : query.all(name)) {
      if (field.cpp_type() == FieldDescriptor::CPPTYPE_STRING)
        reflection->AddString(&options, &field, value);
      else
        add_numbers(value, field, options);
    }
  } else if (field.cpp_type() == FieldDescriptor::CPPTYPE_BOOL) {
    if (query.flag(name)) reflection->SetBool(&options, &field, true);
  } else if (query.has(name)) {
    reflection->SetString(&options, &field, std::string(query.get(name)));
  }
}

void write_field(const Message& options, const FieldDescriptor& field, Query& query) {
  const auto& name = field.name();
  const auto* reflection = options.GetReflection();
  if (field.is_repeated()) {
    for (int i = 0; i < reflection->FieldSize(options, &field); ++i)
      query.add(name, field.cpp_type() == FieldDescriptor::CPPTYPE_STRING
                          ? reflection->GetRepeatedString(options, &field, i)
                          : std::to_string(reflection->GetRepeatedInt32(options, &field, i)));
  } else if (field.cpp_type() == FieldDescriptor::CPPTYPE_BOOL) {
    if (reflection->GetBool(options, &field)) query.add(name, "true");
  } else if (const auto value = reflection->GetString(options, &field); !value.empty()) {
    query.add(name, value);
  }
}

// Without the slashes around it.
std::string proxied_path(const Call& call) {
  auto path = percent_decode(Proxy::path_behind(call), false);
  path.erase(0, path.find_first_not_of('/'));
  path.erase(path.find_last_not_of('/') + 1);
  return path;
}

}  // namespace

std::unique_ptr<Message> connect_options(const Call& call) {
  const auto* type = options_type(call);
  if (!type) return nullptr;
  auto options = new_message(*type);
  if (call.info.subresource == "proxy") {
    if (const auto path = proxied_path(call); !path.empty())
      options->GetReflection()->SetString(options.get(), type->FindFieldByName("path"), path);
    return options;
  }
  for (int i = 0; i < type->field_count(); ++i) read_field(call.query, *type->field(i), *options);
  return options;
}

void use_connect_options(const Message& options, Call& call) {
  if (call.info.subresource == "proxy") return;
  const auto& type = *options.GetDescriptor();
  Query query;
  for (const auto& [name, value] : call.query.values())
    if (!type.FindFieldByName(name)) query.add(name, value);
  for (int i = 0; i < type.field_count(); ++i) write_field(options, *type.field(i), query);
  call.query = std::move(query);
}

}  // namespace kubus::apiserver
