#include "respond/yaml.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <cstdlib>
#include <sstream>
#include <unordered_map>
#include <utility>

#include "kubus/api/json.h"
#include "kubus/api/json_value.h"
#include "respond/noncharacters.h"

namespace kubus::apiserver {
namespace {

constexpr int kMaxDepth = 200;
// A small document can stand for a huge one by aliases.
constexpr std::size_t most_json(std::size_t yaml) { return 64 * 1024 + 8 * yaml; }

// Nodes take a hundred times what they are written with. They are counted before any is made, where
// there is room for so many.
constexpr std::size_t kMostNodes = 250'000;
constexpr std::size_t kLeastBytes = 2;  // of a node

class NodeCount final : public YAML::EventHandler {
 public:
  struct TooMany {};
  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t) override { add(); }
  void OnAlias(const YAML::Mark&, YAML::anchor_t) override { add(); }
  void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t,
                const std::string&) override {
    add();
  }
  void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {
    add();
  }
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {
    add();
  }
  void OnMapEnd() override {}

 private:
  void add() {
    if (++count_ > kMostNodes) throw TooMany();
  }
  std::size_t count_ = 0;
};

Status check_nodes(const std::string& yaml) {
  if (yaml.size() <= kMostNodes * kLeastBytes) return {};
  try {
    std::istringstream in(yaml);
    YAML::Parser parser(in);
    NodeCount count;
    parser.HandleNextDocument(count);
  } catch (const NodeCount::TooMany&) {
    return Status(Code::kRequestEntityTooLarge,
                  "the body has more than " + std::to_string(kMostNodes) + " values");
  }
  return {};
}

bool is_number(const std::string& text) {
  if (text.empty()) return false;
  const char first = text[0] == '-' || text[0] == '+' ? text[1] : text[0];
  if (!((first >= '0' && first <= '9') || first == '.')) return false;
  char* end = nullptr;
  std::strtod(text.c_str(), &end);
  return end == text.c_str() + text.size() &&
         text.find_first_not_of("0123456789+-.eE") == std::string::npos;
}

bool is_word(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

bool is_null(std::string_view text) { return is_word(text, {"", "~", "null", "Null", "NULL"}); }
bool is_true(std::string_view text) {
  return is_word(text, {"true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON"});
}
bool is_false(std::string_view text) {
  return is_word(text, {"false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF"});
}

void append_number(const std::string& text, std::string& out) {
  const bool integer = text.find_first_of(".eE") == std::string::npos;
  if (integer) {
    const std::size_t sign = text[0] == '-' || text[0] == '+' ? 1 : 0;
    if (text[0] == '-') out.push_back('-');
    const auto digits = text.find_first_not_of('0', sign);
    out.append(digits == std::string::npos ? "0" : text.substr(digits));
  } else {
    append_json_number(std::strtod(text.c_str(), nullptr), out);
  }
}

void append_scalar(const YAML::Node& node, std::string& out) {
  const std::string& text = node.Scalar();
  // yaml-cpp marks quoted scalars with the tag "!".
  const bool plain = node.Tag() != "!" && node.Tag() != "tag:yaml.org,2002:str";
  if (!plain)
    append_json_string(text, out);
  else if (is_null(text))
    out += "null";
  else if (is_true(text))
    out += "true";
  else if (is_false(text))
    out += "false";
  else if (is_number(text))
    append_number(text, out);
  else
    append_json_string(text, out);
}

class JsonWriter {
 public:
  JsonWriter(std::size_t limit, std::vector<std::string>* repeated)
      : limit_(limit), repeated_(repeated) {}

  Status append(const YAML::Node& node, int depth) {
    if (depth > kMaxDepth) return Status(Code::kBadRequest, "yaml: the document nests too deep");
    if (out_.size() > limit_)
      return Status(Code::kBadRequest, "yaml: document contains excessive aliasing");
    switch (node.Type()) {
      case YAML::NodeType::Undefined:
      case YAML::NodeType::Null:
        out_ += "null";
        return {};
      case YAML::NodeType::Scalar:
        append_scalar(node, out_);
        return {};
      case YAML::NodeType::Sequence:
        return append_list(node, depth);
      case YAML::NodeType::Map:
        break;
    }
    return append_map(node, depth);
  }
  std::string take() { return std::move(out_); }

 private:
  Status append_list(const YAML::Node& node, int depth) {
    out_.push_back('[');
    bool first = true;
    for (const auto& item : node) {
      if (!std::exchange(first, false)) out_.push_back(',');
      KUBUS_TRY(append(item, depth + 1));
    }
    out_.push_back(']');
    return {};
  }

  Status append_map(const YAML::Node& node, int depth) {
    struct Member {
      std::string key;
      YAML::Node value;
    };
    std::vector<Member> members;
    std::unordered_map<std::string, std::size_t> places;
    for (const auto& item : node) {
      if (!item.first.IsScalar() && !item.first.IsNull())
        return Status(Code::kBadRequest, "yaml: a key is not a scalar");
      const auto key = item.first.IsNull() ? "null" : item.first.Scalar();
      const auto [place, is_new] = places.emplace(key, members.size());
      if (is_new) {
        members.push_back({key, item.second});
        continue;
      }
      members[place->second].value.reset(item.second);
      if (repeated_)
        repeated_->push_back("line " + std::to_string(item.first.Mark().line + 1) + ": key " +
                             '"' + key + "\" already set in map");
    }
    out_.push_back('{');
    for (const auto& [key, value] : members) {
      if (&key != &members.front().key) out_.push_back(',');
      append_json_string(key, out_);
      out_.push_back(':');
      KUBUS_TRY(append(value, depth + 1));
    }
    out_.push_back('}');
    return {};
  }

  std::size_t limit_;
  std::vector<std::string>* repeated_;
  std::string out_;
};

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](unsigned char c) { return (c < 0x20 && c != '\n') || c == 0x7f; });
}

