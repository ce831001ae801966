#include <fcntl.h>
#include <sys/socket.h>

#include "conmon.h"
#include "exec_process.h"
#include "sessions.h"
#include "streams.h"

namespace kubus::runtime_oci {
namespace {

// conmon takes packets of at most 32 KiB and marks its own with the stream they belong to.
constexpr std::size_t kPacket = 8192;
constexpr char kConmonStdout = 2;
constexpr char kConmonStderr = 3;

class AttachSession : public Session {
 public:
  AttachSession(Node& node, Sessions& sessions, const runtime::AttachRequest& request)
      : node_(node), sessions_(sessions), request_(request) {}

  void open(UniqueFd connection) {
    channel_ = std::make_unique<FrameChannel>(
        node_.loop, std::move(connection),
        FrameChannel::Handlers{
            [this](runtime::Frame type, std::string_view data) { on_frame(type, data); },
            [this] { on_closed(); }, [this] { on_room(); }});
    auto conmon = connect_unix(
        node_.settings.attach_dir() + "/" + attach_name(request_.id()) + "/attach", SOCK_SEQPACKET);
    if (!conmon.ok()) return end(conmon.status().message());
    writer_ = std::make_unique<ByteWriter>(
        node_.loop, UniqueFd(::fcntl(conmon->get(), F_DUPFD_CLOEXEC, 0)),
        [this] {
          if (!closed_) channel_->resume();
        },
        kPacket);
    reader_ = std::make_unique<ByteReader>(
        node_.loop, std::move(*conmon), [this](std::string_view packet) { on_packet(packet); },
        [this] { end(""); });
    reader_->resume();
    channel_->resume();
  }

 private:
  void on_packet(std::string_view packet) {
    if (closed_ || packet.size() < 2) return;
    const char stream = packet.front();
    packet.remove_prefix(1);
    if (stream == kConmonStdout && (request_.stdout() || request_.tty()))
      channel_->send(runtime::Frame::kStdout, packet);
    if (stream == kConmonStderr && request_.stderr())
      channel_->send(runtime::Frame::kStderr, packet);
    if (channel_->backed_up()) reader_->pause();
  }

  void on_frame(runtime::Frame type, std::string_view data) {
    if (finished_) return;
    if (type == runtime::Frame::kStdin && request_.stdin()) {
      writer_->write(data);
      if (writer_->pending() > kBacklog) channel_->pause();
    } else if (type == runtime::Frame::kStdinEnd && request_.stdin()) {
      writer_->finish();
    } else if (type == runtime::Frame::kResize && data.size() == 4) {
      const auto number = [&](int at) {
        return static_cast<unsigned>(static_cast<unsigned char>(data[at]) << 8 |
                                     static_cast<unsigned char>(data[at + 1]));
      };
      (void)conmon_resize(node_.settings.container(request_.id()), number(0), number(2)).ok();
    }
  }

  void on_room() {
    if (finished_) return sessions_.drop(this);
    if (reader_) reader_->resume();
  }

  void on_closed() {
    closed_ = true;
    sessions_.drop(this);
  }

  void end(const std::string& error) {
    if (closed_ || std::exchange(finished_, true)) return;
    runtime::SessionEnd message;
    message.set_error(error);
    channel_->end(message);
    if (channel_->flushed()) sessions_.drop(this);
  }

  Node& node_;
  Sessions& sessions_;
  const runtime::AttachRequest request_;
  std::unique_ptr<FrameChannel> channel_;
  std::unique_ptr<ByteWriter> writer_;
  std::unique_ptr<ByteReader> reader_;
  bool finished_ = false;
  bool closed_ = false;
};

}  // namespace

void serve_attach(Node& node, Sessions& sessions, const runtime::AttachRequest& request,
                  UniqueFd connection) {
  auto session = std::make_shared<AttachSession>(node, sessions, request);
  sessions.keep(session);
  session->open(std::move(connection));
}

}  // namespace kubus::runtime_oci
