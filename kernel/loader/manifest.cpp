#include "loader/manifest.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>
#include <functional>
#include <map>

#include "config/schema.h"
#include "loader/yaml_json.h"

namespace kubus::kernel {
namespace {

bool is_plugin_name(std::string_view name) {
  return !name.empty() && name.size() <= 63 && name.front() != '-' &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
         });
}

// Fills a Manifest from YAML and collects every mistake.
class ManifestParser {
 public:
  Result<Manifest> parse(const YAML::Node& root) {
    if (!root.IsMap()) return Status(Code::kInvalid, "manifest: expected \"key: value\" lines");
    for (const auto& pair : root) {
      auto key = pair.first.IsScalar() ? pair.first.Scalar() : std::string();
      auto field = fields_.find(key);
      if (field == fields_.end())
        mistake(pair.first, "unknown key \"" + key + "\"");
      else
        field->second(pair.second, key);
    }
    if (!is_plugin_name(manifest_.name))
      mistake(root, "name: required, of lower case letters, digits and dashes");
    for (const auto& spec : kernel_schema(""))
      if (spec.key.starts_with(manifest_.name + ".") || spec.key == manifest_.name)
        mistake(root, "name: taken by the kernel's configuration");
    if (!mistakes_.empty()) return Status(Code::kInvalid, "manifest: " + mistakes_);
    return std::move(manifest_);
  }

 private:
  using Field = std::function<void(const YAML::Node&, const std::string&)>;

  void mistake(const YAML::Node& node, const std::string& what) {
    mistakes_ += (mistakes_.empty() ? "line " : "; line ") + std::to_string(node.Mark().line + 1) +
                 ": " + what;
  }

  std::string scalar(const YAML::Node& node, const std::string& key) {
    if (node.IsScalar()) return node.Scalar();
    mistake(node, key + ": expected text");
    return {};
  }

  std::vector<std::string> list(const YAML::Node& node, const std::string& key) {
    std::vector<std::string> items;
    if (node.IsNull()) return items;
    if (!node.IsSequence()) mistake(node, key + ": expected a list");
    if (node.IsSequence())
      for (const auto& item : node) items.push_back(scalar(item, key));
    return items;
  }

  std::string word(const YAML::Node& node, const std::string& key,
                   const std::vector<std::string>& allowed) {
    auto text = scalar(node, key);
    if (std::find(allowed.begin(), allowed.end(), text) != allowed.end()) return text;
    mistake(node, key + ": expected one of " + join(allowed, ", ") + ", found \"" + text + "\"");
    return allowed.front();
  }

  void isolation(const YAML::Node& node, const std::string& key) {
    auto text = word(node, key, {"either", "in-process", "process"});
    manifest_.isolation = text == "process"      ? Isolation::kProcess
                          : text == "in-process" ? Isolation::kInProcess
                                                 : Isolation::kEither;
  }

  void threads(const YAML::Node& node, const std::string& key) {
    auto text = canonical_value(ValueType::kInt, scalar(node, key));
    auto count = text.ok() ? std::strtoll(text->c_str(), nullptr, 10) : 0;
    if (count < 1 || count > 1024) return mistake(node, key + ": expected 1 to 1024");
    manifest_.threads = count;
  }

  void permissions(const YAML::Node& node, const std::string& key) {
    if (node.IsNull()) return;
    if (!node.IsSequence()) return mistake(node, key + ": expected a list");
    for (const auto& rule : node) {
      if (!rule.IsMap()) mistake(rule, key + ": expected {groups, resources, verbs}");
      manifest_.permissions.push_back(yaml_to_json(rule));
    }
  }

  void config(const YAML::Node& node, const std::string& key) {
    if (node.IsNull()) return;
    if (!node.IsSequence()) return mistake(node, key + ": expected a list");
    for (const auto& item : node) config_key(item);
  }

