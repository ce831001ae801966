#include "kubus/api/json_value.h"

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <utility>
#include <vector>

#include "reader.h"

namespace kubus {
namespace {

namespace bj = boost::json;
using json::Place;

// Builds a tree; integers beyond int64 become doubles, as in the reference.
class TreeReader : private json::Reader {
 public:
  TreeReader(std::string_view text, const DecodeOptions& options)
      : Reader(text, options.max_depth, options.strict || options.strict_errors) {}

  Status run(bj::value& out, std::vector<std::string>* collect) {
    read(out, nullptr);
    return finish(collect);
  }

 private:
  void read(bj::value& out, const Place* place) {
    char c = scanner_.peek();
    if (c == '{') return object(out.emplace_object(), place);
    if (c == '[') return array(out.emplace_array(), place);
    if (c == '"') {
      std::string_view text;
      if (scanner_.string(text, buffer_)) out.emplace_string().assign(text.data(), text.size());
    } else if (c == '-' || (c >= '0' && c <= '9')) {
      number(out);
    } else {
      // null, true, false, or nothing that begins a value.
      if (scanner_.skip_value() && c != 'n') out = c == 't';
    }
  }

  void number(bj::value& out) {
    std::string_view text;
    if (!scanner_.number(text)) return;
    const char* end = text.data() + text.size();
    std::int64_t whole = 0;
    auto [read, problem] = std::from_chars(text.data(), end, whole);
    if (problem == std::errc() && read == end) {
      out = whole;
      return;
    }
    double real = 0;
    if (std::from_chars(text.data(), end, real).ec != std::errc()) {
      error(mismatch_text("number " + std::string(text), "float64", nullptr));
    }
    out = real;
  }

  void object(bj::object& out, const Place* place) {
    if (!scanner_.enter()) return;
    for (bool first = true; scanner_.next_member(first); first = false) {
      std::string_view text;
      if (!scanner_.string(text, buffer_) || !scanner_.colon()) return;
      auto [it, fresh] = out.emplace({text.data(), text.size()}, nullptr);
      auto key = it->key();
      Place here{place, {key.data(), key.size()}};
      if (!fresh && strict_) strict_error("duplicate", here);
      read(it->value(), &here);
      if (scanner_.failed()) return;
    }
  }

  void array(bj::array& out, const Place* place) {
    if (!scanner_.enter()) return;
    for (bool first = true; scanner_.next_element(first); first = false) {
      Place here{place, {}, static_cast<int>(out.size())};
      read(out.emplace_back(nullptr), &here);
      if (scanner_.failed()) return;
    }
  }

  std::string buffer_;
};

void append_value(const bj::value& value, std::string& out, bool sorted);

void append_object(const bj::object& object, std::string& out, bool sorted) {
  std::vector<const bj::key_value_pair*> members;
  members.reserve(object.size());
  for (const auto& member : object) members.push_back(&member);
  if (sorted) {
    std::sort(members.begin(), members.end(),
              [](const auto* a, const auto* b) { return a->key() < b->key(); });
  }
  out += '{';
  for (const auto* member : members) {
    if (member != members.front()) out += ',';
    append_json_string({member->key().data(), member->key().size()}, out);
    out += ':';
    append_value(member->value(), out, sorted);
  }
  out += '}';
}

void append_value(const bj::value& value, std::string& out, bool sorted) {
  switch (value.kind()) {
    case bj::kind::null:
      out += "null";
      break;
    case bj::kind::bool_:
      out += value.get_bool() ? "true" : "false";
      break;
    case bj::kind::int64:
      out += std::to_string(value.get_int64());
      break;
    case bj::kind::uint64:
      out += std::to_string(value.get_uint64());
      break;
    case bj::kind::double_:
      append_json_number(value.get_double(), out);
      break;
    case bj::kind::string:
      append_json_string({value.get_string().data(), value.get_string().size()}, out);
      break;
    case bj::kind::object:
      append_object(value.get_object(), out, sorted);
      break;
    case bj::kind::array: {
      out += '[';
      for (const auto& item : value.get_array()) {
        if (&item != value.get_array().begin()) out += ',';
        append_value(item, out, sorted);
      }
      out += ']';
      break;
    }
  }
}

// Boost throws when memory runs out, or an object grows beyond its limits.
template <class Work>
Status guarded(Work work) {
  try {
    return work();
  } catch (const std::exception& problem) {
    return Status(Code::kRequestEntityTooLarge, problem.what());
  }
}

}  // namespace

Status parse_json(std::string_view json, bj::value& out, const DecodeOptions& options) {
  if (json.size() > options.max_bytes) {
    return Status(Code::kRequestEntityTooLarge,
                  "the JSON text is longer than " + std::to_string(options.max_bytes) + " bytes");
  }
  return guarded([&] {
    out = nullptr;
    return TreeReader(json, options).run(out, options.strict_errors);
  });
}

void append_json(const bj::value& json, std::string& out, bool sorted) {
  append_value(json, out, sorted);
}

Status from_json(const bj::value& json, google::protobuf::Message& message,
                 const DecodeOptions& options) {
  return guarded([&] {
    std::string text;
    append_value(json, text, false);
    return from_json(std::string_view(text), message, options);
  });
}

Status to_json_value(const google::protobuf::Message& message, bj::value& out,
                     const EncodeOptions& options) {
  std::string text = to_json(message, options);
  DecodeOptions limits;
  limits.max_bytes = text.size();
  return parse_json(text, out, limits);
}

}  // namespace kubus
