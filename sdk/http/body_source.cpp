#include "body_source.h"

#include <algorithm>

namespace kubus::http {

BodySource::~BodySource() {
  if (queue_) queue_->close();
}

std::size_t BodySource::available(std::size_t most) {
  if (next_ == pieces_.size() && queue_ && !last_) {
    auto batch = queue_->take();
    pieces_ = std::move(batch.pieces);
    last_ = batch.last;
    next_ = 0;
  }
  std::size_t total = 0;
  for (auto i = next_; i < pieces_.size() && total < most + offset_; ++i)
    total += pieces_[i].size();
  return total > offset_ ? std::min(most, total - offset_) : 0;
}

void BodySource::move_to(std::string& out, std::size_t size) {
  for (auto left = size; left > 0;) {
    auto& piece = pieces_[next_];
    const auto part = piece.view().substr(offset_, left);
    out.append(part);
    left -= part.size();
    offset_ += part.size();
    if (offset_ < piece.size()) continue;
    piece = {};
    ++next_;
    offset_ = 0;
  }
  if (queue_) queue_->sent(size);
}

void BodySource::finish() {
  if (queue_) queue_->finish();
}

}  // namespace kubus::http
