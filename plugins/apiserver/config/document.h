// The configuration files of the reference's API server: YAML with an apiVersion and a kind, in
// which nothing may stand that is not known.
//
// Thread safety: free functions; nothing throws. Paths in messages are as "rules[0].level"; that of
// the document is empty.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <chrono>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "kubus/status.h"

namespace kubus::apiserver::config {

namespace json = boost::json;

// kInvalid: "path: why".
Status wrong(const std::string& path, const std::string& why);
std::string at(const std::string& path, std::size_t index);

// kInvalid when the text is not an object of this version and kind.
Result<json::object> parse(std::string_view yaml, std::string_view api_version,
                           std::string_view kind);
// The same of a file, whose name is in the message.
Result<json::object> read(const std::string& file, std::string_view api_version,
                          std::string_view kind);

// The same where several versions mean the same.
Result<json::object> parse(std::string_view yaml,
                           std::initializer_list<std::string_view> api_versions,
                           std::string_view kind);

// Reads a member into `out`, which stays as it is where there is none, or null. kInvalid when it is
// of another type; durations are texts such as "30s".
Status read_member(const json::object& object, std::string_view member, const std::string& path,
                   std::string& out);
Status read_member(const json::object& object, std::string_view member, const std::string& path,
                   bool& out);
Status read_member(const json::object& object, std::string_view member, const std::string& path,
                   std::chrono::nanoseconds& out);
Status read_member(const json::object& object, std::string_view member, const std::string& path,
                   std::vector<std::string>& out);
// Null where there is no such member; kInvalid when it is no object, or has members that are not
// among `known`.
Result<const json::object*> read_object(const json::object& object, std::string_view member,
                                        const std::string& path,
                                        std::initializer_list<std::string_view> known);
// The members of a list, each of them an object with members among `known`.
Result<std::vector<const json::object*>> read_objects(
    const json::object& object, std::string_view member, const std::string& path,
    std::initializer_list<std::string_view> known);

// kInvalid when `value` is no object or has a member that is not among `known`.
Status check_members(const json::value& value, const std::string& path,
                     std::initializer_list<std::string_view> known);
// The members of a list; none when it is absent or no list.
const json::array& list_of(const json::object& object, std::string_view member);
// Empty when it is absent; kInvalid when something in it is no string.
Result<std::vector<std::string>> texts_of(const json::object& object, std::string_view member,
                                          const std::string& path);
// Empty when it is absent or no string.
std::string text_of(const json::object& object, std::string_view member);

}  // namespace kubus::apiserver::config
