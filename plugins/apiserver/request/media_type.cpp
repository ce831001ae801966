#include "request/media_type.h"

#include <algorithm>
#include <cstdlib>
#include <utility>
#include <vector>

namespace kubus::apiserver {
namespace {

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

struct Clause {
  std::string type;
  std::string as, group, version;
  double quality = 1;
};

Clause parse_clause(std::string_view text) {
  Clause clause;
  bool first = true;
  while (!text.empty()) {
    const auto end = text.find(';');
    const auto item = trim(text.substr(0, end));
    const auto equals = item.find('=');
    if (std::exchange(first, false)) {
      clause.type = lower(item);
    } else if (equals != std::string_view::npos) {
      const auto key = lower(trim(item.substr(0, equals)));
      const auto value = trim(item.substr(equals + 1));
      if (key == "as") clause.as = value;
      if (key == "g") clause.group = value;
      if (key == "v") clause.version = value;
      if (key == "q") clause.quality = std::strtod(std::string(value).c_str(), nullptr);
    }
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return clause;
}

std::optional<Format> format_of(std::string_view type) {
  if (type == "application/json" || type == "*/*" || type == "application/*") return Format::kJson;
  if (type == "application/yaml") return Format::kYaml;
  if (type == "application/vnd.kubernetes.protobuf") return Format::kProtobuf;
  return std::nullopt;
}

std::optional<Accepted> choose(const Clause& clause) {
  const auto format = format_of(clause.type);
  if (!format || clause.quality <= 0) return std::nullopt;
  Accepted accepted;
  accepted.format = *format;
  accepted.as_group = clause.group;
  accepted.as_version = clause.version;
  if (clause.as.empty()) return accepted;
  if (clause.group != "meta.k8s.io" || (clause.version != "v1" && clause.version != "v1beta1"))
    return std::nullopt;
  if (clause.as == "Table" && *format != Format::kProtobuf)
    accepted.view = View::kTable;
  else if (clause.as == "PartialObjectMetadata" || clause.as == "PartialObjectMetadataList")
    accepted.view = View::kMetadata;
  else
    return std::nullopt;
  accepted.as_list = clause.as == "PartialObjectMetadataList";
  return accepted;
}

}  // namespace

std::optional<Accepted> negotiate(std::string_view accept, bool has_protobuf) {
  if (trim(accept).empty()) return Accepted{};
  std::vector<Clause> clauses;
  while (!accept.empty()) {
    const auto end = accept.find(',');
    clauses.push_back(parse_clause(accept.substr(0, end)));
    if (end == std::string_view::npos) break;
    accept.remove_prefix(end + 1);
  }
  std::stable_sort(clauses.begin(), clauses.end(),
                   [](const Clause& a, const Clause& b) { return a.quality > b.quality; });
  for (const auto& clause : clauses)
    if (auto accepted = choose(clause);
        accepted && (has_protobuf || accepted->format != Format::kProtobuf ||
                     accepted->view == View::kMetadata))
      return accepted;
  return std::nullopt;
}

Format failure_format(std::string_view accept) {
  const auto accepted = negotiate(accept);
  return accepted ? accepted->format : Format::kJson;
}

std::string media_type(std::string_view header) {
  return lower(trim(header.substr(0, header.find(';'))));
}

std::optional<Format> body_format(std::string_view content_type) {
  const auto type = media_type(content_type);
  if (type.empty()) return Format::kJson;
  return format_of(type);
}

std::string_view content_type(Format format, bool stream) {
  switch (format) {
    case Format::kYaml:
      return "application/yaml";
    case Format::kProtobuf:
      return stream ? "application/vnd.kubernetes.protobuf;stream=watch"
                    : "application/vnd.kubernetes.protobuf";
    case Format::kJson:
      break;
  }
  return "application/json";
}

}  // namespace kubus::apiserver
