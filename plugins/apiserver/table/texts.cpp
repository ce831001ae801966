#include "table/texts.h"

#include <k8s/meta/v1/label_selector.pb.h>

#include <map>

namespace kubus::apiserver {
namespace {

std::string requirement_text(const std::string& key, const std::string& op,
                             std::vector<std::string> values) {
  if (op == "Exists") return key;
  if (op == "DoesNotExist") return "!" + key;
  std::sort(values.begin(), values.end());
  return key + (op == "In" ? " in (" : " notin (") + join(values, ",") + ")";
}

}  // namespace

std::string labels_text(const StringMap& labels) {
  if (labels.empty()) return "<none>";
  std::string out;
  for (const auto& [key, value] :
       std::map<std::string, std::string>(labels.begin(), labels.end())) {
    if (!out.empty()) out += ',';
    out.append(key).append("=").append(value);
  }
  return out;
}

std::string query_text(const meta_v1::LabelSelector& selector) {
  std::multimap<std::string, std::string> parts;
  for (const auto& [key, value] : selector.matchlabels()) parts.emplace(key, key + "=" + value);
  for (const auto& item : selector.matchexpressions()) {
    parts.emplace(item.key(), requirement_text(item.key(), item.operator_(),
                                               {item.values().begin(), item.values().end()}));
  }
  std::string out;
  for (const auto& [key, text] : parts) {
    if (!out.empty()) out += ',';
    out += text;
  }
  return out;
}

std::string selector_text(const meta_v1::LabelSelector& selector) {
  const std::string out = query_text(selector);
  return out.empty() ? "<none>" : out;
}

std::string join(const StringList& parts, std::string_view separator) {
  return join(std::vector<std::string>(parts.begin(), parts.end()), separator);
}

std::string join(const std::vector<std::string>& parts, std::string_view separator) {
  std::string out;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) out += separator;
    out += parts[i];
  }
  return out;
}

std::string join_some(const std::vector<std::string>& parts, std::size_t max) {
  if (parts.empty()) return "<unset>";
  if (parts.size() <= max) return join(parts, ",");
  const std::vector<std::string> shown(parts.begin(),
                                       parts.begin() + static_cast<std::ptrdiff_t>(max));
  return join(shown, ",") + " + " + std::to_string(parts.size() - max) + " more...";
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

}  // namespace kubus::apiserver
