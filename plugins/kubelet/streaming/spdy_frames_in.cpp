// What a session does with the frames of its client.
#include "spdy_session.h"

namespace kubus::kubelet::spdy {

void Session::handle_all() {
  while (!failed_ && !closed_) {
    auto frame = reader_.next();
    if (!frame.ok()) return fail();
    if (!frame->has_value()) return;
    std::visit([this](auto& one) { handle(one); }, **frame);
  }
}

StreamPtr Session::find(std::uint32_t id) {
  const auto found = streams_.find(id);
  return found == streams_.end() ? nullptr : found->second;
}

void Session::handle(SynStream& frame) {
  if (frame.stream % 2 == 0 || frame.stream <= last_stream_) return fail();
  last_stream_ = frame.stream;
  const auto refuse = [&](Reset why) {
    send(RstStream{frame.stream, static_cast<std::uint32_t>(why)});
  };
  if (!frame.headers) return refuse(Reset::kProtocolError);
  if (no_new_ || streams_.size() >= limits_.streams) return refuse(Reset::kRefusedStream);
  if (!user_->accepts(*frame.headers)) return refuse(Reset::kCancel);
  const bool replies = !frame.unidirectional;
  auto stream = std::make_shared<Stream>(weak_from_this(), transport_->get_executor(),
                                         initial_window_, std::move(frame));
  if (replies) send(SynReply{stream->id_, false, http::Headers()});
  if (!stream->over()) streams_.emplace(stream->id_, stream);
  user_->opened(std::move(stream));
}

void Session::handle(Data& frame) {
  const auto stream = find(frame.stream);
  if (stream && !stream->inbox_.ended()) {
    unread_ += frame.payload.size();
    stream->inbox_.put(frame.payload);
    if (frame.fin) stream->inbox_.end();
    forget_if_over(*stream);
    return;
  }
  // Of a stream given up it may have been under way.
  if (!was_opened(frame.stream))
    send(RstStream{frame.stream, static_cast<std::uint32_t>(Reset::kInvalidStream)});
  unread_ += frame.payload.size();
  consumed(nullptr, frame.payload.size());
}

void Session::handle(HeadersFrame& frame) {
  const auto stream = find(frame.stream);
  if (!stream || stream->inbox_.ended()) return;
  if (!frame.headers) return stream->reset(Reset::kProtocolError);
  // Later headers mean nothing to us, but they may end the client's side.
  if (!frame.fin) return;
  stream->inbox_.end();
  forget_if_over(*stream);
}

// Nothing is opened from here that could be replied to.
void Session::handle(SynReply& frame) {
  send(RstStream{frame.stream, static_cast<std::uint32_t>(Reset::kInvalidStream)});
}

void Session::handle(RstStream& frame) {
  const auto stream = find(frame.stream);
  if (!stream) return;
  stream->inbox_.break_off();
  streams_.erase(frame.stream);
}

void Session::handle(Settings& frame) {
  for (const Setting& setting : frame.entries) {
    if (setting.id != kSettingInitialWindow) continue;
    if (setting.value > kMaxWindow) return fail();
    const auto more = static_cast<std::int64_t>(setting.value) - initial_window_;
    initial_window_ = setting.value;
    peer_gives_credit_ = true;
    for (const auto& [id, stream] : streams_) stream->send_window_ += more;
    room_.notify();
  }
}

void Session::handle(Ping& frame) {
  // Even numbers would be answers to pings of ours.
  if (frame.id % 2 == 1) send(frame);
}

void Session::handle(GoAway&) { no_new_ = true; }

void Session::handle(WindowUpdate& frame) {
  peer_gives_credit_ = true;
  if (frame.stream == 0) {
    send_window_ += frame.delta;
    if (send_window_ > kMaxWindow) return fail();
  } else if (const auto stream = find(frame.stream)) {
    stream->send_window_ += frame.delta;
    if (stream->send_window_ > kMaxWindow) stream->reset(Reset::kFlowControlError);
  }
  room_.notify();
}

}  // namespace kubus::kubelet::spdy
