#include "subresource/access_selectors.h"

#include <k8s/meta/v1/label_selector.pb.h>

#include <optional>
#include <set>

#include "selector/field_selector.h"
#include "selector/label_selector.h"
#include "validation/checks.h"

namespace kubus::apiserver {
namespace {

using authorization_v1::FieldSelectorAttributes;
using authorization_v1::LabelSelectorAttributes;

// Either a text or requirements.
template <class Selector>
void check_form(const Selector& selector, const Path& path, ErrorList& errors) {
  if (!selector.rawselector().empty() && !selector.requirements().empty())
    errors.invalid(path.child("rawSelector"), selector.rawselector(),
                   "may not specified at the same time as requirements");
  if (selector.rawselector().empty() && selector.requirements().empty())
    errors.required(path.child("requirements"),
                    "when " + path.str() + " is specified, requirements or rawSelector is required");
}

// A selector as far as it can be read.
struct Read {
  std::string text;
  bool whole = true;
};

// What a text means that is a selector as a whole or not at all.
template <class Selector>
Read read_raw(const std::string& text) {
  const auto selector = Selector::parse(text);
  return {selector.ok() ? selector->to_string() : std::string(), selector.ok()};
}

// Fields are only compared, and what is written between them is no part of their names.
std::optional<FieldTerm> term_of(const meta_v1::FieldSelectorRequirement& item) {
  const bool negated = item.operator_() == "NotIn";
  if ((!negated && item.operator_() != "In") || item.values_size() != 1 ||
      item.key().find_first_of(",=!\\") != std::string::npos)
    return std::nullopt;
  return FieldTerm{item.key(), item.values(0), negated};
}

Read read(const FieldSelectorAttributes& selector) {
  if (!selector.rawselector().empty()) return read_raw<FieldSelector>(selector.rawselector());
  Read out;
  std::vector<FieldTerm> terms;
  for (const auto& item : selector.requirements()) {
    auto term = term_of(item);
    out.whole = out.whole && term;
    if (term) terms.push_back(std::move(*term));
  }
  out.text = FieldSelector::of(std::move(terms)).to_string();
  return out;
}

std::optional<LabelOperator> operator_of(const std::string& name) {
  if (name == "In") return LabelOperator::kIn;
  if (name == "NotIn") return LabelOperator::kNotIn;
  if (name == "Exists") return LabelOperator::kExists;
  if (name == "DoesNotExist") return LabelOperator::kDoesNotExist;
  return std::nullopt;
}

Read read(const LabelSelectorAttributes& selector) {
  if (!selector.rawselector().empty()) return read_raw<LabelSelector>(selector.rawselector());
  Read out;
  std::vector<LabelRequirement> all;
  for (const auto& item : selector.requirements()) {
    const auto op = operator_of(item.operator_());
    out.whole = out.whole && op;
    if (!op) continue;
    const std::set<std::string> values(item.values().begin(), item.values().end());
    all.push_back({item.key(), *op, {values.begin(), values.end()}});
  }
  out.text = LabelSelector::of(std::move(all)).to_string();
  return out;
}

void take(Read read, std::string_view name, std::string& selector, std::string& trouble) {
  if (!read.whole) {
    trouble.append(trouble.empty() ? "" : "; ").append("spec.resourceAttributes.").append(name);
    trouble.append(read.text.empty() ? "" : " partially").append(" ignored due to parse error");
  }
  selector = std::move(read.text);
}

}  // namespace

void check_selectors(const authorization_v1::ResourceAttributes& attributes, const Path& path,
                     ErrorList& errors) {
  if (attributes.has_fieldselector()) {
    const auto at = path.child("fieldSelector");
    const auto& selector = attributes.fieldselector();
    check_form(selector, at, errors);
    for (int i = 0; i < selector.requirements_size(); ++i) {
      const auto& item = selector.requirements(i);
      const auto place = at.child("requirements").index(i);
      if (item.key().empty()) errors.required(place.child("key"), "must be specified");
      check_values({item.key(), item.operator_(), item.values(), false, false, true}, place, errors);
    }
  }
  if (attributes.has_labelselector()) {
    const auto at = path.child("labelSelector");
    const auto& selector = attributes.labelselector();
    check_form(selector, at, errors);
    for (int i = 0; i < selector.requirements_size(); ++i) {
      const auto& item = selector.requirements(i);
      check_requirement({item.key(), item.operator_(), item.values(), false, false, true},
                        at.child("requirements").index(i), errors);
    }
  }
}

std::string take_selectors(const authorization_v1::ResourceAttributes& attributes,
                           RequestInfo& info) {
  std::string trouble;
  take(read(attributes.fieldselector()), "fieldSelector", info.field_selector, trouble);
  take(read(attributes.labelselector()), "labelSelector", info.label_selector, trouble);
  return trouble;
}

}  // namespace kubus::apiserver
