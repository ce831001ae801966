#include "apply/fields_v1.h"

#include "cache/json_scan.h"
#include "kubus/api/json.h"

namespace kubus::apiserver {
namespace {

constexpr std::string_view kItself = ".";

void append_fields(const FieldSet& fields, bool member, std::string& out) {
  out.push_back('{');
  if (member && !fields.empty()) out += R"(".":{})";
  bool first = !member || fields.empty();
  for (const auto& node : fields.nodes()) {
    if (!first) out.push_back(',');
    first = false;
    append_json_string(member_name(node.element), out);
    out.push_back(':');
    append_fields(node.children, node.member, out);
  }
  out.push_back('}');
}

struct Below {
  FieldSet fields;
  bool member = false;
};

// `object` is sound JSON without space.
Status read_fields(std::string_view object, Below& out) {
  if (!object.starts_with('{')) return {Code::kBadRequest, "fieldsV1 has what is no object"};
  MemberScan scan(object);
  while (scan.next()) {
    if (scan.key() == kItself) {
      out.member = true;
      continue;
    }
    const bool escaped = scan.key().find('\\') != std::string_view::npos;
    const auto quoted = std::string_view(scan.key().data() - 1, scan.key().size() + 2);
    auto element = escaped ? parse_member_name(json_text(quoted)) : parse_member_name(scan.key());
    if (!element.ok()) return element.status();
    if (!*element) continue;
    Below below;
    KUBUS_TRY(read_fields(scan.value(), below));
    out.fields.append(std::move(**element), below.member, std::move(below.fields));
  }
  out.fields.sort();
  if (out.fields.empty()) out.member = true;
  return {};
}

}  // namespace

std::string encode_fields(const FieldSet& fields) {
  std::string out;
  append_fields(fields, false, out);
  return out;
}

Result<FieldSet> decode_fields(std::string_view json) {
  DecodeOptions limits;
  limits.max_depth = kMaxFieldsDepth;
  std::string text;
  KUBUS_TRY(compact_json(json, text, limits));
  Below top;
  KUBUS_TRY(read_fields(text, top));
  return std::move(top.fields);
}

}  // namespace kubus::apiserver
