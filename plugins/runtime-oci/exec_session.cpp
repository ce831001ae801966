#include <signal.h>
#include <sys/ioctl.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "exec_process.h"
#include "sessions.h"
#include "streams.h"

namespace kubus::runtime_oci {
namespace {

constexpr int kCannotRun = 126;
// For a client to tell how large its terminal is, which those that know do at once: the process
// starts with a terminal of that size. After this it starts without.
constexpr std::chrono::milliseconds kSizePatience(500);

winsize terminal_size(std::string_view payload) {
  const auto number = [&](int at) {
    return static_cast<unsigned short>(static_cast<unsigned char>(payload[at]) << 8 |
                                       static_cast<unsigned char>(payload[at + 1]));
  };
  return {number(2), number(0), 0, 0};
}

class ExecSession : public Session, public std::enable_shared_from_this<ExecSession> {
 public:
  ExecSession(Node& node, Sessions& sessions, const runtime::ExecRequest& request)
      : node_(node), sessions_(sessions), request_(request) {}

  void open(UniqueFd connection) {
    channel_ = std::make_unique<FrameChannel>(
        node_.loop, std::move(connection),
        FrameChannel::Handlers{
            [this](runtime::Frame type, std::string_view data) { on_frame(type, data); },
            [this] { on_closed(); }, [this] { on_room(); }});
    if (!request_.tty()) return launch();
    size_timer_ = node_.loop.after(kSizePatience, [this] { launch(); });
    channel_->resume();
  }

 private:
  // Once; frames that come while it is under way are kept for the process.
  void launch() {
    if (std::exchange(launched_, true)) return;
    size_timer_.reset();
    channel_->pause();
    ExecOptions options;
    options.container_id = request_.id();
    options.command.assign(request_.command().begin(), request_.command().end());
    options.tty = request_.tty();
    options.with_stdin = request_.stdin();
    options.size = size_;
    node_.pool.post([&node = node_, session = shared_from_this(), options]() mutable {
      auto process = launch_exec(node, options);
      // Its last holder is never the pool: what it watches belongs to the loop.
      node.loop.post([session = std::move(session), process = std::move(process)]() mutable {
        session->begin(std::move(process));
      });
    });
  }

  void begin(Result<std::unique_ptr<ExecProcess>> process) {
    if (!process.ok()) return end(kCannotRun, process.status().message());
    process_ = std::move(*process);
    if (closed_) process_->signal(SIGHUP);
    if (process_->terminal) {
      terminal_ = process_->terminal.get();
      const int copy = ::dup(terminal_);
      stdin_ =
          std::make_unique<ByteWriter>(node_.loop, UniqueFd(copy), [this] { on_input_room(); });
      read(out_, std::move(process_->terminal), runtime::Frame::kStdout);
    } else if (process_->out && !process_->never_ran()) {
      if (process_->in)
        stdin_ = std::make_unique<ByteWriter>(node_.loop, std::move(process_->in),
                                              [this] { on_input_room(); });
      read(out_, std::move(process_->out), runtime::Frame::kStdout);
      read(err_, std::move(process_->err), runtime::Frame::kStderr);
    }
    ended_ = node_.loop.watch_fd(process_->ended.get(), Loop::kReadable,
                                 [this](std::uint32_t) { on_ended(); });
    channel_->resume();
    for (const auto& [type, data] : std::exchange(early_, {})) on_frame(type, data);
  }

  void read(std::unique_ptr<ByteReader>& reader, UniqueFd fd, runtime::Frame type) {
    reader = std::make_unique<ByteReader>(
        node_.loop, std::move(fd),
        [this, type](std::string_view data) {
          if (closed_) return;
          channel_->send(type, data);
          if (channel_->backed_up()) pause();
        },
        [] {});
    reader->resume();
  }

  void pause() {
    // After its exit only what is in the pipes is left, which is little.
    if (exited_) return;
    if (out_) out_->pause();
    if (err_) err_->pause();
  }

  void on_room() {
    if (finished_) return sessions_.drop(this);
    if (out_) out_->resume();
    if (err_) err_->resume();
  }

  void on_input_room() {
    if (channel_ && !closed_) channel_->resume();
  }

  void on_early_frame(runtime::Frame type, std::string_view data) {
    early_.emplace_back(type, data);
    early_bytes_ += data.size();
    const bool sized = type == runtime::Frame::kResize && data.size() == 4;
    if (sized) size_ = terminal_size(data);
    if (sized || early_bytes_ > kBacklog) launch();
  }

  void on_frame(runtime::Frame type, std::string_view data) {
    if (finished_ || exited_) return;
    if (!process_) return on_early_frame(type, data);
    if (type == runtime::Frame::kStdin && stdin_) {
      stdin_->write(data);
      if (stdin_->pending() > kBacklog) channel_->pause();
    } else if (type == runtime::Frame::kStdinEnd && stdin_ && terminal_ < 0) {
      stdin_->finish();
    } else if (type == runtime::Frame::kResize && terminal_ >= 0 && data.size() == 4) {
      const auto size = terminal_size(data);
      ::ioctl(terminal_, TIOCSWINSZ, &size);
    }
  }

  void on_closed() {
    closed_ = true;
    if (!std::exchange(launched_, true)) return sessions_.drop(this);
    if (process_ && !exited_) process_->signal(SIGHUP);
    if (out_) out_->resume();  // what it writes is read and dropped
    if (err_) err_->resume();
    if (finished_) sessions_.drop(this);
  }

  void on_ended() {
    ended_.reset();
    exited_ = true;
    const int code = process_->reap();
    if (out_) out_->drain();
    if (err_) err_->drain();
    const auto error = process_->start_error();
    if (error.empty())
      end(code, "");
    else
      end(kCannotRun, error);
  }

  void end(int code, const std::string& error) {
    finished_ = true;
    runtime::SessionEnd message;
    message.set_exit_code(code);
    message.set_error(error);
    channel_->end(message);
    if (closed_ || channel_->flushed()) sessions_.drop(this);
  }

  Node& node_;
  Sessions& sessions_;
  const runtime::ExecRequest request_;
  bool launched_ = false;
  std::optional<winsize> size_;
  Registration size_timer_;
  std::vector<std::pair<runtime::Frame, std::string>> early_;  // before there was a process
  std::size_t early_bytes_ = 0;
  std::unique_ptr<FrameChannel> channel_;
  std::unique_ptr<ExecProcess> process_;
  std::unique_ptr<ByteWriter> stdin_;
  std::unique_ptr<ByteReader> out_;
  std::unique_ptr<ByteReader> err_;
  int terminal_ = -1;  // owned by out_
  bool exited_ = false;
  bool finished_ = false;
  bool closed_ = false;
  Registration ended_;
};

}  // namespace

void serve_exec(Node& node, Sessions& sessions, const runtime::ExecRequest& request,
                UniqueFd connection) {
  auto session = std::make_shared<ExecSession>(node, sessions, request);
  sessions.keep(session);
  session->open(std::move(connection));
}

}  // namespace kubus::runtime_oci
