// A watch over HTTP: events as they come, one JSON object (or protobuf frame) each; a client that
// asks for WebSocket gets each as a message.
//
// Thread safety: as Watcher; serve_watch() from any thread.
#pragma once

#include <memory>

#include "kubus/http/exchange.h"
#include "metrics/request_timer.h"
#include "registry/registry.h"
#include "watch/watch_request.h"

namespace kubus::apiserver {

// Answers `exchange` with the watch that `call` asks for, or with why there is none. `timer` is
// done when the watch is.
void serve_watch(Registry& registry, CallPtr call, std::shared_ptr<http::Exchange> exchange,
                 RequestTimer timer);

}  // namespace kubus::apiserver
