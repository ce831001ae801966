// The paths by which rules say which field is at fault.
#include <algorithm>
#include <utility>

#include "schema/expression_rule.h"

namespace kubus::apiserver {
namespace {

class Walk {
 public:
  Walk(Path at, std::string_view rest, const Schema& schema)
      : at_(std::move(at)), rest_(rest), schema_(&schema) {}

  std::optional<Path> run(std::string& problem) {
    while (!rest_.empty()) {
      if (!(rest_[0] == '.' ? field() : rest_[0] == '[' ? key() : unexpected())) {
        problem = problem_;
        return std::nullopt;
      }
    }
    return at_;
  }

 private:
  bool unexpected() {
    problem_ = "expected [ or . but got: " + std::string(rest_.substr(0, 1));
    return false;
  }

  bool field() {
    rest_.remove_prefix(1);
    const auto end = std::min(rest_.find_first_of(".["), rest_.size());
    const auto name = rest_.substr(0, end);
    rest_.remove_prefix(end);
    return step(name);
  }

  bool key() {
    const auto close = rest_.find("']");
    if (!rest_.starts_with("['") || close == rest_.npos) {
      problem_ = "unexpected token in " + std::string(rest_);
      return false;
    }
    const auto name = rest_.substr(2, close - 2);
    rest_.remove_prefix(close + 2);
    return step(name);
  }

  bool step(std::string_view name) {
    const auto* next = schema_->member(name);
    if (!next) {
      problem_ = "does not refer to a valid field";
      return false;
    }
    at_ = schema_->property(name) ? at_.child(name) : at_.key(name);
    schema_ = next;
    return true;
  }

  Path at_;
  std::string_view rest_;
  const Schema* schema_;
  std::string problem_;
};

}  // namespace

std::optional<Path> resolve_field_path(const Path& from, std::string_view field_path,
                                       const Schema& schema, std::string& problem) {
  return Walk(from, field_path, schema).run(problem);
}

}  // namespace kubus::apiserver
