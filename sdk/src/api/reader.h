// Reads single JSON values and words what is wrong with them as the reference does; the decoder of
// messages stands on it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "kubus/api/schema.h"
#include "kubus/status.h"
#include "scan.h"

namespace kubus::json {

// Where a value stands, from the outside in. Lives on the stack of the recursion and costs nothing
// until an error has to name it.
struct Place {
  const Place* outer = nullptr;
  std::string_view name;               // of a field, or the key of a map
  int index = -1;                      // of a list item
  const FieldInfo* field = nullptr;    // when it is a field
  const MessageInfo* owner = nullptr;  // the object whose field it is
  const FieldPath* path = nullptr;     // its inlined messages
};

// What Go calls the type of the field, or of one of its values.
std::string go_type(const FieldInfo& field, bool element);

class Reader {
 protected:
  Reader(std::string_view text, int max_depth, bool strict)
      : scanner_(text, max_depth), strict_(strict) {}

  // The outcome, once the whole text has been read. Strict errors go to `collect` if it is given.
  Status finish(std::vector<std::string>* collect);

  // False when there was no such value; it has been skipped and reported. Null is empty text.
  bool text_value(std::string& out, const Place& place, std::string_view go = "string");
  bool bytes_value(std::string& out, const Place& place);
  bool bool_value(bool& out, const Place& place);
  bool int_value(std::int32_t& out, const Place& place);
  bool int_value(std::int64_t& out, const Place& place);
  bool double_value(double& out, const Place& place);

  // Skips the value that is not of type `go`, and reports it.
  void mismatch(std::string_view go, const Place* place);
  // The first error counts, unless the rest of the text turns out to be malformed.
  void error(std::string message);
  // `what` is "unknown" or "duplicate".
  void strict_error(std::string_view what, const Place& place);
  static std::string mismatch_text(std::string_view value, std::string_view go, const Place* place);

  Scanner scanner_;
  bool strict_;

 private:
  bool number_text(std::string_view& text, const Place& place, std::string_view go);
  template <class Number>
  bool number_value(Number& out, const Place& place, std::string_view go);
  std::string strict_message() const;

  std::string error_;
  std::vector<std::string> strict_errors_;
  std::unordered_set<std::string> strict_seen_;
};

}  // namespace kubus::json
