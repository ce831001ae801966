#include "request/media_type.h"

#include <algorithm>
#include <cctype>
#include <charconv>
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
  std::string as, group, version, stream;
  double quality = 1;
};

// Halves of a type may stand apart; a star by itself is both of them.
std::string type_of(std::string_view text) {
  if (text == "*") return "*/*";
  const auto slash = text.find('/');
  if (slash == std::string_view::npos) return std::string(text);
  return std::string(trim(text.substr(0, slash))) + "/" + std::string(trim(text.substr(slash + 1)));
}

double quality_of(std::string_view text) {
  double quality = 1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), quality);
  return error == std::errc() && end == text.data() + text.size() ? quality : 1;
}

Clause parse_clause(std::string_view text) {
  Clause clause;
  bool first = true;
  while (!text.empty()) {
    const auto end = text.find(';');
    const auto item = trim(text.substr(0, end));
    const auto equals = item.find('=');
    if (std::exchange(first, false)) {
      clause.type = type_of(item);
    } else if (equals != std::string_view::npos) {
      const auto key = lower(trim(item.substr(0, equals)));
      const auto value = trim(item.substr(equals + 1));
      if (key == "as") clause.as = value;
      if (key == "g") clause.group = value;
      if (key == "v") clause.version = value;
      if (key == "stream") clause.stream = value;
      if (key == "q") clause.quality = quality_of(value);
    }
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return clause;
}

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || std::string_view("!#$%&'*+-.^_`|~").find(static_cast<char>(c)) !=
                                       std::string_view::npos;
  });
}

// "; name=value" any number of times; the last may be a semicolon alone.
bool are_parameters(std::string_view text) {
  while (!(text = trim(text)).empty()) {
    text.remove_prefix(1);
    const auto end = text.find(';');
    const auto item = trim(text.substr(0, end));
    text = end == std::string_view::npos ? std::string_view() : text.substr(end);
    if (item.empty()) return text.empty();
    const auto equals = item.find('=');
    if (equals == std::string_view::npos || !is_token(trim(item.substr(0, equals)))) return false;
    const auto value = trim(item.substr(equals + 1));
    const bool is_quoted = value.size() > 1 && value.front() == '"' && value.back() == '"';
    if (!is_quoted && !is_token(value)) return false;
  }
  return true;
}

std::optional<Format> format_of(std::string_view type) {
  if (type == "application/json" || type == "*/*" || type == "application/*") return Format::kJson;
  if (type == "application/yaml") return Format::kYaml;
  if (type == "application/vnd.kubernetes.protobuf") return Format::kProtobuf;
  return std::nullopt;
}

std::optional<Accepted> choose(const Clause& clause) {
  const auto format = format_of(clause.type);
  if (!format || (!clause.stream.empty() && clause.stream != "watch")) return std::nullopt;
  Accepted accepted;
  accepted.format = *format;
  accepted.as_group = clause.group;
  accepted.as_version = clause.version;
  if (clause.as.empty() && clause.group.empty() && clause.version.empty()) return accepted;
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
  return std::string(trim(header.substr(0, header.find(';'))));
}

std::optional<Format> body_format(std::string_view content_type) {
  const auto type = lower(media_type(content_type));
  if (type.empty()) return Format::kJson;
  const auto rest = content_type.find(';');
  const bool stars = type.find('*') != std::string::npos;
  if (stars || (rest != std::string_view::npos && !are_parameters(content_type.substr(rest))))
    return std::nullopt;
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
