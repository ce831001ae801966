// A call over the bus as something that a coroutine of another thread can await.
//
// Thread safety: on the coroutine's thread; the reply comes on the bus's Loop.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <memory>
#include <optional>

#include "kubus/rpc.h"
#include "signal.h"

namespace kubus::kubelet {

// The reply, always set. `bus` outlives the coroutine. A coroutine that is destroyed or cancelled
// while it waits cancels the call.
template <class Request, class Reply>
boost::asio::awaitable<std::optional<Result<Reply>>> call_async(
    bus::Client& bus, rpc::Method<Request, Reply> method, std::type_identity_t<Request> request,
    bus::CallOptions options) {
  const auto executor = co_await boost::asio::this_coro::executor;
  struct Answer {
    explicit Answer(const boost::asio::any_io_executor& where) : arrived(where) {}
    std::optional<Result<Reply>> reply;
    Signal arrived;
  };
  const auto answer = std::make_shared<Answer>(executor);
  const Registration call = rpc::call(
      bus, method, request, std::move(options),
      [executor, weak = std::weak_ptr<Answer>(answer)](Result<Reply> reply) {
        auto waiting = weak.lock();
        if (!waiting) return;
        boost::asio::post(executor, [waiting = std::move(waiting), reply = std::move(reply)] {
          waiting->reply = reply;
          waiting->arrived.notify();
        });
      });
  while (!answer->reply) co_await answer->arrived.wait();
  co_return std::move(answer->reply);
}

}  // namespace kubus::kubelet
