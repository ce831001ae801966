#include "openapi/merge.h"

#include <algorithm>
#include <boost/json.hpp>
#include <map>

#include "cache/json_scan.h"
#include "kubus/api/json_value.h"
#include "openapi/references.h"

namespace kubus::apiserver {
namespace {

namespace json = boost::json;

constexpr const char* kKinds = "x-kubernetes-group-version-kind";

// Whether two definitions are the same but for the kinds that they are of.
bool same_type(const json::value& a, const json::value& b) {
  if (!a.is_object() || !b.is_object()) return a == b;
  auto one = a.get_object();
  auto other = b.get_object();
  one.erase(kKinds);
  other.erase(kKinds);
  return one == other;
}

// False when `to` is of all the kinds already.
bool add_kinds(json::value& to, const json::value& from) {
  const auto* more = from.is_object() ? from.get_object().if_contains(kKinds) : nullptr;
  if (!more || !more->is_array() || !to.is_object()) return false;
  auto& kinds = to.get_object()[kKinds];
  if (!kinds.is_array()) kinds.emplace_array();
  bool grown = false;
  for (const auto& kind : more->get_array()) {
    auto& known = kinds.get_array();
    if (std::find(known.begin(), known.end(), kind) != known.end()) continue;
    known.push_back(kind);
    grown = true;
  }
  return grown;
}

// One section of the document: its members as they stand there, and what is added or changed.
class Section {
 public:
  explicit Section(std::string_view text) : text_(text) {
    for (MemberScan scan(text); scan.next();) own_.emplace(scan.key(), scan.value());
  }
  // Null when there is no such member.
  json::value* find(const std::string& name) {
    if (const auto read = values_.find(name); read != values_.end()) return &read->second.value;
    const auto own = own_.find(name);
    if (own == own_.end()) return nullptr;
    auto& entry = values_[name];
    if (!parse_json(own->second, entry.value).ok()) entry.value = nullptr;
    return &entry.value;
  }
  void add(const std::string& name, json::value value) { values_[name] = {std::move(value), true}; }
  void touch(const std::string& name) { values_[name].changed = true; }
  void write(std::string& out) const {
    out += '{';
    for (const auto& [name, text] : own_) {
      const auto read = values_.find(name);
      if (read == values_.end() || !read->second.changed) append(out, name, text);
    }
    for (const auto& [name, entry] : values_) {
      if (!entry.changed) continue;
      std::string text;
      append_json(entry.value, text);
      append(out, name, text);
    }
    out += '}';
  }
  bool empty() const { return own_.empty() && values_.empty(); }

 private:
  struct Entry {
    json::value value;
    bool changed = false;
  };
  // Names of definitions and paths are written as they are, in both.
  static void append(std::string& out, std::string_view name, std::string_view text) {
    if (out.back() != '{') out += ',';
    append_json_string(name, out);
    out.append(":").append(text);
  }

  std::string_view text_;
  std::map<std::string, std::string_view, std::less<>> own_;
  std::map<std::string, Entry> values_;
};

// The names that the members get which are in the section under theirs, but say something else.
Renames renames_of(Section& section, const json::object& members) {
  Renames out;
  for (const auto& [key, value] : members) {
    const std::string name(key);
    const auto* present = section.find(name);
    if (!present || same_type(*present, value)) continue;
    for (int number = 2;; ++number) {
      auto other = name + "_v" + std::to_string(number);
      present = section.find(other);
      if (present ? !same_type(*present, value) : members.contains(other)) continue;
      out[name] = std::move(other);
      break;
    }
  }
  return out;
}

void add_members(Section& section, const json::object& members, const Renames& own,
                 const Reference& rename) {
  for (const auto& [key, value] : members) {
    std::string name(key);
    if (const auto found = own.find(name); found != own.end()) name = found->second;
    auto renamed = value;
    rename_references(renamed, rename);
    if (auto* present = section.find(name)) {
      if (add_kinds(*present, renamed)) section.touch(name);
    } else {
      section.add(name, std::move(renamed));
    }
  }
}

struct Sections {
  Section paths, definitions, parameters;
};

void add_part(Sections& into, const SwaggerPart& part) {
  // The document of another version of the group may have said it all.
  if (std::all_of(part.paths.begin(), part.paths.end(),
                  [&](const auto& path) { return into.paths.find(std::string(path.key())); }))
    return;
  const auto definitions = renames_of(into.definitions, part.definitions);
  const auto parameters = renames_of(into.parameters, part.parameters);
  const Reference rename{definitions, parameters};
  add_members(into.definitions, part.definitions, definitions, rename);
  add_members(into.parameters, part.parameters, parameters, rename);
  for (const auto& [key, value] : part.paths) {
    const std::string path(key);
    if (into.paths.find(path)) continue;
    auto renamed = value;
    rename_references(renamed, rename);
    into.paths.add(path, std::move(renamed));
  }
}

}  // namespace

Result<SwaggerPart> part_of_group(std::string_view document, const std::string& group) {
  json::value root;
  KUBUS_TRY(parse_json(document, root));
  const auto* paths = root.is_object() ? root.get_object().if_contains("paths") : nullptr;
  const auto* version = root.is_object() ? root.get_object().if_contains("swagger") : nullptr;
  if (!paths || !paths->is_object() || !version || *version != "2.0")
    return Status(Code::kBadRequest, "it is no document of OpenAPI 2.0");
  SwaggerPart part;
  const auto below = "/apis/" + group + "/";
  for (const auto& [path, item] : paths->get_object())
    if (path.starts_with(below)) part.paths.emplace(path, item);
  const auto section = [&](const char* name) -> const json::object& {
    static const json::object none;
    const auto* found = root.get_object().if_contains(name);
    return found && found->is_object() ? found->get_object() : none;
  };
  Closure closure(section("definitions"), section("parameters"));
  for (const auto& [path, item] : part.paths) closure.follow(item);
  part.definitions = closure.take_definitions();
  part.parameters = closure.take_parameters();
  part.info = section("info");
  return part;
}

std::string merge_v2(std::string_view document,
                     const std::vector<std::shared_ptr<const SwaggerPart>>& parts) {
  Sections sections{Section(json_at(document, "paths")), Section(json_at(document, "definitions")),
                    Section(json_at(document, "parameters"))};
  for (const auto& part : parts) add_part(sections, *part);
  std::string out = "{";
  for (MemberScan scan(document); scan.next();) {
    if (scan.key() == "parameters") continue;
    if (out.size() > 1) out += ',';
    append_json_string(scan.key(), out);
    out += ':';
    if (scan.key() == "paths")
      sections.paths.write(out);
    else if (scan.key() == "definitions")
      sections.definitions.write(out);
    else
      out += scan.value();
  }
  if (!sections.parameters.empty()) {
    out += ",\"parameters\":";
    sections.parameters.write(out);
  }
  return out += '}';
}

}  // namespace kubus::apiserver
