#include <yaml.h>

#include <boost/json.hpp>
#include <cmath>
#include <map>
#include <utility>

#include "kubus/api/json_value.h"
#include "yaml/scalar.h"
#include "yaml/yaml.h"

namespace kubus::apiserver {
namespace {

namespace json = boost::json;

constexpr int kMaxDepth = 200;
constexpr std::size_t kMostValues = 250'000;
// A small document can stand for a huge one by aliases.
constexpr std::size_t most_bytes(std::size_t yaml) { return 64 * 1024 + 8 * yaml; }

Status bad(std::string message) { return {Code::kBadRequest, "yaml: " + std::move(message)}; }

std::string_view text_of(const yaml_char_t* text, std::size_t size) {
  return {reinterpret_cast<const char*>(text), size};
}
std::string text_of(const yaml_char_t* text) {
  return text ? std::string(reinterpret_cast<const char*>(text)) : std::string();
}

// The events of a text, one at a time.
class Events {
 public:
  explicit Events(std::string_view yaml) {
    yaml_parser_initialize(&parser_);
    // libyaml ends the process when it is given no address, which an empty view may have.
    if (yaml.empty()) yaml = "";
    yaml_parser_set_input_string(&parser_, reinterpret_cast<const yaml_char_t*>(yaml.data()),
                                 yaml.size());
    event_ = {};
  }
  ~Events() {
    yaml_event_delete(&event_);
    yaml_parser_delete(&parser_);
  }
  Events(const Events&) = delete;
  Events& operator=(const Events&) = delete;

  Status next() {
    yaml_event_delete(&event_);
    if (yaml_parser_parse(&parser_, &event_) == 0) {
      event_ = {};
      return failure();
    }
    const auto type = event_.type;
    depth_ += type == YAML_SEQUENCE_START_EVENT || type == YAML_MAPPING_START_EVENT ? 1 : 0;
    depth_ -= type == YAML_SEQUENCE_END_EVENT || type == YAML_MAPPING_END_EVENT ? 1 : 0;
    return {};
  }
  const yaml_event_t& now() const { return event_; }
  // In how many lists and maps it stands, with the one that it begins.
  int depth() const { return depth_; }
  // As people count.
  std::size_t line() const { return event_.start_mark.line + 1; }

 private:
  // Lines are told as go.yaml.in tells them: of a scanner's mistake the one it is in, of a parser's
  // the one before, and none where that would be 0.
  Status failure() const {
    if (parser_.error == YAML_MEMORY_ERROR) return bad("no memory");
    auto line = parser_.context_mark.line;
    if (parser_.problem_mark.line != 0)
      line = parser_.problem_mark.line + (parser_.error == YAML_SCANNER_ERROR ? 1 : 0);
    const bool has_line = line != 0 && parser_.error != YAML_READER_ERROR;
    const auto where = has_line ? "line " + std::to_string(line) + ": " : std::string();
    const auto* problem = parser_.problem ? parser_.problem : "unknown problem parsing YAML content";
    return bad(where + problem);
  }

  yaml_parser_t parser_;
  yaml_event_t event_;
  int depth_ = 0;
};

// Makes a value of events.
class Reader {
 public:
  Reader(std::string_view yaml, std::vector<std::string>* repeated)
      : events_(yaml), most_bytes_(most_bytes(yaml.size())), repeated_(repeated) {}

  Result<json::value> document() {
    KUBUS_TRY(events_.next());  // the stream begins
    KUBUS_TRY(events_.next());
    if (events_.now().type == YAML_STREAM_END_EVENT) return json::value();
    KUBUS_TRY(events_.next());
    auto value = node(0);
    // What is wrong with the text is told before what is wrong with a value, as far as it is read:
    // libyaml takes the square of the depth.
    const bool goes_on = value.ok() || (value.code() == Code::kBadRequest && !unknown_);
    while (goes_on && events_.now().type != YAML_DOCUMENT_END_EVENT &&
           events_.now().type != YAML_NO_EVENT && events_.depth() <= kMaxDepth &&
           ++values_ <= kMostValues)
      KUBUS_TRY(events_.next());
    return value;
  }

 private:
  struct Size {
    std::size_t values = 0;
    std::size_t bytes = 0;
  };
  struct Anchor {
    json::value value;
    Size size;
    bool complete = false;
  };

  static Status excessive() { return bad("document contains excessive aliasing"); }

  Status count(Size size) {
    values_ += size.values;
    bytes_ += size.bytes;
    if (values_ > kMostValues)
      return {Code::kRequestEntityTooLarge,
              "the body has more than " + std::to_string(kMostValues) + " values"};
    return bytes_ > most_bytes_ ? excessive() : Status();
  }
  Size counted() const { return {values_, bytes_}; }

  // The value that begins with the present event, which it leaves as its last.
  Result<json::value> node(int depth) {
    if (depth > kMaxDepth) return bad("the document nests too deep");
    const auto& event = events_.now();
    const auto before = counted();
    switch (event.type) {
      case YAML_ALIAS_EVENT:
        return alias(text_of(event.data.alias.anchor));
      case YAML_SCALAR_EVENT: {
        const auto anchor = text_of(event.data.scalar.anchor);
        KUBUS_TRY(count({1, event.data.scalar.length + 4}));
        return kept(anchor, before, scalar());
      }
      case YAML_SEQUENCE_START_EVENT: {
        const auto anchor = text_of(event.data.sequence_start.anchor);
        begin(anchor);
        return kept(anchor, before, sequence(depth));
      }
      case YAML_MAPPING_START_EVENT: {
        const auto anchor = text_of(event.data.mapping_start.anchor);
        begin(anchor);
        return kept(anchor, before, mapping(depth));
      }
      default:
        return bad("did not find expected node content");
    }
  }

