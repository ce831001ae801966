#include "log_stream.h"

namespace kubus::kubelet {
namespace {

// What is sent at once, and what may wait to be sent when the next piece is read.
constexpr std::size_t kPiece = 64 * 1024;
// What is read at once when little of it is wanted.
constexpr std::size_t kReadPerTurn = 4 * 1024 * 1024;

}  // namespace

LogStream::LogStream(Pool& pool, LogFile file, const LogOptions& options,
                     std::shared_ptr<http::BodyStream> body, std::function<void()> closed)
    : pool_(pool),
      file_(std::move(file)),
      follow_(options.follow),
      printer_(options),
      body_(std::move(body)),
      closed_(std::move(closed)) {}

void LogStream::start() {
  body_->on_close([weak = weak_from_this()] {
    if (auto self = weak.lock()) self->stop();
  });
  post_step();
}

void LogStream::stop() {
  if (!stopped_.exchange(true)) closed_();
}

void LogStream::ended() {
  ended_ = true;
  wake();
}

void LogStream::wake() {
  auto turn = turn_.load();
  for (;;) {
    if (turn == Turn::kAgain) return;
    const auto next = turn == Turn::kIdle ? Turn::kRunning : Turn::kAgain;
    if (turn_.compare_exchange_weak(turn, next)) break;
  }
  if (turn == Turn::kIdle) post_step();
}

bool LogStream::park() {
  auto turn = Turn::kRunning;
  if (turn_.compare_exchange_strong(turn, Turn::kIdle)) return true;
  turn_ = Turn::kRunning;
  return false;
}

void LogStream::post_step() {
  pool_.post([weak = weak_from_this()] {
    if (auto self = weak.lock()) self->step();
  });
}

void LogStream::step() {
  while (!stopped_) {
    // Asked before reading, so that nothing written before the end is missed.
    const bool ended = ended_;
    std::string out;
    const auto progress = fill(out);
    const bool last =
        progress == Progress::kDone || (progress == Progress::kEnd && (!follow_ || ended));
    if (last && progress == Progress::kEnd) printer_.print(file_.take_rest(), out);
    if (!out.empty() && !body_->write({Bytes(std::move(out))})) return stop();
    if (last) return finish();
    if (progress == Progress::kMore)
      return body_->when_below(kPiece, [weak = weak_from_this()] {
        if (auto self = weak.lock()) self->post_step();
      });
    if (park()) return;
  }
}

LogStream::Progress LogStream::fill(std::string& out) {
  std::size_t read = 0;
  while (!printer_.done()) {
    if (const auto line = file_.next()) {
      read += line->size();
      printer_.print(*line, out);
      if (out.size() >= kPiece || read >= kReadPerTurn) return Progress::kMore;
      continue;
    }
    if (!follow_ || !file_.replaced()) return Progress::kEnd;
    // Between the last read and the replacement more may have been written to the old file.
    if (const auto line = file_.next()) {
      printer_.print(*line, out);
      continue;
    }
    printer_.print(file_.take_rest(), out);
    if (!file_.open().ok()) return Progress::kEnd;
  }
  return Progress::kDone;
}

void LogStream::finish() {
  body_->finish();
  stop();
}

}  // namespace kubus::kubelet
