// Values that are parts of a JSON document.
#include <boost/json.hpp>

#include "cel/value.h"
#include "kubus/api/base64.h"
#include "kubus/api/time.h"

namespace kubus::apiserver::cel {
namespace {

namespace json = boost::json;

std::string_view view_of(const json::string& text) { return {text.data(), text.size()}; }

struct JsonList final : List {
  JsonList(const json::array& array, TypePtr item) : array(array), item(std::move(item)) {}
  std::size_t size() const override { return array.size(); }
  Value at(std::size_t index) const override { return Value::json(array[index], item); }
  const json::array& array;
  const TypePtr item;
};

struct JsonMap final : Map {
  JsonMap(const json::object& object, TypePtr type) : object(object), type(std::move(type)) {}

  std::size_t size() const override { return object.size(); }
  Value find(const Value& key) const override {
    if (key.kind() != Kind::kString) return Value::error("no such key");
    auto name = key.as_text();
    if (type && type->kind == Kind::kObject) {
      const auto written = type->written.find(name);
      if (written != type->written.end()) name = written->second;
    }
    const auto* value = object.if_contains(name);
    if (!value) return Value::error("no such key: " + std::string(key.as_text()));
    return Value::json(*value, member(key.as_text()));
  }
  std::vector<Value> keys() const override {
    std::vector<Value> out;
    out.reserve(object.size());
    for (const auto& one : object) out.push_back(Value::view({one.key().data(), one.key().size()}));
    return out;
  }

  TypePtr member(std::string_view name) const {
    if (!type) return nullptr;
    if (type->kind == Kind::kMap) return type->params[1];
    const auto field = type->fields.find(name);
    return field == type->fields.end() ? nullptr : field->second;
  }

  const json::object& object;
  const TypePtr type;
};

Value text_value(std::string_view text, Kind kind) {
  if (kind == Kind::kTimestamp) {
    std::int64_t seconds = 0;
    std::int32_t nanos = 0;
    const auto whole = text.size() == 10 ? std::string(text) + "T00:00:00Z" : std::string(text);
    const auto status = read_time(whole, seconds, nanos);
    return status.ok() ? Value::timestamp(seconds, nanos) : Value::error(status.message());
  }
  if (kind == Kind::kDuration) {
    const auto duration = parse_duration(text);
    return duration.ok() ? Value::duration(duration->count())
                         : Value::error(duration.status().message());
  }
  if (kind == Kind::kBytes) {
    auto bytes = decode_base64(text);
    return bytes.ok() ? Value::bytes(std::move(*bytes)) : Value::error(bytes.status().message());
  }
  return Value::view(text);
}

}  // namespace

Value Value::json(const json::value& document, const TypePtr& type) {
  const auto kind = type ? type->kind : Kind::kDyn;
  switch (document.kind()) {
    case json::kind::null:
      return {};
    case json::kind::bool_:
      return of(document.get_bool());
    case json::kind::int64:
      if (kind == Kind::kDouble) return of(static_cast<double>(document.get_int64()));
      return of(document.get_int64());
    case json::kind::uint64:
      return of(static_cast<double>(document.get_uint64()));
    case json::kind::double_:
      if (kind == Kind::kInt) return of(static_cast<std::int64_t>(document.get_double()));
      return of(document.get_double());
    case json::kind::string:
      return text_value(view_of(document.get_string()), kind);
    case json::kind::array:
      return list(std::make_shared<JsonList>(document.get_array(),
                                             kind == Kind::kList ? type->params[0] : nullptr));
    case json::kind::object:
      break;
  }
  const bool shaped = kind == Kind::kObject || kind == Kind::kMap;
  return map(std::make_shared<JsonMap>(document.get_object(), shaped ? type : nullptr));
}

}  // namespace kubus::apiserver::cel
