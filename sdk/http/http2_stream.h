// One request of an HTTP/2 connection, and what it is answered with.
//
// Thread safety: as Responder; the members for the session on the connection's thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "body_budget.h"
#include "body_source.h"
#include "responder.h"

namespace kubus::http {

class Http2Session;
class Http2Stream;

// What the streams of a session ask of the connection that carries it.
class Http2Carrier {
 public:
  virtual ~Http2Carrier() = default;
  // Runs `task` on the connection's thread, then sends what came of it; never within the call.
  // From any thread.
  virtual void post(Task task) = 0;
  // Answers with what another server says. On the connection's thread.
  virtual void forward(std::shared_ptr<Http2Stream> stream, Upstream upstream) = 0;
};

class Http2Stream final : public Responder, public std::enable_shared_from_this<Http2Stream> {
 public:
  using Clock = std::chrono::steady_clock;
  enum class State { kReading, kHandling, kRelaying, kSending };

  Http2Stream(Http2Session& session, std::weak_ptr<Http2Carrier> carrier, const Limits& limits,
              std::shared_ptr<BodyBudget> bodies, std::int32_t id)
      : id(id),
        body_share(std::move(bodies)),
        session_(&session),
        carrier_(std::move(carrier)),
        limits_(limits) {}

  void deliver(Outcome outcome) override;
  void wake() override;
  void abort() override;
  void on_leave(Task task) override;
  const Limits& limits() const override { return limits_; }
  void answer_within(Clock::duration time) override;

  // It is over, whatever its handler still says.
  void leave();
  // Nobody waits for what its handler says any more.
  void lose_client();
  // Runs once when that is so, at once if it is; on the connection's thread.
  void when_over(Task task);

  const std::int32_t id;
  State state = State::kReading;
  std::shared_ptr<Request> request = std::make_shared<Request>();
  std::size_t header_bytes = 0;
  bool header_done = false;
  bool no_room = false;  // among all requests under way
  BodyBudget::Share body_share;
  std::optional<BodySource> body;
  // When something is done about it if nothing has happened by then.
  Clock::time_point deadline = Clock::time_point::max();
  bool reset_here = false;  // by the server, not by the client

 private:
  Http2Session* session_;  // null once it is over
  const std::weak_ptr<Http2Carrier> carrier_;
  const Limits limits_;
  std::vector<Task> leave_tasks_;
  bool left_ = false;  // nobody waits any more
};

}  // namespace kubus::http
