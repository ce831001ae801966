#include "sessions.h"

#include "exec_process.h"
#include "streams.h"

namespace kubus::runtime_oci {

void Sessions::keep(std::shared_ptr<Session> session) {
  if (!ended_) sessions_[session.get()] = std::move(session);
}

void Sessions::drop(const Session* session) {
  node_.loop.post([this, session] { sessions_.erase(session); });
}

void Sessions::end_all() {
  ended_ = true;
  sessions_.clear();
}

Result<std::string> Sessions::offer(Serve serve) {
  const auto path = node_.settings.sessions() + "/" + random_id().substr(0, 16) + ".sock";
  const auto door =
      Doorway::open(node_.loop, path, [serve = std::move(serve)](UniqueFd connection) {
        if (connection) serve(std::move(connection));
      });
  if (!door.ok()) return door.status();
  return path;
}

Result<std::string> Sessions::exec(const runtime::ExecRequest& request) {
  const auto container = running_container(node_, request.id());
  if (!container.ok()) return container.status();
  if (request.command().empty()) return Status(Code::kInvalid, "no command to execute");
  return offer([this, request](UniqueFd connection) {
    serve_exec(node_, *this, request, std::move(connection));
  });
}

Result<std::string> Sessions::attach(const runtime::AttachRequest& request) {
  const auto container = running_container(node_, request.id());
  if (!container.ok()) return container.status();
  return offer([this, request](UniqueFd connection) {
    serve_attach(node_, *this, request, std::move(connection));
  });
}

Result<std::string> Sessions::port_forward(const runtime::PortForwardRequest& request) {
  const auto entry = node_.registry.sandbox(request.sandbox_id());
  if (!entry.ok()) return entry.status();
  const auto sandbox = node_.registry.describe(*entry);
  if (sandbox.state() != runtime::SANDBOX_READY)
    return Status(Code::kConflict, "sandbox \"" + request.sandbox_id() + "\" is not ready");
  if (request.port() < 1 || request.port() > 65535)
    return Status(Code::kInvalid, "port " + std::to_string(request.port()) + " is out of range");
  auto server = dial_port(sandbox, request.port());
  if (!server.ok()) return server.status();
  return offer([this, server = std::make_shared<UniqueFd>(std::move(*server))](UniqueFd client) {
    serve_port(node_, *this, std::move(client), std::move(*server));
  });
}

void Sessions::exec_sync(const runtime::ExecSyncRequest& request, ExecDone done) {
  run_exec_sync(node_, *this, request, std::move(done));
}

}  // namespace kubus::runtime_oci
