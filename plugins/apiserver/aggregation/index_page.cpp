#include "aggregation/index_page.h"

#include <boost/json.hpp>

#include "kubus/api/json_value.h"

namespace kubus::apiserver::aggregation {
namespace {

constexpr std::size_t kLongest = 2048;

template <class Value>
auto* member(Value* value, std::string_view name) {
  auto* object = value ? value->if_object() : nullptr;
  return object ? object->if_contains(name) : nullptr;
}

}  // namespace

Result<std::string> page_in(std::string_view index, const std::string& path) {
  boost::json::value root;
  KUBUS_TRY(parse_json(index, root));
  const auto* paths = member(&root, "paths");
  if (!paths || !paths->is_object()) return Status(Code::kBadRequest, "it has no paths");
  const auto* page = member(paths, path);
  if (!page) return std::string();
  const auto* text = member(page, "serverRelativeURL");
  const auto* url = text ? text->if_string() : nullptr;
  // Clients ask us for it, and we the server.
  const auto expected = "/openapi/v3/" + path;
  const auto leads = [&](std::string_view to) {
    return to == expected || to.starts_with(expected + "?");
  };
  if (!url || url->size() > kLongest || !leads(*url))
    return Status(Code::kBadRequest, "the document of " + path + " is not at " + expected);
  return std::string(*url);
}

}  // namespace kubus::apiserver::aggregation
