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

std::string encode_base64url(std::string_view bytes) {
  auto out = encode_base64(bytes);
  while (!out.empty() && out.back() == '=') out.pop_back();
  for (char& c : out) c = c == '+' ? '-' : c == '/' ? '_' : c;
  return out;
}

Result<std::string> decode_base64url(std::string_view text) {
  if (text.find_first_of("+/=\r\n") != std::string_view::npos)
    return Status(Code::kBadRequest, "illegal base64url data");
  std::string standard(text);
  for (char& c : standard) c = c == '-' ? '+' : c == '_' ? '/' : c;
  standard.append((4 - standard.size() % 4) % 4, '=');
  auto bytes = decode_base64(standard);
  if (bytes.ok() && encode_base64url(*bytes) != text)
    return Status(Code::kBadRequest, "illegal base64url data");
  return bytes;
}

}  // namespace kubus
