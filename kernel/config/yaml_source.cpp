#include <yaml-cpp/yaml.h>

#include "config/source.h"

namespace kubus::kernel {
namespace {

class YamlFlattener {
 public:
  YamlFlattener(std::string name, SourceResult& result) : name_(std::move(name)), result_(result) {}

  void mapping(const YAML::Node& node, const std::string& prefix) {
    for (const auto& pair : node) {
      if (!pair.first.IsScalar()) {
        error(pair.first, prefix, "a key must be plain text");
        continue;
      }
      auto key = prefix.empty() ? pair.first.Scalar() : prefix + "." + pair.first.Scalar();
      value(pair.first, pair.second, key);
    }
  }

  void error(const YAML::Node& node, const std::string& key, std::string message) {
    result_.errors.push_back({origin(node), key, std::move(message)});
  }

 private:
  Origin origin(const YAML::Node& node) const { return {name_, node.Mark().line + 1}; }

  void value(const YAML::Node& key_node, const YAML::Node& node, const std::string& key) {
    switch (node.Type()) {
      case YAML::NodeType::Map:
        mapping(node, key);
        break;
      case YAML::NodeType::Scalar:
        result_.entries.push_back({key, {node.Scalar()}, false, origin(key_node)});
        break;
      case YAML::NodeType::Sequence:
        sequence(key_node, node, key);
        break;
      default:  // "key:" without a value leaves what lies below in force
        break;
    }
  }

  void sequence(const YAML::Node& key_node, const YAML::Node& node, const std::string& key) {
    Entry entry{key, {}, true, origin(key_node)};
    for (const auto& item : node) {
      if (!item.IsScalar() || item.Scalar().find('\n') != std::string::npos)
        error(item, key, "a list holds single lines of text only");
      else
        entry.items.push_back(item.Scalar());
    }
    result_.entries.push_back(std::move(entry));
  }

  std::string name_;
  SourceResult& result_;
};

}  // namespace

SourceResult parse_yaml(std::string_view text, const std::string& name, const std::string& prefix) {
  SourceResult result;
  try {
    auto root = YAML::Load(std::string(text));
    YamlFlattener flattener(name, result);
    if (root.IsMap())
      flattener.mapping(root, prefix);
    else if (!root.IsNull())
      flattener.error(root, "", "expected \"key: value\" lines");
    result.add_duplicate_errors();
  } catch (const YAML::Exception& e) {
    result.errors.push_back({{name, e.mark.line + 1}, "", e.msg});
  }
  return result;
}

}  // namespace kubus::kernel
