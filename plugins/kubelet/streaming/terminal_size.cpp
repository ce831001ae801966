#include "terminal_size.h"

#include <boost/json/parse.hpp>

namespace kubus::kubelet {
namespace {

constexpr std::size_t kLongest = 1024;

bool read_side(const boost::json::object& object, std::string_view name, std::uint16_t& into) {
  const auto* value = object.if_contains(name);
  if (!value) return true;
  boost::system::error_code error;
  into = value->to_number<std::uint16_t>(error);
  return !error;
}

}  // namespace

std::optional<Input> parse_terminal_size(std::string_view json) {
  if (json.size() > kLongest) return std::nullopt;
  boost::system::error_code error;
  const auto value = boost::json::parse(json, error);
  const auto* object = error ? nullptr : value.if_object();
  Input input;
  input.kind = Input::Kind::kResize;
  if (!object || !read_side(*object, "Width", input.columns) ||
      !read_side(*object, "Height", input.rows))
    return std::nullopt;
  return input;
}

}  // namespace kubus::kubelet