// A block keeps text as it is only where it cannot be taken for indentation or for its own end.
bool fits_block(std::string_view text) {
  return text.ends_with('\n') && !text.ends_with("\n\n") && text.front() != ' ' &&
         text.front() != '\n' && !has_control(text);
}

bool needs_quotes(const std::string& text) {
  return has_control(text) || text.find('\n') != std::string::npos || is_null(text) ||
         is_true(text) || is_false(text) || is_number(text) ||
         is_word(text, {"y", "Y", "n", "N", ".nan", ".inf", "-.inf", "=", "<<"}) ||
         text.starts_with("---") || text.starts_with("...") ||  // where a document begins or ends
         (text.size() > 1 && text[0] == '0' && (text[1] == 'x' || text[1] == 'o')) ||
         text.find_first_not_of("0123456789:-.TZ+ ") == std::string::npos;
}

void emit(const boost::json::value& value, YAML::Emitter& out) {
  switch (value.kind()) {
    case boost::json::kind::object: {
      std::vector<boost::json::string_view> keys;
      for (const auto& item : value.get_object()) keys.push_back(item.key());
      std::sort(keys.begin(), keys.end());
      if (keys.empty()) out << YAML::Flow;
      out << YAML::BeginMap;
      for (const auto key : keys) {
        const std::string name(key);
        out << YAML::Key;
        if (needs_quotes(name)) out << YAML::DoubleQuoted;
        out << name << YAML::Value;
        emit(value.get_object().at(key), out);
      }
      out << YAML::EndMap;
      break;
    }
    case boost::json::kind::array:
      if (value.get_array().empty()) out << YAML::Flow;
      out << YAML::BeginSeq;
      for (const auto& item : value.get_array()) emit(item, out);
      out << YAML::EndSeq;
      break;
    case boost::json::kind::string: {
      const std::string text(value.get_string());
      if (fits_block(text))
        out << YAML::Literal << text;
      else if (needs_quotes(text))
        out << YAML::DoubleQuoted << text;
      else
        out << text;
      break;
    }
    case boost::json::kind::null:
      out << YAML::Null;
      break;
    case boost::json::kind::bool_:
      out << value.get_bool();
      break;
    default: {
      std::string number;
      append_json(value, number);
      out << number;
      break;
    }
  }
}

}  // namespace

Result<std::string> yaml_to_json(std::string_view yaml, std::vector<std::string>* repeated) {
  try {
    const std::string text(yaml);
    KUBUS_TRY(check_nodes(text));
    JsonWriter writer(most_json(yaml.size()), repeated);
    KUBUS_TRY(writer.append(YAML::Load(text), 0));
    return writer.take();
  } catch (const YAML::Exception& error) {
    return Status(Code::kBadRequest, "yaml: line " + std::to_string(error.mark.line + 1) + ": " +
                                         error.msg);
  } catch (const std::exception& error) {
    return Status(Code::kBadRequest, std::string("yaml: ") + error.what());
  }
}

Result<std::string> json_to_yaml(std::string_view json) {
  boost::json::value value;
  if (auto status = parse_json(json, value); !status.ok()) return status;
  std::string text;
  append_json(value, text);
  // The emitter would put another character in their place. JSON is YAML as well.
  if (has_noncharacters(text)) return escape_noncharacters(text) + "\n";
  try {
    YAML::Emitter out;
    out.SetNullFormat(YAML::LowerNull);
    emit(value, out);
    return std::string(out.c_str()) + "\n";
  } catch (const std::exception& error) {
    return Status(Code::kInternalError, std::string("write YAML: ") + error.what());
  }
}

}  // namespace kubus::apiserver
