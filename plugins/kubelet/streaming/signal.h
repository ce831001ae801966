// Signal: lets coroutines of one thread sleep until something has changed.
//
// Thread safety: none; all members on the executor's one thread. Whoever waits checks its condition
// before and after, in a loop: a signal says only "look again".
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace kubus::kubelet {

// The results of an operation as values, its error among them.
inline constexpr auto kAwaitTuple = boost::asio::as_tuple(boost::asio::use_awaitable);

class Signal {
 public:
  explicit Signal(const boost::asio::any_io_executor& executor)
      : timer_(executor, boost::asio::steady_timer::time_point::max()) {}

  boost::asio::awaitable<void> wait() { co_await timer_.async_wait(kAwaitTuple); }
  // Wakes all that wait now.
  void notify() { timer_.cancel(); }

 private:
  boost::asio::steady_timer timer_;
};

}  // namespace kubus::kubelet
