// The body of a response as it is sent: pieces that are all there, or those of a stream.
//
// Thread safety: one thread.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "stream_queue.h"

namespace kubus::http {

class BodySource {
 public:
  explicit BodySource(std::vector<Bytes> pieces) : pieces_(std::move(pieces)), last_(true) {}
  explicit BodySource(std::shared_ptr<StreamQueue> queue) : queue_(std::move(queue)) {}
  // Closes the stream.
  ~BodySource();
  BodySource(const BodySource&) = delete;
  BodySource& operator=(const BodySource&) = delete;

  // How many bytes wait to be sent, at most `most`.
  std::size_t available(std::size_t most);
  // Nothing more comes after what is available.
  bool is_last() const { return last_; }
  // Appends the next `size` bytes, which were available, to `out`.
  void move_to(std::string& out, std::size_t size);
  // Asks whoever writes the stream to end it.
  void finish();

 private:
  std::vector<Bytes> pieces_;
  std::size_t next_ = 0;    // of pieces_
  std::size_t offset_ = 0;  // within the next one
  bool last_ = false;
  std::shared_ptr<StreamQueue> queue_;
};

}  // namespace kubus::http
