// string.format: %s %d %f %e %x %X %o %b with a list of arguments.
#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <optional>

#include "cel/functions.h"
#include "cel/printing.h"

namespace kubus::apiserver::cel {
namespace {

// As %s prints it, with what is in lists and maps. False for what has no text.
bool append_plain(const Value& value, std::string& out, int depth = 0) {
  if (depth > 50 || out.size() > 4'000'000) return false;
  switch (value.kind()) {
    case Kind::kList: {
      const auto& list = value.as_list();
      out += '[';
      for (std::size_t i = 0; i < list.size(); ++i) {
        if (i > 0) out += ", ";
        if (!append_plain(list.at(i), out, depth + 1)) return false;
      }
      out += ']';
      return true;
    }
    case Kind::kMap: {
      out += '{';
      bool first = true;
      for (const auto& key : value.as_map().keys()) {
        if (!first) out += ", ";
        first = false;
        if (!append_plain(key, out, depth + 1)) return false;
        out += ": ";
        if (!append_plain(value.as_map().find(key), out, depth + 1)) return false;
      }
      out += '}';
      return true;
    }
    case Kind::kNull:
      out += "null";
      return true;
    case Kind::kType:
      out += value.as_type().text();
      return true;
    case Kind::kError:
    case Kind::kOptional:
    case Kind::kOpaque:
      return false;
    default:
      out += text_of(value);
      return true;
  }
}

std::string in_base(std::uint64_t number, int base, bool minus) {
  char buffer[72];
  const auto end = std::to_chars(buffer, buffer + sizeof(buffer), number, base);
  return (minus ? "-" : "") + std::string(buffer, end.ptr);
}

class Formatter {
 public:
  Formatter(std::string_view text, const List& args) : text_(text), args_(args) {}

  Value run() {
    while (at_ < text_.size()) {
      if (text_[at_] != '%') {
        out_ += text_[at_++];
        continue;
      }
      if (++at_ >= text_.size()) return Value::error("unexpected end of string");
      if (text_[at_] == '%') {
        out_ += '%';
        ++at_;
        continue;
      }
      if (auto error = clause(); error.is_error()) return error;
      if (out_.size() > 4'000'000) return Value::error("string too large");
    }
    return Value::text(std::move(out_));
  }

 private:
  Value clause() {
    std::optional<int> precision;
    if (text_[at_] == '.') {
      precision = 0;
      while (++at_ < text_.size() && std::isdigit(static_cast<unsigned char>(text_[at_])))
        precision = std::min(*precision * 10 + (text_[at_] - '0'), 1000);
      if (at_ >= text_.size()) return Value::error("could not parse formatting clause");
    }
    const char verb = text_[at_++];
    if (next_ >= args_.size())
      return Value::error("index " + std::to_string(next_) + " out of range");
    const auto value = args_.at(next_++);
    if (value.is_error()) return value;
    if (!write(verb, value, precision.value_or(6)))
      return Value::error(std::string("could not format value of type '") +
                          value.runtime_type()->text() + "' with %" + verb);
    return {};
  }

  bool write(char verb, const Value& value, int precision) {
    switch (verb) {
      case 's':
        return append_plain(value, out_);
      case 'd':
        if (value.kind() != Kind::kInt && value.kind() != Kind::kUint) return false;
        out_ += text_of(value);
        return true;
      case 'f':
      case 'e':
        return write_real(verb, value, precision);
      case 'b':
        if (value.kind() == Kind::kBool) {
          out_ += value.is_true() ? '1' : '0';
          return true;
        }
        return write_base(value, 2);
      case 'o':
        return write_base(value, 8);
      case 'x':
      case 'X':
        return write_hex(value, verb == 'X');
      default:
        return false;
    }
  }

  bool write_real(char verb, const Value& value, int precision) {
    if (!value.is_number()) return false;
    const double real = value.kind() == Kind::kDouble ? value.as_double()
                        : value.kind() == Kind::kInt  ? static_cast<double>(value.as_int())
                                                      : static_cast<double>(value.as_uint());
    if (!std::isfinite(real)) {
      out_ += std::isnan(real) ? "NaN" : real < 0 ? "-Infinity" : "Infinity";
      return true;
    }
    char buffer[1400];
    const auto end = std::to_chars(
        buffer, buffer + sizeof(buffer), real,
        verb == 'f' ? std::chars_format::fixed : std::chars_format::scientific, precision);
    out_.append(buffer, end.ptr);
    return true;
  }

  bool write_base(const Value& value, int base) {
    if (value.kind() == Kind::kUint) {
      out_ += in_base(value.as_uint(), base, false);
    } else if (value.kind() == Kind::kInt) {
      const auto bits = static_cast<std::uint64_t>(value.as_int());
      out_ += in_base(value.as_int() < 0 ? 0 - bits : bits, base, value.as_int() < 0);
    } else {
      return false;
    }
    return true;
  }

  bool write_hex(const Value& value, bool upper) {
    const auto start = out_.size();
    if (value.kind() == Kind::kString || value.kind() == Kind::kBytes) {
      for (const char c : value.as_text()) {
        const auto byte = static_cast<unsigned char>(c);
        out_ += "0123456789abcdef"[byte >> 4];
        out_ += "0123456789abcdef"[byte & 15];
      }
    } else if (!write_base(value, 16)) {
      return false;
    }
    for (auto i = start; upper && i < out_.size(); ++i)
      out_[i] = static_cast<char>(std::toupper(static_cast<unsigned char>(out_[i])));
    return true;
  }

  std::string_view text_;
  const List& args_;
  std::size_t at_ = 0, next_ = 0;
  std::string out_;
};

constexpr Signature kFormats[] = {
    {"[string] format(list(dyn)) string",
     [](Args a) { return Formatter(a[0].as_text(), a[1].as_list()).run(); }, walk_first},
};

}  // namespace

std::span<const Signature> format_functions() { return kFormats; }

}  // namespace kubus::apiserver::cel
