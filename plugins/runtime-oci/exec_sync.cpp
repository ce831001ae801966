#include <signal.h>

#include "exec_process.h"
#include "sessions.h"
#include "streams.h"

namespace kubus::runtime_oci {
namespace {

constexpr std::size_t kMaxOutput = 16 << 20;

class SyncSession : public Session {
 public:
  SyncSession(Node& node, Sessions& sessions, std::chrono::milliseconds timeout,
              Sessions::ExecDone done)
      : node_(node), sessions_(sessions), timeout_(timeout), done_(std::move(done)) {}
  ~SyncSession() override {
    if (done_) done_(Status(Code::kUnavailable, "the runtime is being replaced"));
  }

  void begin(Result<std::unique_ptr<ExecProcess>> process) {
    if (!process.ok()) return finish(process.status());
    process_ = std::move(*process);
    out_ = collect(std::move(process_->out), *response_.mutable_stdout());
    err_ = collect(std::move(process_->err), *response_.mutable_stderr());
    ended_ = node_.loop.watch_fd(process_->ended.get(), Loop::kReadable,
                                 [this](std::uint32_t) { on_ended(); });
    if (timeout_.count() > 0)
      timer_ = node_.loop.after(timeout_, [this] {
        timed_out_ = true;
        process_->signal(SIGKILL);
      });
  }

 private:
  std::unique_ptr<ByteReader> collect(UniqueFd fd, std::string& into) {
    auto reader = std::make_unique<ByteReader>(
        node_.loop, std::move(fd),
        [this, &into](std::string_view data) {
          const auto room = kMaxOutput - into.size();
          into += data.substr(0, room);
          if (data.size() > room) response_.set_truncated(true);
        },
        [] {});
    reader->resume();
    return reader;
  }

  void on_ended() {
    ended_.reset();
    response_.set_exit_code(process_->reap());
    out_->drain();
    err_->drain();
    if (timed_out_)
      return finish(Status(Code::kTimeout, "the command did not end within " +
                                               std::to_string(timeout_.count()) + " ms"));
    if (const auto error = process_->start_error(); !error.empty())
      return finish(Status(Code::kInternalError, error));
    finish(std::move(response_));
  }

  void finish(Result<runtime::ExecSyncResponse> result) {
    timer_.reset();
    std::exchange(done_, nullptr)(std::move(result));
    sessions_.drop(this);
  }

  Node& node_;
  Sessions& sessions_;
  const std::chrono::milliseconds timeout_;
  Sessions::ExecDone done_;
  runtime::ExecSyncResponse response_;
  std::unique_ptr<ExecProcess> process_;
  std::unique_ptr<ByteReader> out_;
  std::unique_ptr<ByteReader> err_;
  bool timed_out_ = false;
  Registration ended_;
  Registration timer_;
};

}  // namespace

void run_exec_sync(Node& node, Sessions& sessions, const runtime::ExecSyncRequest& request,
                   Sessions::ExecDone done) {
  ExecOptions options;
  options.container_id = request.id();
  options.command.assign(request.command().begin(), request.command().end());
  auto session = std::make_shared<SyncSession>(
      node, sessions, std::chrono::milliseconds(request.timeout_ms()), std::move(done));
  node.pool.post([&node, &sessions, session = std::move(session), options]() mutable {
    auto process = launch_exec(node, options);
    // Its last holder is never the pool: what it watches belongs to the loop.
    node.loop.post(
        [&sessions, session = std::move(session), process = std::move(process)]() mutable {
          sessions.keep(session);
          session->begin(std::move(process));
        });
  });
}

}  // namespace kubus::runtime_oci
