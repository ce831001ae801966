#include "spdy_headers.h"

#include <algorithm>

#include "spdy_bytes.h"

namespace kubus::kubelet::spdy {
namespace {

constexpr std::size_t kInflateStep = 4096;

const Bytef* zlib_bytes(std::string_view text) {
  return reinterpret_cast<const Bytef*>(text.data());
}

bool is_lower(std::string_view name) {
  return std::none_of(name.begin(), name.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

// One length-prefixed string off the front of `rest`.
bool take_text(std::string_view& rest, std::string& text) {
  if (rest.size() < 4) return false;
  const std::size_t size = get32(rest);
  rest.remove_prefix(4);
  if (size > rest.size()) return false;
  text = rest.substr(0, size);
  rest.remove_prefix(size);
  return true;
}

HeaderBlock parse_block(std::string_view rest) {
  if (rest.size() < 4) return std::nullopt;
  const std::uint32_t count = get32(rest);
  rest.remove_prefix(4);
  if (count > kMaxHeaders) return std::nullopt;
  http::Headers headers;
  for (std::uint32_t i = 0; i < count; ++i) {
    std::string name, values;
    if (!take_text(rest, name) || !take_text(rest, values)) return std::nullopt;
    if (name.empty() || !is_lower(name) || headers.has(name)) return std::nullopt;
    // Several values of one name are separated by NUL.
    for (std::string_view left = values;;) {
      const auto end = left.find('\0');
      headers.add(name, std::string(left.substr(0, end)));
      if (end == std::string_view::npos) break;
      left.remove_prefix(end + 1);
    }
  }
  if (!rest.empty()) return std::nullopt;
  return headers;
}

std::string lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

std::string print_block(const http::Headers& headers) {
  std::vector<std::pair<std::string, std::string>> merged;
  for (const auto& [name, value] : headers.fields()) {
    const auto same = std::find_if(merged.begin(), merged.end(),
                                   [&, key = lower(name)](auto& m) { return m.first == key; });
    if (same == merged.end())
      merged.emplace_back(lower(name), value);
    else
      same->second.append(1, '\0').append(value);
  }
  std::string block;
  put32(block, static_cast<std::uint32_t>(merged.size()));
  for (const auto& [name, value] : merged) {
    put32(block, static_cast<std::uint32_t>(name.size()));
    block.append(name);
    put32(block, static_cast<std::uint32_t>(value.size()));
    block.append(value);
  }
  return block;
}

}  // namespace

HeaderInflater::HeaderInflater() { ::inflateInit(&zlib_); }
HeaderInflater::~HeaderInflater() { ::inflateEnd(&zlib_); }

Result<HeaderBlock> HeaderInflater::inflate(std::string_view block) {
  std::string text;
  zlib_.next_in = const_cast<Bytef*>(zlib_bytes(block));
  zlib_.avail_in = static_cast<uInt>(block.size());
  // The output may be full while zlib holds more of it back: then there is another round.
  do {
    const auto old = text.size();
    if (old >= kMaxHeaderBlock) return Status(Code::kBadRequest, "a header block is too large");
    text.resize(old + kInflateStep);
    zlib_.next_out = reinterpret_cast<Bytef*>(text.data() + old);
    zlib_.avail_out = kInflateStep;
    int result = ::inflate(&zlib_, Z_SYNC_FLUSH);
    if (result == Z_NEED_DICT &&
        ::inflateSetDictionary(&zlib_, zlib_bytes(dictionary()),
                               static_cast<uInt>(dictionary().size())) == Z_OK)
      result = ::inflate(&zlib_, Z_SYNC_FLUSH);
    text.resize(old + kInflateStep - zlib_.avail_out);
    if (result != Z_OK && result != Z_BUF_ERROR)
      return Status(Code::kBadRequest, "a header block is not deflated as agreed");
  } while (zlib_.avail_in > 0 || zlib_.avail_out == 0);
  return parse_block(text);
}

HeaderDeflater::HeaderDeflater() {
  ::deflateInit(&zlib_, Z_BEST_COMPRESSION);
  ::deflateSetDictionary(&zlib_, zlib_bytes(dictionary()), static_cast<uInt>(dictionary().size()));
}
HeaderDeflater::~HeaderDeflater() { ::deflateEnd(&zlib_); }

std::string HeaderDeflater::deflate(const http::Headers& headers) {
  const std::string text = print_block(headers);
  std::string block(::deflateBound(&zlib_, text.size()) + 16, '\0');
  zlib_.next_in = const_cast<Bytef*>(zlib_bytes(text));
  zlib_.avail_in = static_cast<uInt>(text.size());
  zlib_.next_out = reinterpret_cast<Bytef*>(block.data());
  zlib_.avail_out = static_cast<uInt>(block.size());
  ::deflate(&zlib_, Z_SYNC_FLUSH);
  block.resize(block.size() - zlib_.avail_out);
  return block;
}

}  // namespace kubus::kubelet::spdy
