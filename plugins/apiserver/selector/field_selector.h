// FieldSelector: the terms of a fieldSelector query parameter, and which fields of which kinds can
// be selected by.
//
// Thread safety: a value; a const selector may be shared between threads.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "kubus/status.h"

namespace google::protobuf {
class Message;
}

namespace kubus::apiserver {

struct FieldTerm {
  std::string field;
  std::string value;
  bool negated = false;
};

class FieldSelector {
 public:
  // Matches everything.
  FieldSelector() = default;

  // "a=b,c==d,e!=f"; in values a backslash escapes ',', '=' and itself. BadRequest on a bad text.
  static Result<FieldSelector> parse(std::string_view text);
  static FieldSelector of(std::vector<FieldTerm> terms);

  // BadRequest for a field that objects of this group and kind are not selected by. `custom`
  // are the further fields of a custom resource, as "spec.color"; null for a built-in one.
  Status check(std::string_view group, std::string_view kind,
               const std::vector<std::string>* custom = nullptr) const;

  // Both need a selector that check() accepted for the object's kind.
  bool matches(const google::protobuf::Message& object) const;
  // `value_of(field)` gives the object's value as text.
  template <class ValueOf>
  bool matches_values(ValueOf&& value_of) const {
    for (const FieldTerm& term : terms_) {
      if ((value_of(std::string_view(term.field)) == term.value) == term.negated) return false;
    }
    return true;
  }

  // Gives fields the names that objects of another version have them by.
  void rename(std::string_view (*name)(std::string_view field));

  // The value that `field` must have, or null where the selector does not say.
  const std::string* exact(std::string_view field) const;
  // The terms on the name and the namespace alone.
  FieldSelector of_names() const;
  bool empty() const { return terms_.empty(); }
  const std::vector<FieldTerm>& terms() const { return terms_; }
  std::string to_string() const;

 private:
  std::vector<FieldTerm> terms_;
};

// The value of a selectable field as text: "" where it is not set, "false" for an unset bool, "0"
// for an unset number.
std::string selectable_value(const google::protobuf::Message& object, std::string_view field);

}  // namespace kubus::apiserver