  void begin(const std::string& anchor) {
    if (!anchor.empty()) anchors_[anchor] = {};
  }
  // The value, of which there is a copy where it has an anchor; anchors within anchors are bounded
  // as aliases are.
  Result<json::value> kept(const std::string& anchor, const Size& before,
                           Result<json::value> value) {
    if (anchor.empty() || !value.ok()) return value;
    const Size size = {values_ - before.values, bytes_ - before.bytes};
    kept_.values += size.values;
    kept_.bytes += size.bytes;
    if (kept_.values > kMostValues || kept_.bytes > most_bytes_) return excessive();
    anchors_[anchor] = {*value, size, true};
    return value;
  }

  Result<json::value> alias(const std::string& name) {
    const auto found = anchors_.find(name);
    unknown_ = found == anchors_.end();
    if (unknown_) return bad("unknown anchor '" + name + "' referenced");
    if (!found->second.complete) return bad("anchor '" + name + "' value contains itself");
    KUBUS_TRY(count(found->second.size));
    return found->second.value;
  }

  Result<json::value> scalar() {
    const auto& data = events_.now().data.scalar;
    const auto text = text_of(data.value, data.length);
    if (data.tag) return resolve_tagged(text_of(data.tag), text);
    if (!data.plain_implicit) return json::value(text);
    auto found = resolve_scalar(text);
    return std::move(found.value);
  }

  Result<json::value> sequence(int depth) {
    KUBUS_TRY(count({1, 2}));
    json::array out;
    for (;;) {
      KUBUS_TRY(events_.next());
      if (events_.now().type == YAML_SEQUENCE_END_EVENT) return json::value(std::move(out));
      auto item = node(depth + 1);
      if (!item.ok()) return item;
      out.push_back(std::move(*item));
    }
  }

  Result<json::value> mapping(int depth) {
    KUBUS_TRY(count({1, 2}));
    json::object out;
    for (;;) {
      KUBUS_TRY(events_.next());
      if (events_.now().type == YAML_MAPPING_END_EVENT) return json::value(std::move(out));
      const bool merges = is_merge();
      auto name = node(depth + 1);
      if (!name.ok()) return name;
      KUBUS_TRY(events_.next());
      const auto line = events_.line();
      auto value = node(depth + 1);
      if (!value.ok()) return value;
      if (merges) {
        KUBUS_TRY(merge(*value, out));
      } else {
        KUBUS_TRY(set(*name, std::move(*value), line, out));
      }
    }
  }

  bool is_merge() const {
    const auto& event = events_.now();
    if (event.type != YAML_SCALAR_EVENT) return false;
    const auto& data = event.data.scalar;
    return text_of(data.value, data.length) == "<<" &&
           (data.plain_implicit || text_of(data.tag) == "tag:yaml.org,2002:merge");
  }

  static Status no_map() {
    return bad("map merge requires map or sequence of maps as the value");
  }

  // Of several the first counts; what is in the object already gives way.
  Status merge(const json::value& value, json::object& out) {
    if (const auto* list = value.if_array()) {
      for (auto item = list->rbegin(); item != list->rend(); ++item) {
        if (!item->is_object()) return no_map();
        KUBUS_TRY(merge(*item, out));
      }
      return {};
    }
    const auto* object = value.if_object();
    if (!object) return no_map();
    for (const auto& member : *object) out[member.key()] = member.value();
    return {};
  }

  Status set(const json::value& name, json::value value, std::size_t line, json::object& out) {
    std::string key;
    if (name.is_object() || name.is_array()) return bad("invalid map key");
    if (name.is_null()) return {Code::kBadRequest, "unsupported map key of type: null"};
    if (const auto* text = name.if_string())
      key = *text;
    else
      append_json(name, key);
    const bool is_new = !out.contains(key);
    out[key] = std::move(value);
    if (is_new || !repeated_) return {};
    std::string shown;
    append_json(name, shown);
    repeated_->push_back("line " + std::to_string(line) + ": key " + shown +
                         " already set in map");
    return {};
  }

  Events events_;
  const std::size_t most_bytes_;
  std::vector<std::string>* repeated_;
  std::map<std::string, Anchor> anchors_;
  bool unknown_ = false;  // an anchor was
  std::size_t values_ = 0;
  std::size_t bytes_ = 0;
  Size kept_;  // for aliases
};

// The first number that JSON has no form for; null where all have one.
const double* unsupported(const json::value& value) {
  const double* found = nullptr;
  if (const auto* object = value.if_object()) {
    for (auto member = object->begin(); !found && member != object->end(); ++member)
      found = unsupported(member->value());
  } else if (const auto* array = value.if_array()) {
    for (auto item = array->begin(); !found && item != array->end(); ++item)
      found = unsupported(*item);
  } else if (const auto* number = value.if_double()) {
    if (!std::isfinite(*number)) found = number;
  }
  return found;
}

}  // namespace

Result<std::string> yaml_to_json(std::string_view yaml, std::vector<std::string>* repeated) {
  const auto value = Reader(yaml, repeated).document();
  if (!value.ok()) return value.status();
  if (const auto* number = unsupported(*value))
    return Status(Code::kBadRequest, std::string("json: unsupported value: ") +
                                         (std::isnan(*number) ? "NaN"
                                          : *number > 0       ? "+Inf"
                                                              : "-Inf"));
  std::string out;
  append_json(*value, out);
  return out;
}

}  // namespace kubus::apiserver
