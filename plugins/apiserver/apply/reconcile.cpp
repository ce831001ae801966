#include "apply/reconcile.h"

#include "cache/json_scan.h"

namespace kubus::apiserver {
namespace {

// The type of what is below an element; null where none is known.
const Atom* below(const Atom& type, bool field, std::string_view name) {
  return field ? type.member(name) : type.items;
}

// A map of which the schema says no more than that it is one: the reference leaves it alone.
bool is_untyped(const Atom& type) {
  const auto* values = type.values;
  if (!type.fields.empty() || !values) return false;
  const bool any_scalar = values->scalar == ScalarKind::kAny && values->map == Merging::kNone &&
                          values->list == Merging::kNone;
  return values == &any_atom() || any_scalar;
}

bool is_whole(const Atom& type) {
  if (type.map != Merging::kNone) return type.map == Merging::kWhole && !is_untyped(type);
  return type.scalar == ScalarKind::kNone && type.list == Merging::kWhole;
}

// Whether parts of it have types of their own that may have changed.
bool has_parts(const Atom& type) {
  if (type.map != Merging::kNone) return !is_untyped(type);
  return type.scalar == ScalarKind::kNone && type.list != Merging::kNone;
}

}  // namespace

bool splits_whole_values(std::string_view encoded, const Atom& type) {
  MemberScan scan(encoded);
  while (scan.next()) {
    const auto name = scan.key();
    if (name.size() < 2 || scan.value() == "{}") continue;
    const auto* part = below(type, name.starts_with("f:"), name.substr(2));
    if (!part) continue;
    if (is_whole(*part)) return true;
    if (has_parts(*part) && splits_whole_values(scan.value(), *part)) return true;
  }
  return false;
}

FieldSet with_whole_values(const FieldSet& fields, const Atom& type) {
  FieldSet out;
  for (const auto& node : fields.nodes()) {
    const bool field = node.element.kind == ElementKind::kField;
    const auto* part = node.children.empty() ? nullptr : below(type, field, node.element.text);
    if (part && is_whole(*part))
      out.append(node.element, true, {});
    else if (part && has_parts(*part))
      out.append(node.element, node.member, with_whole_values(node.children, *part));
    else
      out.append(node.element, node.member, node.children);
  }
  return out;
}

}  // namespace kubus::apiserver
