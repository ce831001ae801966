#include "apply/fields_v1.h"

#include <algorithm>

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
    append_member_name(node.element, out);
    out.push_back(':');
    append_fields(node.children, node.member, out);
  }
  out.push_back('}');
}

// What JSON escapes for Go, but for quotes and backslashes.
bool is_plain(unsigned char c) { return c >= 0x20 && c < 0x7F && c != '<' && c != '>' && c != '&'; }

// The set that a member name and what is below it stand for, both as encode_fields() wrote them.
FieldSet own_fields(std::string_view object, bool& member) {
  FieldSet fields;
  MemberScan scan(object);
  while (scan.next()) {
    if (scan.key() == kItself) member = true;
    if (scan.key().size() < 2) continue;
    const auto kind = kind_of_letter(scan.key().front());
    if (!kind) continue;
    PathElement element{*kind, {}};
    const std::string_view quoted(scan.key().data() - 1, scan.key().size() + 2);
    const bool escaped = scan.key().find('\\') != std::string_view::npos;
    element.text = escaped ? json_text(quoted).substr(2) : std::string(scan.key().substr(2));
    bool below_is_member = false;
    auto below = own_fields(scan.value(), below_is_member);
    fields.append(std::move(element), below_is_member, std::move(below));
  }
  fields.sort();
  member |= fields.empty();
  return fields;
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

void append_member_name(const PathElement& element, std::string& out) {
  const std::string& text = element.text;
  if (!std::all_of(text.begin(), text.end(), is_plain))
    return append_json_string(member_name(element), out);
  const char start[] = {'"', letter_of(element.kind), ':'};
  out.append(start, sizeof(start));
  for (std::size_t at = 0;;) {
    const auto end = text.find_first_of("\"\\", at);
    out.append(text, at, end - at);
    if (end == std::string::npos) break;
    out.push_back('\\');
    out.push_back(text[end]);
    at = end + 1;
  }
  out.push_back('"');
}

FieldSet decode_own_fields(std::string_view json) {
  bool member = false;
  return own_fields(json, member);
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
