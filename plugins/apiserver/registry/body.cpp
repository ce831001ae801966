#include "registry/body.h"

#include <google/protobuf/message.h>

#include <boost/json.hpp>

#include "custom/engine.h"
#include "kubus/api/json.h"
#include "kubus/api/json_value.h"
#include "kubus/api/protobuf.h"
#include "kubus/api/resource.h"
#include "kubus/api/schema.h"
#include "registry/body_parts.h"
#include "registry/owners.h"
#include "registry/type_mismatch.h"
#include "respond/go_values.h"
#include "yaml/yaml.h"

namespace kubus::apiserver {
namespace {

using google::protobuf::Descriptor;

// The type that is expected.
struct Wanted {
  std::string version, api_version, kind;
};

Wanted wanted_type(const Call& call, const google::protobuf::Descriptor& type) {
  if (&type == CustomObject::descriptor())
    return {call.resource->version, call.resource->api_version(), call.resource->kind};
  const auto& info = message_info(type);
  return {info.version, info.api_version, info.kind};
}

Status cannot_handle(const TypeMeta& sent, const Wanted& wanted, std::string_view why) {
  const auto& version = sent.api_version.empty() ? wanted.version : sent.api_version;
  return errors::bad_request((sent.kind.empty() ? wanted.kind : sent.kind) + " in version \"" +
                             version.substr(version.rfind('/') + 1) + "\" cannot be handled as a " +
                             wanted.kind + ": " + std::string(why));
}

Status other_version(const TypeMeta& sent, const Wanted& wanted) {
  return errors::bad_request("the API version in the data (" + sent.api_version +
                             ") does not match the expected API version (" + wanted.api_version +
                             ")");
}

Status check_type(const TypeMeta& sent, const Wanted& wanted, const Descriptor& type) {
  // Of which kind a custom object is, is checked with all else of it.
  if (&type == CustomObject::descriptor())
    return sent.api_version == wanted.api_version ? Status() : other_version(sent, wanted);
  const bool versions_differ = !sent.api_version.empty() && sent.api_version != wanted.api_version;
  const bool kinds_differ = !sent.kind.empty() && sent.kind != wanted.kind;
  if (!versions_differ && !kinds_differ) return {};
  const auto group = [](const std::string& version) {
    const auto slash = version.find('/');
    return slash == std::string::npos ? std::string() : version.substr(0, slash);
  };
  // Another version of the same kind could have been read.
  if (versions_differ && !kinds_differ && find_message(sent.api_version, wanted.kind) &&
      group(sent.api_version) == group(wanted.api_version))
    return other_version(sent, wanted);
  return cannot_handle(sent, wanted, other_type(sent, message_info(type)));
}

// The first bytes of a body that nothing can be made of.
std::string beginning_of(std::string_view body) {
  constexpr std::size_t kShown = 30;
  if (body.empty()) return "<empty>";
  const auto shown = body.substr(0, kShown);
  const std::string more = body.size() > kShown ? " ..." : "";
  if (body.front() == '{') return std::string(shown) + more;
  std::string hex;
  for (const char c : shown) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    const auto byte = static_cast<unsigned char>(c);
    hex += {kDigits[byte >> 4], kDigits[byte & 15]};
  }
  return hex + more;
}

// What does not even say what it is.
Status unrecognized(std::string_view body, const Wanted& wanted, std::string_view why) {
  return errors::bad_request("the object provided is unrecognized (must be of type " + wanted.kind +
                             "): " + std::string(why) + " (" + beginning_of(body) + ")");
}

// Why a text does not tell its kind and version; empty where it may.
std::string type_fault(std::string_view json) {
  boost::json::value tree;
  const std::string error = "couldn't get version/kind; json parse error: ";
  if (auto status = parse_json(json, tree); !status.ok())
    return error + std::string(status.message());
  if (tree.is_null()) return {};
  if (!tree.is_object())
    return error + "json: cannot unmarshal " + go_kind(tree) +
           " into Go value of type " + std::string(kTypeMetaStruct);
  for (const char* name : {"apiVersion", "kind"})
    if (const auto* word = tree.get_object().if_contains(name);
        word && !word->is_string() && !word->is_null())
      return error + "json: cannot unmarshal " + go_kind(*word) +
             " into Go struct field ." + name + " of type string";
  return {};
}

// Whether the object has an empty list of managers, which in a message is the same as none.
bool text_clears_managers(std::string_view json) {
  constexpr std::string_view kName = "\"managedFields\"";
  const auto at = json.find(kName);
  if (at == std::string_view::npos) return false;
  const auto list = json.find_first_not_of(" \t\r\n:", at + kName.size());
  if (list == std::string_view::npos || json[list] != '[') return false;
  const auto end = json.find_first_not_of(" \t\r\n", list + 1);
  if (end == std::string_view::npos || json[end] != ']') return false;
  // It may have been that of something within the object.
  boost::json::value object;
  return parse_json(json, object).ok() && clears_managers(object);
}

// Options such as DeleteOptions belong to every group. Fields that they do not have do not matter.
bool is_options(const Wanted& wanted) { return wanted.kind.ends_with("Options"); }

Status check_options(const TypeMeta& sent, const Wanted& wanted) {
  if (sent.kind.empty() || sent.kind == wanted.kind) return {};
  return errors::bad_request("no kind \"" + sent.kind + "\" is registered for version \"" +
                             (sent.api_version.empty() ? "meta.k8s.io/v1" : sent.api_version) +
                             "\" in scheme \"pkg/apis/meta/internalversion/scheme/register.go:30\"");
}

Status check_sent(const TypeMeta& sent, const Wanted& wanted, const Descriptor& type) {
  return is_options(wanted) ? check_options(sent, wanted) : check_type(sent, wanted, type);
}

// What nothing was made of.
Status refuse_json(std::string_view json, std::string_view body, const TypeMeta& sent,
                   const Wanted& wanted, std::string_view why) {
  const auto fault = type_fault(json);
  if (is_options(wanted)) return errors::bad_request(fault.empty() ? std::string(why) : fault);
  return fault.empty() ? cannot_handle(sent, wanted, why) : unrecognized(body, wanted, fault);
}

// A body as JSON; `repeated`: keys that came twice in the YAML that it was.
struct Text {
  std::string_view json, body;
  std::vector<std::string> repeated;
};

std::string strict_error(const Text& text, const std::vector<std::string>& mistakes) {
  auto list = text.repeated.empty() ? std::string() : yaml_errors(text.repeated);
  for (const auto& mistake : mistakes) list += (list.empty() ? "" : ", ") + mistake;
  return "strict decoding error: " + list;
}

Result<MessagePtr> read_text(Call& call, const Text& text,
                             const google::protobuf::Descriptor& type) {
  const auto json = text.json;
  const auto wanted = wanted_type(call, type);
  const auto mode = is_options(wanted) ? Result<FieldValidation>(FieldValidation::kIgnore)
                                       : field_validation(call);
  if (!mode.ok()) return mode.status();
  KUBUS_TRY(check_parts(json));
  TypeMeta sent;
  std::vector<std::string> mistakes;
  DecodeOptions options;
  options.type_meta = &sent;
  if (*mode != FieldValidation::kIgnore) options.strict_errors = &mistakes;
  auto message = new_message(type);
  const bool custom = &type == CustomObject::descriptor();
  if (auto status = from_json(json, *message, options); !status.ok())
    return refuse_json(json, text.body, sent, wanted, status.message());
  // Nothing is taken for granted of a custom object.
  if (custom && sent.kind.empty())
    return unrecognized(text.body, wanted,
                        "Object 'Kind' is missing in '" + std::string(text.body) + "'");
  KUBUS_TRY(check_sent(sent, wanted, type));
  if (auto status = admit_custom(call, *message, options.strict_errors); !status.ok())
    return cannot_handle(sent, wanted, status.message());
  if (*mode == FieldValidation::kStrict && !(mistakes.empty() && text.repeated.empty()))
    return cannot_handle(sent, wanted, strict_error(text, mistakes));
  if (*mode != FieldValidation::kIgnore)
    call.warnings.insert(call.warnings.end(), text.repeated.begin(), text.repeated.end());
  call.warnings.insert(call.warnings.end(), mistakes.begin(), mistakes.end());
  call.clears_managers = !custom && text_clears_managers(json);
  return message;
}

}  // namespace