  void config_key(const YAML::Node& node) {
    if (!node.IsMap()) return mistake(node, "config: expected {key, type, default, ...}");
    KeySpec spec;
    YAML::Node fallback;
    for (const auto& pair : node) {
      auto name = pair.first.IsScalar() ? pair.first.Scalar() : std::string();
      if (name == "key")
        spec.key = scalar(pair.second, "config.key");
      else if (name == "type")
        set_type(pair.second, spec);
      else if (name == "default")
        fallback = pair.second;
      else if (name == "unit")
        spec.unit = scalar(pair.second, "config.unit");
      else if (name == "help")
        spec.help = scalar(pair.second, "config.help");
      else if (name == "reload")
        spec.reload = word(pair.second, "config.reload", {"false", "true"}) == "true";
      else
        mistake(pair.first, "config: unknown key \"" + name + "\"");
    }
    if (spec.key.empty()) return mistake(node, "config: key is missing");
    for (const auto& common : common_plugin_schema())
      if (common.key == spec.key) mistake(node, "config." + spec.key + ": reserved by the kernel");
    for (const auto& other : manifest_.config)
      if (other.key == spec.key) mistake(node, "config." + spec.key + ": declared twice");
    set_default(node, fallback, spec);
    manifest_.config.push_back(std::move(spec));
  }

  void set_type(const YAML::Node& node, KeySpec& spec) {
    auto type = value_type_from_name(scalar(node, "config.type"));
    if (type.ok())
      spec.type = *type;
    else
      mistake(node, "config.type: " + type.status().message());
  }

  void set_default(const YAML::Node& node, const YAML::Node& fallback, KeySpec& spec) {
    if (spec.type == ValueType::kList) {
      auto items = fallback.IsScalar() ? split_list(fallback.Scalar())
                                       : list(fallback, "config." + spec.key + ".default");
      spec.default_text = join(items, "\n");
      return;
    }
    if (fallback.IsNull()) {
      static const std::map<ValueType, std::string> zero = {
          {ValueType::kString, ""},  {ValueType::kInt, "0"},       {ValueType::kBool, "false"},
          {ValueType::kNumber, "0"}, {ValueType::kDuration, "0s"}, {ValueType::kSize, "0"}};
      spec.default_text = zero.at(spec.type);
      return;
    }
    auto text = canonical_value(spec.type, scalar(fallback, "config." + spec.key + ".default"));
    if (text.ok())
      spec.default_text = *text;
    else
      mistake(node, "config." + spec.key + ".default: " + text.status().message());
  }

  Manifest manifest_;
  std::string mistakes_;
  const std::map<std::string, Field> fields_ = {
      {"name", [this](auto& n, auto& k) { manifest_.name = scalar(n, k); }},
      {"version", [this](auto& n, auto& k) { manifest_.version = scalar(n, k); }},
      {"description", [this](auto& n, auto& k) { manifest_.description = scalar(n, k); }},
      {"status",
       [this](auto& n, auto& k) {
         manifest_.status = word(n, k, {"wip", "beta", "stable"});
       }},
      {"provides", [this](auto& n, auto& k) { manifest_.provides = list(n, k); }},
      {"requires", [this](auto& n, auto& k) { manifest_.requires_ = list(n, k); }},
      {"permissions", [this](auto& n, auto& k) { permissions(n, k); }},
      {"isolation", [this](auto& n, auto& k) { isolation(n, k); }},
      {"trust",
       [this](auto& n, auto& k) {
         manifest_.third_party = word(n, k, {"core", "third-party"}) == "third-party";
       }},
      {"threads", [this](auto& n, auto& k) { threads(n, k); }},
      {"config", [this](auto& n, auto& k) { config(n, k); }},
  };
};

}  // namespace

std::string_view isolation_name(Isolation isolation) {
  constexpr std::array<std::string_view, 3> kNames = {"either", "in-process", "process"};
  return kNames.at(static_cast<std::size_t>(isolation));
}

Result<Manifest> parse_manifest(std::string_view text) {
  if (std::any_of(text.begin(), text.end(),
                  [](unsigned char c) { return c < 0x20 && c != '\n' && c != '\t' && c != '\r'; }))
    return Status(Code::kInvalid, "manifest: not text");
  try {
    return ManifestParser().parse(YAML::Load(std::string(text)));
  } catch (const YAML::Exception& e) {
    return Status(Code::kInvalid,
                  "manifest: line " + std::to_string(e.mark.line + 1) + ": " + e.msg);
  }
}

}  // namespace kubus::kernel
