#include "gzip.h"

#include <zlib.h>

namespace kubus::http {

std::size_t total_size(const std::vector<Bytes>& pieces) {
  std::size_t total = 0;
  for (const auto& piece : pieces) total += piece.size();
  return total;
}

std::string gzip(const std::vector<Bytes>& pieces) {
  constexpr int kGzipWindow = 15 + 16;
  z_stream stream{};
  if (deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, kGzipWindow, 8, Z_DEFAULT_STRATEGY) != Z_OK)
    return {};
  std::string out;
  out.resize(deflateBound(&stream, total_size(pieces)));
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  int result = Z_OK;
  for (const auto& piece : pieces) {
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(piece.data()));
    stream.avail_in = static_cast<uInt>(piece.size());
    result = deflate(&stream, Z_NO_FLUSH);
    if (result != Z_OK && result != Z_BUF_ERROR) break;
  }
  if (result == Z_OK || result == Z_BUF_ERROR) result = deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return result == Z_STREAM_END ? out : std::string();
}

namespace {

// Exactly so: with a quality it may be what is not wanted.
bool takes_gzip(const Request& request) {
  for (const auto item : request.headers.values("Accept-Encoding"))
    if (item == "gzip") return true;
  return false;
}

}  // namespace

void compress(const Request& request, Response& response, std::size_t from) {
  if (total_size(response.body) < from || response.headers.has("Content-Encoding") ||
      !takes_gzip(request))
    return;
  auto small = gzip(response.body);
  if (small.empty()) return;
  response.body.clear();
  response.body.push_back(Bytes(std::move(small)));
  response.headers.set("Content-Encoding", "gzip");
  response.headers.set("Vary", "Accept-Encoding");
}

}  // namespace kubus::http