Status admit_custom(const Call& call, Message& message, std::vector<std::string>* mistakes) {
  if (message.GetDescriptor() != CustomObject::descriptor()) return {};
  return admit_body(static_cast<CustomObject&>(message), *custom_kind(*call.resource), mistakes);
}

std::string yaml_errors(const std::vector<std::string>& lines) {
  std::string list = "yaml: unmarshal errors:";
  for (const auto& line : lines) list += "\n  " + line;
  return list;
}

Result<FieldValidation> field_validation(const Call& call) {
  const auto mode = call.query.get("fieldValidation");
  if (mode.empty() || mode == "Warn") return FieldValidation::kWarn;
  if (mode == "Ignore") return FieldValidation::kIgnore;
  if (mode == "Strict") return FieldValidation::kStrict;
  const auto& verb = call.info.verb;
  const char* options = verb == "patch"    ? "PatchOptions"
                        : verb == "update" ? "UpdateOptions"
                                           : "CreateOptions";
  return errors::invalid({"meta.k8s.io", options, ""},
                         {{"FieldValueNotSupported",
                           "Unsupported value: \"" + std::string(mode) +
                               "\": supported values: \"\", \"Ignore\", \"Strict\", \"Warn\"",
                           "fieldValidation"}});
}

Result<MessagePtr> read_body(Call& call, const google::protobuf::Descriptor& type) {
  const auto body = call.body.view();
  if (call.body_format == Format::kJson) return read_text(call, {body, body, {}}, type);
  if (call.body_format == Format::kYaml) {
    std::vector<std::string> repeated;
    auto json = yaml_to_json(body, &repeated);
    if (!json.ok())
      return json.status().code() == Code::kBadRequest
                 ? unrecognized(body, wanted_type(call, type), json.status().message())
                 : json.status();
    return read_text(call, {*json, body, std::move(repeated)}, type);
  }
  if (&type == CustomObject::descriptor())
    return Status(Code::kUnsupportedMediaType,
                  "the body of the request was in an unknown format - accepted media types "
                  "include: application/json, application/yaml");
  KUBUS_TRY(check_parts(call.body.view(), type));
  const auto wanted = wanted_type(call, type);
  TypeMeta sent;
  auto message = new_message(type);
  if (auto status = from_protobuf(call.body.view(), *message, &sent); !status.ok())
    return is_options(wanted) ? errors::bad_request(std::string(status.message()))
                              : cannot_handle(sent, wanted, status.message());
  KUBUS_TRY(check_sent(sent, wanted, type));
  return message;
}

}  // namespace kubus::apiserver
