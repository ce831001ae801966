#include "apply/check.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <set>
#include <string>
#include <vector>

#include "apply/list_items.h"
#include "kubus/api/json_value.h"
#include "patch/engines.h"

namespace kubus::apiserver {
namespace {

namespace bj = boost::json;

constexpr std::size_t kMostProblems = 100;

bool is_scalar(const bj::value& value) {
  return !value.is_null() && !value.is_object() && !value.is_array();
}

// As the reference prints a value that it cannot use.
std::string shown(const bj::value& value) { return "&{" + go_text(value) + "}"; }
std::string shown_in_go(const bj::value& value) {
  std::string text;
  append_json(value, text);
  return "&value.valueUnstructured{Value:" + text + "}";
}

std::string_view go_type(const bj::value& value) {
  switch (value.kind()) {
    case bj::kind::string:
      return "string";
    case bj::kind::bool_:
      return "bool";
    case bj::kind::object:
      return "map[string]interface {}";
    case bj::kind::array:
      return "[]interface {}";
    default:
      return "float64";
  }
}

class Checker {
 public:
  explicit Checker(bool duplicates) : duplicates_(duplicates) {}

  void walk(const Atom& type, const bj::value& value, const std::string& path) {
    if (problems_.size() >= kMostProblems) return;
    if (is_scalar(value) && type.scalar != ScalarKind::kNone) return scalar(type, value, path);
    if (value.is_array() && type.list != Merging::kNone) return list(type, value, path);
    if (type.map != Merging::kNone) return map(type, value, path);
    if (type.scalar != ScalarKind::kNone) return scalar(type, value, path);
    list(type, value, path);
  }

  Status outcome() const {
    if (problems_.empty()) return {};
    if (problems_.size() == 1) return {Code::kUnknown, problems_.front()};
    std::string all = "errors:";
    for (const auto& problem : problems_) all += "\n  " + problem;
    return {Code::kUnknown, all};
  }

 private:
  void problem(const std::string& path, std::string_view what) {
    problems_.push_back((path.empty() ? "" : path + ": ") + std::string(what));
  }

  void scalar(const Atom& type, const bj::value& value, const std::string& path) {
    if (value.is_null()) return;
    switch (type.scalar) {
      case ScalarKind::kString:
        if (!value.is_string()) problem(path, "expected string, got " + shown_in_go(value));
        break;
      case ScalarKind::kNumber:
        if (!value.is_number())
          problem(path, "expected numeric (int or float), got " + std::string(go_type(value)));
        break;
      case ScalarKind::kBool:
        if (!value.is_bool()) problem(path, "expected boolean, got " + shown(value));
        break;
      default:
        if (!is_scalar(value)) problem(path, "expected any scalar, got " + shown(value));
    }
  }

  void map(const Atom& type, const bj::value& value, const std::string& path) {
    if (value.is_null()) return;
    if (!value.is_object()) return problem(path, "expected map, got " + shown(value));
    for (const auto& member : value.get_object()) {
      const Atom* member_type = type.member(member.key());
      const std::string below = path + "." + std::string(member.key());
      if (member_type)
        walk(*member_type, member.value(), below);
      else
        problem(below, "field not declared in schema");
    }
  }

  void list(const Atom& type, const bj::value& value, const std::string& path) {
    if (value.is_null()) return;
    if (!value.is_array()) return problem(path, "expected list, got " + shown(value));
    std::set<std::string> met;
    std::size_t index = 0;
    for (const auto& item : value.get_array()) {
      PathElement element{ElementKind::kIndex, std::to_string(index)};
      if (type.list == Merging::kSeparate) {
        auto own = item_element(type, item);
        if (!own.ok())
          return problem(path, "element " + element.text + ": " + own.status().message());
        element = std::move(*own);
        if (!met.insert(element.text).second && !duplicates_)
          problem(path, "duplicate entries for key " + to_string(element));
      }
      walk(*type.items, item, path + to_string(element));
      ++index;
    }
  }

  const bool duplicates_;
  std::vector<std::string> problems_;
};

}  // namespace

Status check_typed(const Atom& type, const bj::value& value, bool duplicates) {
  Checker checker(duplicates);
  checker.walk(type, value, "");
  return checker.outcome();
}

}  // namespace kubus::apiserver
