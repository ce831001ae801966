// Responder and StreamWriter: the handles that handlers keep.
#include "bus/responders.h"

#include <utility>

namespace kubus::bus {
namespace {

const char* const kDropped = "the handler dropped the request without an answer";

template <class Impl>
void drop(const std::shared_ptr<Impl>& impl) {
  if (impl) impl->served->end(Status(Code::kInternalError, kDropped), {});
}

}  // namespace

Responder::Responder(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
Responder::Responder(Responder&&) noexcept = default;
Responder::~Responder() { drop(impl_); }

Responder& Responder::operator=(Responder&& other) noexcept {
  if (this != &other) {
    drop(impl_);
    impl_ = std::move(other.impl_);
  }
  return *this;
}

void Responder::reply(Bytes body) {
  if (impl_) impl_->served->end({}, std::move(body));
}

void Responder::fail(Status status) {
  if (status.ok()) status = Status(Code::kInternalError, "failed without a reason");
  if (impl_) impl_->served->end(std::move(status), {});
}

void Responder::on_cancel(Task task) {
  if (impl_) impl_->served->on_cancel(std::move(task));
}

StreamWriter::StreamWriter(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
StreamWriter::StreamWriter(StreamWriter&&) noexcept = default;
StreamWriter::~StreamWriter() { drop(impl_); }

StreamWriter& StreamWriter::operator=(StreamWriter&& other) noexcept {
  if (this != &other) {
    drop(impl_);
    impl_ = std::move(other.impl_);
  }
  return *this;
}

bool StreamWriter::write(Bytes body) { return impl_ && impl_->served->write(std::move(body)); }
bool StreamWriter::writable() const { return impl_ && impl_->served->writable(); }

void StreamWriter::on_writable(Task task) {
  if (impl_) impl_->served->on_writable(std::move(task));
}

void StreamWriter::on_cancel(Task task) {
  if (impl_) impl_->served->on_cancel(std::move(task));
}

void StreamWriter::finish(Status status) {
  if (impl_) impl_->served->end(std::move(status), {});
}

}  // namespace kubus::bus
