#include "cel/functions.h"

#include <algorithm>
#include <map>

namespace kubus::apiserver::cel {
namespace {

// Reads the types of a signature.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  TypePtr type() {
    const auto name = word();
    std::vector<TypePtr> params;
    if (take('(')) {
      do params.push_back(type());
      while (take(','));
      take(')');
    }
    if (name.size() == 1) {
      auto out = std::make_shared<Type>();
      out->kind = Kind::kParam;
      out->name = name;
      return out;
    }
    if (name == "list") return list_of(params[0]);
    if (name == "map") return map_of(params[0], params[1]);
    if (name == "optional") return optional_of(params[0]);
    if (name == "type" && !params.empty()) return type_of_type(params[0]);
    static const std::map<std::string_view, Kind> kinds = {{"bool", Kind::kBool},
                                                           {"int", Kind::kInt},
                                                           {"uint", Kind::kUint},
                                                           {"double", Kind::kDouble},
                                                           {"string", Kind::kString},
                                                           {"bytes", Kind::kBytes},
                                                           {"timestamp", Kind::kTimestamp},
                                                           {"duration", Kind::kDuration},
                                                           {"type", Kind::kType},
                                                           {"dyn", Kind::kDyn},
                                                           {"null", Kind::kNull}};
    const auto found = kinds.find(name);
    return found == kinds.end() ? opaque_type(name) : type_of(found->second);
  }
  std::string_view word() {
    while (take(' ')) continue;
    const auto start = at_;
    while (at_ < text_.size() && std::string_view("()[], ").find(text_[at_]) == text_.npos) ++at_;
    return text_.substr(start, at_ - start);
  }
  // An operator, whose name has brackets: "_[_]".
  std::string_view function_name() {
    while (take(' ')) continue;
    const auto start = at_;
    at_ = std::min(text_.find('(', at_), text_.size());
    return text_.substr(start, at_ - start);
  }
  bool take(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

using Key = std::pair<std::string, bool>;

std::map<Key, Function> make_table() {
  std::map<Key, Function> out;
  for (const auto& part :
       {operators(), conversions(), time_functions(), string_functions(), format_functions(),
        list_functions(), set_functions(), regex_functions(), url_functions(), address_functions(),
        quantity_functions(), semver_functions(), optional_functions(), collection_functions(),
        named_format_functions(), access_functions()}) {
    for (const auto& signature : part) {
      Reader reader(signature.text);
      Overload overload;
      const bool member = reader.take('[');
      if (member) {
        overload.args.push_back(reader.type());
        reader.take(']');
      }
      const std::string name(reader.function_name());
      reader.take('(');
      while (!reader.take(')')) {
        overload.args.push_back(reader.type());
        reader.take(',');
      }
      overload.result = reader.type();
      overload.code = signature.code;
      overload.cost = signature.cost;
      auto& function = out[{name, member}];
      function.name = name;
      function.member = member;
      function.overloads.push_back(std::move(overload));
    }
  }
  return out;
}

bool takes(const Type& wanted, const Value& value) {
  switch (wanted.kind) {
    case Kind::kDyn:
    case Kind::kParam:
      return true;
    case Kind::kOpaque:
      return value.kind() == Kind::kOpaque && value.as_opaque().type_name() == wanted.name;
    default:
      return value.kind() == wanted.kind;
  }
}

}  // namespace

const Function* find_function(std::string_view name, bool member) {
  static const auto table = make_table();
  const auto found = table.find({std::string(name), member});
  return found == table.end() ? nullptr : &found->second;
}

const Overload* match(const Function& function, std::span<const Value> args) {
  for (const auto& one : function.overloads) {
    if (one.args.size() != args.size()) continue;
    if (std::equal(args.begin(), args.end(), one.args.begin(),
                   [](const Value& value, const TypePtr& type) { return takes(*type, value); }))
      return &one;
  }
  return nullptr;
}

Value no_overload(std::string_view name) {
  return Value::error("no such overload: " + std::string(name));
}

std::uint64_t tenth(std::uint64_t size) { return (size + 9) / 10; }
std::uint64_t walk_first(Args args) { return 1 + tenth(size_of(args[0])); }
std::uint64_t walk_all(Args args) {
  std::uint64_t size = 0;
  for (const auto& one : args) size += size_of(one);
  return 1 + tenth(size);
}
std::uint64_t walk_product(Args args) {
  return 1 + tenth(size_of(args[0])) * tenth(size_of(args[1]));
}

}  // namespace kubus::apiserver::cel
