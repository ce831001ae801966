#include <yaml.h>

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <vector>

#include "kubus/api/json_value.h"
#include "yaml/natural_order.h"
#include "yaml/scalar.h"
#include "yaml/yaml.h"

namespace kubus::apiserver {
namespace {

namespace json = boost::json;

// The shortest digits that are this number, with an exponent where it is small or large.
std::string float_text(double number) {
  char buffer[32];
  const auto text = [&](std::chars_format format) {
    return std::string(buffer, std::to_chars(buffer, std::end(buffer), number, format).ptr);
  };
  const auto scientific = text(std::chars_format::scientific);
  const auto mark = scientific.find('e');
  int exponent = 0;
  const auto digits = std::string_view(scientific).substr(mark + 1);
  std::from_chars(digits.data() + (digits.starts_with('+') ? 1 : 0), digits.data() + digits.size(),
                  exponent);
  return exponent < -4 || exponent >= 6 ? scientific : text(std::chars_format::fixed);
}

class Emitter {
 public:
  Emitter() {
    yaml_emitter_initialize(&emitter_);
    yaml_emitter_set_unicode(&emitter_, 1);
    yaml_emitter_set_output(
        &emitter_,
        [](void* out, unsigned char* bytes, std::size_t size) {
          static_cast<std::string*>(out)->append(reinterpret_cast<const char*>(bytes), size);
          return 1;
        },
        &out_);
  }
  ~Emitter() { yaml_emitter_delete(&emitter_); }
  Emitter(const Emitter&) = delete;
  Emitter& operator=(const Emitter&) = delete;

  bool write(const json::value& value) {
    yaml_event_t event;
    yaml_stream_start_event_initialize(&event, YAML_UTF8_ENCODING);
    emit(event);
    yaml_document_start_event_initialize(&event, nullptr, nullptr, nullptr, 1);
    emit(event);
    node(value);
    yaml_document_end_event_initialize(&event, 1);
    emit(event);
    yaml_stream_end_event_initialize(&event);
    emit(event);
    return ok_;
  }
  std::string take() {
    // Newer libyaml says that a document ends where its last text might go on.
    constexpr std::string_view kEnd = "\n...\n";
    if (out_.ends_with(kEnd)) out_.resize(out_.size() - kEnd.size() + 1);
    return std::move(out_);
  }

 private:
  // Takes the event, also where it fails.
  void emit(yaml_event_t& event) {
    if (ok_)
      ok_ = yaml_emitter_emit(&emitter_, &event) != 0;
    else
      yaml_event_delete(&event);
  }

  void scalar(std::string_view text, yaml_scalar_style_t style) {
    if (text.empty()) text = "";  // libyaml takes no null
    yaml_event_t event;
    const auto* bytes = reinterpret_cast<const yaml_char_t*>(text.data());
    ok_ = ok_ && yaml_scalar_event_initialize(&event, nullptr, nullptr, bytes,
                                              static_cast<int>(text.size()), 1, 1, style) != 0;
    if (ok_) emit(event);
  }

  void text(std::string_view text) {
    auto style = YAML_PLAIN_SCALAR_STYLE;
    if (text.find('\n') != std::string_view::npos)
      style = YAML_LITERAL_SCALAR_STYLE;
    else if (needs_quotes(text))
      style = YAML_DOUBLE_QUOTED_SCALAR_STYLE;
    scalar(text, style);
  }

  void object(const json::object& object) {
    std::vector<std::string_view> keys;
    for (const auto& member : object) keys.push_back(member.key());
    std::sort(keys.begin(), keys.end(), is_naturally_less);
    yaml_event_t event;
    yaml_mapping_start_event_initialize(&event, nullptr, nullptr, 1, YAML_BLOCK_MAPPING_STYLE);
    emit(event);
    for (const auto key : keys) {
      if (key == "<<")  // which would merge
        scalar(key, YAML_DOUBLE_QUOTED_SCALAR_STYLE);
      else
        text(key);
      node(object.at(key));
    }
    yaml_mapping_end_event_initialize(&event);
    emit(event);
  }

  void array(const json::array& array) {
    yaml_event_t event;
    yaml_sequence_start_event_initialize(&event, nullptr, nullptr, 1, YAML_BLOCK_SEQUENCE_STYLE);
    emit(event);
    for (const auto& item : array) node(item);
    yaml_sequence_end_event_initialize(&event);
    emit(event);
  }

  void node(const json::value& value) {
    switch (value.kind()) {
      case json::kind::object:
        return object(value.get_object());
      case json::kind::array:
        return array(value.get_array());
      case json::kind::string:
        return text(value.get_string());
      default:
        break;
    }
    std::string plain;
    append_json(value, plain);
    if (value.is_double() && resolve_scalar(plain).tag == ScalarTag::kFloat)
      plain = float_text(value.get_double());
    scalar(plain, YAML_PLAIN_SCALAR_STYLE);
  }

  yaml_emitter_t emitter_;
  std::string out_;
  bool ok_ = true;
};

}  // namespace

Result<std::string> json_to_yaml(std::string_view json) {
  json::value value;
  KUBUS_TRY(parse_json(json, value));
  Emitter emitter;
  if (!emitter.write(value)) return Status(Code::kInternalError, "YAML cannot be written");
  return emitter.take();
}

}  // namespace kubus::apiserver
