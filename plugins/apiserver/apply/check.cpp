#include "apply/check.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <string>
#include <unordered_set>
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

// Where a value stands; made into text only when there is something to say about it.
struct Place {
  const Place* above = nullptr;
  std::string_view name;                 // of a member
  const PathElement* element = nullptr;  // of an item

  std::string text() const {
    if (!above) return {};
    return above->text() + (element ? to_string(*element) : "." + std::string(name));
  }
};

class Checker {
 public:
  explicit Checker(bool duplicates) : duplicates_(duplicates) {}

  void walk(const Atom& type, const bj::value& value, const Place& place) {
    if (problems_.size() >= kMostProblems) return;
    if (is_scalar(value) && type.scalar != ScalarKind::kNone) return scalar(type, value, place);
    if (value.is_array() && type.list != Merging::kNone) return list(type, value, place);
    if (type.map != Merging::kNone) return map(type, value, place);
    if (type.scalar != ScalarKind::kNone) return scalar(type, value, place);
    list(type, value, place);
  }

  Status outcome() const {
    if (problems_.empty()) return {};
    if (problems_.size() == 1) return {Code::kUnknown, problems_.front()};
    std::string all = "errors:";
    for (const auto& problem : problems_) all += "\n  " + problem;
    return {Code::kUnknown, all};
  }

 private:
  void problem(const Place& place, std::string_view what) {
    const auto path = place.text();
    problems_.push_back((path.empty() ? "" : path + ": ") + std::string(what));
  }

  void scalar(const Atom& type, const bj::value& value, const Place& place) {
    if (value.is_null()) return;
    switch (type.scalar) {
      case ScalarKind::kString:
        if (!value.is_string()) problem(place, "expected string, got " + shown_in_go(value));
        break;
      case ScalarKind::kNumber:
        if (!value.is_number())
          problem(place, "expected numeric (int or float), got " + std::string(go_type(value)));
        break;
      case ScalarKind::kBool:
        if (!value.is_bool()) problem(place, "expected boolean, got " + shown(value));
        break;
      default:
        if (!is_scalar(value)) problem(place, "expected any scalar, got " + shown(value));
    }
  }

  void map(const Atom& type, const bj::value& value, const Place& place) {
    if (value.is_null()) return;
    if (!value.is_object()) return problem(place, "expected map, got " + shown(value));
    for (const auto& member : value.get_object()) {
      const Atom* member_type = type.member(member.key());
      const Place below{&place, member.key(), nullptr};
      if (member_type)
        walk(*member_type, member.value(), below);
      else
        problem(below, "field not declared in schema");
    }
  }

  void list(const Atom& type, const bj::value& value, const Place& place) {
    if (value.is_null()) return;
    if (!value.is_array()) return problem(place, "expected list, got " + shown(value));
    std::unordered_set<std::string> met;
    std::size_t index = 0;
    for (const auto& item : value.get_array()) {
      PathElement element{ElementKind::kIndex, std::to_string(index)};
      if (type.list == Merging::kSeparate) {
        auto own = item_element(type, item);
        if (!own.ok())
          return problem(place, "element " + element.text + ": " + own.status().message());
        element = std::move(*own);
        if (!met.insert(element.text).second && !duplicates_)
          problem(place, "duplicate entries for key " + to_string(element));
      }
      walk(*type.items, item, Place{&place, {}, &element});
      ++index;
    }
  }

  const bool duplicates_;
  std::vector<std::string> problems_;
};

}  // namespace

Status check_typed(const Atom& type, const bj::value& value, bool duplicates) {
  Checker checker(duplicates);
  checker.walk(type, value, Place());
  return checker.outcome();
}

}  // namespace kubus::apiserver
