#include "watch/http_watch.h"

#include <array>
#include <random>

#include "kubus/api/protobuf.h"
#include "kubus/http/websocket.h"
#include "metrics/watch_series.h"
#include "respond/api_errors.h"
#include "respond/encode.h"
#include "respond/status_body.h"
#include "server/route.h"
#include "watch/shown_watch.h"

namespace kubus::apiserver {
namespace {

// Watches without a timeout of their own end after half an hour to an hour, not all at once.
std::chrono::seconds default_timeout() {
  std::random_device random;
  return std::chrono::seconds(1800 + random() % 1800);
}

Bytes event_head(EventType type) {
  static const auto kHeads = [] {
    std::array<Bytes, 5> heads;
    for (std::size_t i = 0; i < heads.size(); ++i)
      heads[i] = Bytes("{\"type\":\"" + std::string(event_name(static_cast<EventType>(i))) +
                       "\",\"object\":");
    return heads;
  }();
  return kHeads.at(static_cast<std::size_t>(type));
}

class HttpWatch final : public Watcher {
 public:
  // `messages`: each write is one, so that events are not framed.
  HttpWatch(CallPtr call, std::weak_ptr<http::BodyStream> stream, bool messages,
            RequestTimer request)
      : call_(std::move(call)),
        stream_(std::move(stream)),
        messages_(messages),
        request_(std::move(request)),
        series_(WatchSeries::of(*call_->resource)) {}
  ~HttpWatch() override { request_.done(200); }
  HttpWatch(const HttpWatch&) = delete;
  HttpWatch& operator=(const HttpWatch&) = delete;

  void on_event(EventType type, const ObjectPtr& object) override {
    send(type, encode_watched(object, *call_, std::exchange(headers_, false)));
  }
  void on_bookmark(std::int64_t revision, bool initial_end) override {
    send(EventType::kBookmark,
         encode_bookmark(*call_->resource, revision, initial_end, call_->accepted));
  }
  void on_end(const Status& why) override {
    if (!why.ok()) {
      auto body = status_body(why, call_->accepted.format);
      const auto text = body.view();
      send(EventType::kError,
           text.ends_with('\n') ? body.slice(0, body.size() - 1) : std::move(body));
    }
    if (auto stream = stream_.lock()) stream->finish();
  }
  // The initial state is bytes that the cache has anyway.
  void set_live() { live_ = true; }
  Registration& timer() { return timer_; }

 private:
  void send(EventType type, Bytes object) {
    auto stream = stream_.lock();
    if (!stream) return;
    series_.sent(object.size());
    if (call_->accepted.format == Format::kProtobuf) {
      std::string frame;
      if (messages_)
        append_watch_event(event_name(type), object.view(), frame);
      else
        append_watch_frame(event_name(type), object.view(), frame);
      stream->write({Bytes(std::move(frame))}, live_);
      return;
    }
    static const Bytes end = Bytes::copy("}\n");
    stream->write({event_head(type), std::move(object), end}, live_);
  }

  CallPtr call_;
  std::weak_ptr<http::BodyStream> stream_;
  const bool messages_;
  RequestTimer request_;
  const WatchSeries series_;
  Registration timer_;
  bool headers_ = true;
  bool live_ = false;
};

http::Response watch_head(const Call& call) {
  http::Response head;
  head.headers.add("Content-Type", std::string(content_type(call.accepted.format, true)));
  head.headers.add("Cache-Control", "no-cache, private");
  return head;
}

std::shared_ptr<http::BodyStream> open_messages(const Call& call, http::Exchange& exchange) {
  http::MessageOptions options;
  options.binary = call.accepted.format == Format::kProtobuf;
  // No subprotocol means anything to a watch; a client is content when it gets the one it named.
  const auto offered = http::offered_subprotocols(exchange.request());
  if (!offered.empty()) options.subprotocol = offered.front();
  return http::open_messages(exchange, std::move(options));
}

// Of several subprotocols none can be chosen, as in the reference.
std::optional<http::Response> refused_upgrade(const http::Request& request) {
  if (!http::is_websocket(request)) return std::nullopt;
  if (auto refused = http::refused_handshake(request)) return refused;
  if (http::offered_subprotocols(request).size() <= 1) return std::nullopt;
  return text_response(400, "text/plain; charset=utf-8", "a watch has at most one subprotocol\n");
}

// `late`: why the state that it begins with is not there.
void begin(Registry& registry, const CallPtr& call, WatchRequest request, const Status& late,
           http::Exchange& exchange, RequestTimer timer) {
  const bool messages = http::is_websocket(exchange.request());
  auto stream = messages ? open_messages(*call, exchange) : exchange.stream(watch_head(*call));
  auto watch = std::make_shared<HttpWatch>(call, stream, messages, std::move(timer));
  if (!late.ok()) return watch->on_end(late);
  std::weak_ptr<HttpWatch> weak = watch;
  watch->timer() =
      registry.context().loop().after(request.timeout.value_or(default_timeout()), [weak] {
        if (auto self = weak.lock()) self->on_end({});
      });
  auto source = watch_shown(registry, call, watch, std::move(request.filter), request.start);
  if (!source.ok()) return watch->on_end(source.status());
  watch->set_live();
  // The connection owns the stream, the stream owns the watch.
  stream->on_close([watch, source = std::move(*source)] {});
}

}  // namespace

void serve_watch(Registry& registry, CallPtr call, std::shared_ptr<http::Exchange> exchange,
                 RequestTimer timer) {
  const auto format = call->failure_format;
  const auto refuse = [format](http::Exchange& refused, RequestTimer& its_timer,
                               const Status& why) {
    its_timer.done(status_code(why));
    refused.respond(status_response(why, format));
  };
  auto request = read_watch(*call);
  if (!request.ok()) return refuse(*exchange, timer, request.status());
  if (!call->resource->has_verb("watch"))
    return refuse(*exchange, timer, errors::method_not_allowed());
  auto ready = [&registry, call, exchange, refuse, timer = std::move(timer),
                request = *request](const Status& late, const Status& status) mutable {
    if (!status.ok()) return refuse(*exchange, timer, status);
    if (auto refused = refused_upgrade(exchange->request())) {
      timer.done(refused->status);
      return exchange->respond(std::move(*refused));
    }
    begin(registry, call, std::move(request), late, *exchange, std::move(timer));
  };
  registry.await_revision(
      request->await, [&registry, call, filter = request->filter, start = request->start,
                       ready = std::move(ready)](const Status& status) mutable {
        if (!status.ok()) return ready(status, {});
        await_state(registry, call, filter, start,
                    [ready = std::move(ready)](const Status& shown) mutable { ready({}, shown); });
      });
}

}  // namespace kubus::apiserver
