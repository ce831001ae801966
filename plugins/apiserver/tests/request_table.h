// Requests with the answers that the reference gives to them, read from text.
//
// A table is rows between empty lines; a line that begins with '#' is a comment. A row is
//
//     POST /api/v1/namespaces/default/pods
//     Impersonate-User: somebody
//     {"metadata":{"name":"p"},"spec":{}}
//     > 422 Invalid Pod "p" is invalid: spec.containers: Required value
//     >   FieldValueRequired spec.containers: Required value
//
// method and path; headers; the body, on as many lines as it needs; then code, reason and message
// of the answer. What follows are the causes, in order and all of them, or "path = value" of the
// body, "~ text" for a part of the body and "! text" for a part of the head. "let name = text"
// makes "$name" stand for the text from there on. The method AWAIT is GET until the answer has the
// code: what comes to be a moment after it was asked for.
//
// Thread safety: values and pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace kubus::apiserver {

struct RequestRow {
  int line = 0;
  std::string method, path, body;
  std::vector<std::string> headers;
  int code = 0;
  std::string reason, message;
  std::vector<std::string> causes;
  std::vector<std::pair<std::string, std::string>> values;
  std::vector<std::string> parts;
  std::vector<std::string> head_parts;
};

struct RequestTable {
  std::vector<RequestRow> rows;
  std::vector<std::string> mistakes;  // of the table itself
};

RequestTable read_requests(std::string_view text);

}  // namespace kubus::apiserver
