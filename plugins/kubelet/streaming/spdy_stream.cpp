#include "spdy_stream.h"

#include "spdy_session.h"

namespace kubus::kubelet::spdy {
namespace asio = boost::asio;

Stream::Stream(std::weak_ptr<Session> session, const asio::any_io_executor& executor,
               std::int64_t send_window, SynStream opened)
    : id_(opened.stream),
      headers_(std::move(*opened.headers)),
      session_(std::move(session)),
      changed_(executor),
      peer_done_(opened.fin),
      done_(opened.unidirectional),
      send_window_(send_window) {}

Stream::~Stream() { release(); }

void Stream::release() {
  const auto size = std::exchange(in_hand_, {}).size();
  if (auto session = session_.lock(); session && size > 0) session->consumed(this, size);
}

asio::awaitable<std::string_view> Stream::read() {
  release();
  while (inbox_.empty() && !peer_done_ && !broken_) co_await changed_.wait();
  if (broken_) co_return std::string_view();
  in_hand_ = std::exchange(inbox_, {});
  co_return in_hand_;
}

asio::awaitable<bool> Stream::write(std::string_view data) {
  const auto session = session_.lock();
  if (!session) co_return false;
  co_return co_await session->send_data(*this, data);
}

void Stream::finish() {
  if (done_ || broken_) return;
  done_ = true;
  const auto session = session_.lock();
  if (!session) return;
  session->send(Data{id_, true, {}});
  session->forget_if_over(*this);
}

asio::awaitable<void> Stream::wait_broken() {
  while (!broken_) co_await changed_.wait();
}

void Stream::reset(Reset why) {
  if (over()) return;
  const auto session = session_.lock();
  break_off();
  if (!session) return;
  session->send(RstStream{id_, static_cast<std::uint32_t>(why)});
  session->forget_if_over(*this);
}

void Stream::take(std::string_view data, bool fin) {
  inbox_.append(data);
  peer_done_ = fin;
  changed_.notify();
}

void Stream::break_off() {
  broken_ = true;
  const auto size = std::exchange(inbox_, {}).size();
  if (auto session = session_.lock()) session->consumed(this, size);
  changed_.notify();
}

}  // namespace kubus::kubelet::spdy
