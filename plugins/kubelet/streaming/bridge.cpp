#include "bridge.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>

#include "runtime_session.h"

namespace kubus::kubelet {
namespace asio = boost::asio;
using namespace asio::experimental::awaitable_operators;

namespace {

std::string resize_payload(const Input& input) {
  std::string payload;
  for (const std::uint16_t number : {input.columns, input.rows}) {
    payload.push_back(static_cast<char>(number >> 8));
    payload.push_back(static_cast<char>(number & 0xff));
  }
  return payload;
}

asio::awaitable<bool> pass_on(RuntimeSession& session, const Input& input) {
  switch (input.kind) {
    case Input::Kind::kStdin:
      co_return co_await session.write(runtime::Frame::kStdin, input.data);
    case Input::Kind::kStdinEnd:
      co_return co_await session.write(runtime::Frame::kStdinEnd, {});
    case Input::Kind::kResize:
      co_return co_await session.write(runtime::Frame::kResize, resize_payload(input));
  }
  co_return false;
}

// To the client's last word, also when the session no longer takes it: that is how its leaving is
// noticed.
asio::awaitable<void> carry_input(RemoteChannels& channels, RuntimeSession& session) {
  bool listens = true;
  while (auto input = co_await channels.next())
    if (listens) listens = co_await pass_on(session, *input);
  session.close();
}

asio::awaitable<void> carry_output(RemoteChannels& channels, RuntimeSession& session,
                                   const std::string& on_error) {
  SessionResult result;
  result.error = on_error + "the session was cut off";
  while (auto frame = co_await session.read()) {
    if (frame->type == runtime::Frame::kEnd) {
      runtime::SessionEnd end;
      end.ParseFromString(frame->payload);
      result = {end.exit_code(), end.error().empty() ? "" : on_error + end.error()};
      break;
    }
    const auto output = frame->type == runtime::Frame::kStderr ? Output::kStderr : Output::kStdout;
    if (!co_await channels.write(output, frame->payload)) break;
  }
  session.close();
  co_await channels.finish(result);
  channels.close();
}

asio::awaitable<void> run(std::unique_ptr<RemoteChannels> channels, SessionOffer offer) {
  RuntimeSession session(channels->executor());
  if (offer.error.empty())
    if (auto connected = co_await session.connect(offer.socket); !connected.ok())
      offer.error = connected.message();
  if (offer.error.empty()) {
    co_await (carry_input(*channels, session) && carry_output(*channels, session, offer.on_error));
  } else {
    // A named value: GCC 12 destroys a braced one in a co_await twice.
    const SessionResult result{0, offer.error};
    co_await channels->finish(result);
  }
}

}  // namespace

void run_session(std::unique_ptr<RemoteChannels> channels, SessionOffer offer) {
  const auto executor = channels->executor();
  asio::co_spawn(executor, run(std::move(channels), std::move(offer)), asio::detached);
}

}  // namespace kubus::kubelet
