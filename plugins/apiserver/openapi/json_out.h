// JsonOut: writes JSON into a string piece by piece, with the commas in the right places.
//
// Thread safety: used by one thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "kubus/api/json.h"

namespace kubus::apiserver {

class JsonOut {
 public:
  explicit JsonOut(std::string& out) : out_(out) {}

  JsonOut& open(char bracket = '{') {
    separate();
    out_ += bracket;
    fresh_ = true;
    return *this;
  }
  JsonOut& close(char bracket = '}') {
    out_ += bracket;
    fresh_ = false;
    return *this;
  }
  JsonOut& key(std::string_view name) {
    separate();
    append_json_string(name, out_);
    out_ += ':';
    fresh_ = true;
    return *this;
  }
  JsonOut& text(std::string_view value) {
    separate();
    append_json_string(value, out_);
    return *this;
  }
  // JSON that is complete already.
  JsonOut& raw(std::string_view json) {
    separate();
    out_ += json;
    return *this;
  }
  JsonOut& field(std::string_view name, std::string_view value) { return key(name).text(value); }
  JsonOut& raw_field(std::string_view name, std::string_view json) { return key(name).raw(json); }
  template <class Texts>
  JsonOut& texts(std::string_view name, const Texts& values) {
    key(name).open('[');
    for (const auto& value : values) text(value);
    return close(']');
  }

 private:
  void separate() {
    if (!fresh_) out_ += ',';
    fresh_ = false;
  }

  std::string& out_;
  // Nothing stands before the next value in its array or object.
  bool fresh_ = true;
};

}  // namespace kubus::apiserver
