#include "log_requests.h"

#include <filesystem>

#include "../logs/log_source.h"
#include "log_messages.h"
#include "reply.h"

namespace kubus::kubelet {

void LogRequests::serve(ServerRequest request) {
  if (request.path.size() != 3) return request.respond(not_found_reply());
  const auto options = parse_log_options(request.query, std::chrono::system_clock::now());
  if (!options.ok()) return request.respond(error_reply(options.status()));
  const auto& name = request.path[1];
  const auto& container = request.path[2];
  const auto& asked = request.exchange->request();
  if (http::is_websocket(asked)) {
    auto messages = log_messages(asked);
    if (auto* refusal = std::get_if<http::Response>(&messages))
      return request.respond(std::move(*refusal));
  }
  auto pod = parts_.find_pod(request.path[0], name);
  if (!pod) return request.respond(text_reply(404, "pod \"" + name + "\" does not exist"));
  if (!has_container(*pod, container))
    return request.respond(
        text_reply(404, "container \"" + container + "\" not found in pod \"" + name + "\""));
  parts_.pool.post([this, exchange = request.exchange, pod, container, options = *options] {
    begin(exchange, pod, container, options);
  });
}

void LogRequests::begin(const std::shared_ptr<http::Exchange>& exchange, const PodPtr& pod,
                        const std::string& name, const LogOptions& options) {
  const auto state = parts_.runtime.pod(pod->metadata().uid());
  if (!state.ok()) return exchange->respond(error_reply(state.status()));
  const auto container = choose_log_container(*pod, name, *state, options.previous);
  if (!container.ok()) return exchange->respond(error_reply(container.status()));
  LogFile file(container->log_path());
  Status opened = file.open();
  if (opened.ok() && options.tail_lines) opened = file.seek_tail(*options.tail_lines);
  if (!opened.ok()) return exchange->respond(text_reply(400, opened.message()));
  send(exchange, *container, std::move(file), options);
}

std::shared_ptr<http::BodyStream> LogRequests::open_body(http::Exchange& exchange) {
  if (http::is_websocket(exchange.request())) {
    auto messages = log_messages(exchange.request());
    auto body = http::open_messages(exchange, std::get<http::MessageOptions>(std::move(messages)));
    // Tells the client that it is connected.
    body->write({});
    return body;
  }
  http::Response head;
  head.headers.add("Content-Type", "text/plain; charset=utf-8");
  return exchange.stream(std::move(head));
}

void LogRequests::send(const std::shared_ptr<http::Exchange>& exchange,
                       const runtime::Container& container, LogFile file,
                       const LogOptions& options) {
  std::unique_lock lock(mutex_);
  const auto id = ++last_id_;
  lock.unlock();
  auto stream =
      std::make_shared<LogStream>(parts_.pool, std::move(file), options,
                                  open_body(*exchange), [this, id] { forget(id); });
  Open open;
  open.stream = stream;
  // Without the news it would hang for ever: what is there now is better.
  if (options.follow && !follow(stream, container, open).ok()) stream->ended();
  lock.lock();
  open_[id] = std::move(open);
  lock.unlock();
  stream->start();
}

Status LogRequests::follow(const std::shared_ptr<LogStream>& stream,
                           const runtime::Container& container, Open& open) {
  std::weak_ptr<LogStream> weak = stream;
  const auto directory = std::filesystem::path(container.log_path()).parent_path().string();
  auto watch = watch_.add(directory, [weak] {
    if (auto alive = weak.lock()) alive->wake();
  });
  if (!watch.ok()) return watch.status();
  open.watch = *watch;
  open.ends = ends_.add(container.id(), [this, weak, id = container.id()](bool ended) {
    auto alive = weak.lock();
    if (alive && ended) alive->ended();
    if (alive && !ended) parts_.pool.post([this, weak, id] { check_ended(weak, id); });
  });
  // It may have ended before anybody listened.
  check_ended(weak, container.id());
  return {};
}

void LogRequests::check_ended(const std::weak_ptr<LogStream>& stream,
                              const std::string& container) {
  const auto now = parts_.runtime.container(container);
  const bool over = now.ok() ? !is_running(*now) : now.code() == Code::kNotFound;
  if (auto alive = stream.lock(); alive && over) alive->ended();
}

void LogRequests::forget(std::uint64_t id) {
  Open open;
  {
    std::lock_guard lock(mutex_);
    const auto found = open_.find(id);
    if (found == open_.end()) return;
    open = std::move(found->second);
    open_.erase(found);
  }
  if (open.watch != 0) watch_.remove(open.watch);
  if (open.ends != 0) ends_.remove(open.ends);
}

}  // namespace kubus::kubelet
