// Typed calls over the bus: protobuf messages in place of bytes.
//
// Thread safety: as kubus/bus.h.
//
//   inline constexpr rpc::Method<storage::RangeRequest, storage::RangeResponse> kRange{
//       "storage.v1", "Range"};
//   auto reply = rpc::call_wait(bus, kRange, request);
#pragma once

#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "kubus/bus.h"

namespace kubus::rpc {

template <class Request, class Reply>
struct Method {
  std::string_view service;
  std::string_view name;
};

template <class Request, class Item>
struct StreamMethod {
  std::string_view service;
  std::string_view name;
};

template <class Message>
Bytes encode(const Message& message) {
  std::string text;
  message.SerializeToString(&text);
  return Bytes(std::move(text));
}

template <class Message>
Result<Message> decode(const Bytes& body) {
  Message message;
  if (!message.ParseFromArray(body.data(), static_cast<int>(body.size())))
    return Status(Code::kBadRequest,
                  "malformed " + std::string(Message::descriptor()->full_name()));
  return message;
}

template <class Request, class Reply>
Result<Reply> call_wait(bus::Client& bus, const Method<Request, Reply>& method,
                        const std::type_identity_t<Request>& request,
                        bus::CallOptions options = {}) {
  auto reply = bus.call_wait(method.service, method.name, encode(request), std::move(options));
  if (!reply.ok()) return reply.status();
  return decode<Reply>(*reply);
}

// `done` is called with Result<Reply> on the loop.
template <class Request, class Reply, class Done>
Registration call(bus::Client& bus, const Method<Request, Reply>& method,
                  const std::type_identity_t<Request>& request, bus::CallOptions options,
                  Done done) {
  return bus.call(method.service, method.name, encode(request), std::move(options),
                  [done = std::move(done)](Result<Bytes> reply) mutable {
                    if (!reply.ok())
                      done(Result<Reply>(reply.status()));
                    else
                      done(decode<Reply>(*reply));
                  });
}

// `on_item` is called with Item, `on_end` with Status; a malformed item ends the stream.
template <class Request, class Item, class OnItem, class OnEnd>
std::unique_ptr<bus::StreamReader> stream(bus::Client& bus,
                                          const StreamMethod<Request, Item>& method,
                                          const std::type_identity_t<Request>& request,
                                          bus::CallOptions options, OnItem on_item, OnEnd on_end) {
  bus::StreamHandler handler;
  handler.on_message = [on_item = std::move(on_item)](Bytes body) mutable {
    if (auto item = decode<Item>(body); item.ok()) on_item(std::move(*item));
  };
  handler.on_end = std::move(on_end);
  return bus.stream(method.service, method.name, encode(request), std::move(options),
                    std::move(handler));
}

// Answers one method: `handler(const Caller&, Request, Reply-callback)`.
template <class Reply>
class Answer {
 public:
  explicit Answer(bus::Responder responder) : responder_(std::move(responder)) {}
  void operator()(const Result<Reply>& result) {
    if (result.ok())
      responder_.reply(encode(*result));
    else
      responder_.fail(result.status());
  }
  bus::Responder& responder() { return responder_; }

 private:
  bus::Responder responder_;
};

// handler: void(const bus::Caller&, Request, Answer<Reply>)
template <class Request, class Reply, class Handler>
void handle(bus::Service& service, const Method<Request, Reply>& method, Handler handler) {
  service.method(std::string(method.name),
                 [handler = std::move(handler)](const bus::Caller& caller, Bytes body,
                                                bus::Responder responder) mutable {
                   auto request = decode<Request>(body);
                   if (!request.ok()) return responder.fail(request.status());
                   handler(caller, std::move(*request), Answer<Reply>(std::move(responder)));
                 });
}

template <class Item>
class ItemWriter {
 public:
  explicit ItemWriter(bus::StreamWriter writer) : writer_(std::move(writer)) {}
  bool write(const Item& item) { return writer_.write(encode(item)); }
  bus::StreamWriter& raw() { return writer_; }

 private:
  bus::StreamWriter writer_;
};

// handler: void(const bus::Caller&, Request, ItemWriter<Item>)
template <class Request, class Item, class Handler>
void handle(bus::Service& service, const StreamMethod<Request, Item>& method, Handler handler) {
  service.stream(std::string(method.name),
                 [handler = std::move(handler)](const bus::Caller& caller, Bytes body,
                                                bus::StreamWriter writer) mutable {
                   auto request = decode<Request>(body);
                   if (!request.ok()) return writer.finish(request.status());
                   handler(caller, std::move(*request), ItemWriter<Item>(std::move(writer)));
                 });
}

}  // namespace kubus::rpc
