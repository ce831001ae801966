#include "spdy_stream.h"

#include "spdy_session.h"

namespace kubus::kubelet::spdy {
namespace asio = boost::asio;

Stream::Stream(std::weak_ptr<Session> session, const asio::any_io_executor& executor,
               std::int64_t send_window, SynStream opened)
    : id_(opened.stream),
      headers_(std::move(*opened.headers)),
      session_(std::move(session)),
      done_(opened.unidirectional),
      send_window_(send_window),
      inbox_(executor, [this](std::size_t bytes) { consumed(bytes); }) {
  if (opened.fin) inbox_.end();
}

void Stream::consumed(std::size_t bytes) {
  if (auto session = session_.lock()) session->consumed(this, bytes);
}

asio::awaitable<bool> Stream::write(std::string_view data) {
  const auto session = session_.lock();
  if (!session) co_return false;
  co_return co_await session->send_data(*this, data);
}

void Stream::finish() {
  if (done_ || broken()) return;
  done_ = true;
  const auto session = session_.lock();
  if (!session) return;
  session->send(Data{id_, true, {}});
  session->forget_if_over(*this);
}

void Stream::reset(Reset why) {
  if (over()) return;
  inbox_.break_off();
  const auto session = session_.lock();
  if (!session) return;
  session->send(RstStream{id_, static_cast<std::uint32_t>(why)});
  session->forget_if_over(*this);
}

}  // namespace kubus::kubelet::spdy
