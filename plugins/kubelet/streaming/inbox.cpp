#include "inbox.h"

namespace kubus::kubelet {
namespace asio = boost::asio;

void Inbox::release() {
  if (const auto size = std::exchange(in_hand_, {}).size(); size > 0) consumed_(size);
}

asio::awaitable<std::string_view> Inbox::read() {
  release();
  while (unread_.empty() && !ended_ && !broken_) co_await changed_.wait();
  if (broken_) co_return std::string_view();
  in_hand_ = std::exchange(unread_, {});
  co_return in_hand_;
}

asio::awaitable<void> Inbox::wait_broken() {
  while (!broken_) co_await changed_.wait();
}

void Inbox::put(std::string_view data) {
  unread_.append(data);
  changed_.notify();
}

void Inbox::end() {
  ended_ = true;
  changed_.notify();
}

void Inbox::break_off() {
  if (std::exchange(broken_, true)) return;
  consumed_(std::exchange(unread_, {}).size());
  changed_.notify();
}

}  // namespace kubus::kubelet
