#include "kubus/api/base64.h"

#include "text.h"

namespace kubus {

std::string encode_base64(std::string_view bytes) {
  std::string out;
  json::append_base64(bytes, out);
  return out;
}

Result<std::string> decode_base64(std::string_view text) {
  std::string out;
  std::size_t offset = 0;
  if (!json::decode_base64(text, out, offset))
    return Status(Code::kBadRequest, "illegal base64 data at input byte " + std::to_string(offset));
  return out;
}

}  // namespace kubus
