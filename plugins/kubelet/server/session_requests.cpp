#include "session_requests.h"

#include "../streaming/spdy_channels.h"
#include "pod_path.h"
#include "reply.h"

namespace kubus::kubelet {
namespace {

// Where a client hears of a failure: on the error channel, if it has one that far.
SessionOffer offer_of(const Result<std::string>& socket, bool exec) {
  SessionOffer offer;
  offer.on_error =
      exec ? "error executing command in container: " : "error attaching to container: ";
  if (socket.ok())
    offer.socket = *socket;
  else
    offer.error = "unable to upgrade connection: " + socket.status().message();
  return offer;
}

}  // namespace

void SessionRequests::serve_exec(ServerRequest request) { serve(request, true); }
void SessionRequests::serve_attach(ServerRequest request) { serve(request, false); }

void SessionRequests::serve(const ServerRequest& request, bool exec) {
  const auto path = parse_pod_path(request.path, true);
  if (!path) return request.respond(not_found_reply());
  const auto streams = parse_stream_options(request.query);
  if (!streams.ok()) return request.respond(error_reply(streams.status()));
  Wanted wanted{find_pod(parts_, *path), path->container, *streams, request.query.all("command"),
                exec};
  if (!wanted.pod) return request.respond(text_reply(404, "pod does not exist"));
  const bool websocket = is_websocket(request.exchange->request());
  const auto dialect = choose_dialect(request.exchange->request());
  if (websocket && !dialect)
    return request.respond(text_reply(400, "none of the offered subprotocols is known"));
  // The terminal of a container is what its specification says.
  if (!exec && has_terminal(*wanted.pod, wanted.container)) {
    wanted.streams.tty = true;
    wanted.streams.err = false;
  }
  parts_.pool.post([this, exchange = request.exchange, wanted, websocket, dialect] {
    const auto ready = [offer = offer_of(open(wanted), wanted.exec)](
                           std::unique_ptr<RemoteChannels> channels) {
      run_session(std::move(channels), offer);
    };
    if (websocket)
      open_websocket(exchange, wanted.streams, *dialect, ready);
    else
      open_spdy(exchange, wanted.streams, ready);
  });
}

Result<runtime::Container> SessionRequests::running_container(const Wanted& wanted) {
  auto state = parts_.runtime.pod(wanted.pod->metadata().uid());
  if (!state.ok()) return state.status();
  for (auto& container : state->containers)
    if (container.config().name() == wanted.container && is_running(container))
      return std::move(container);
  const auto& meta = wanted.pod->metadata();
  if (wanted.exec)
    return Status(Code::kInternalError, "container not found (\"" + wanted.container + "\")");
  return Status(Code::kInternalError, "container " + wanted.container + " not found in pod " +
                                          meta.name() + "_" + meta.namespace_());
}

Result<std::string> SessionRequests::open(const Wanted& wanted) {
  const auto container = running_container(wanted);
  if (!container.ok()) return container.status();
  const auto fill = [&](auto& request) {
    request.set_id(container->id());
    request.set_stdin(wanted.streams.in);
    request.set_stdout(wanted.streams.out);
    request.set_stderr(wanted.streams.err);
    request.set_tty(wanted.streams.tty);
  };
  if (wanted.exec) {
    runtime::ExecRequest request;
    fill(request);
    for (const auto& word : wanted.command) request.add_command(word);
    return parts_.runtime.open_exec(request);
  }
  runtime::AttachRequest request;
  fill(request);
  return parts_.runtime.open_attach(request);
}

}  // namespace kubus::kubelet
