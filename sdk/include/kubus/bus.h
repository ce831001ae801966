// The bus as a plugin sees it: calls, streams and events (DESIGN 3, kernel/PROTOCOL.md).
//
// Thread safety: all members from any thread unless noted. Callbacks run on the owning plugin's
// Loop. Nothing here polls; everything registered belongs to the plugin's Context and is gone
// before the plugin is unmapped.
//
// Guarantees: every call and stream ends exactly once, with a reply or a Status, also when the peer
// dies, the deadline passes or this plugin drains. A call that the provider refused because it was
// draining is sent again to its successor by itself. Events of one publisher arrive in order; a
// lost one is reported as a gap, never passed over in silence.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "kubus/bytes.h"
#include "kubus/function.h"
#include "kubus/loop.h"
#include "kubus/status.h"

namespace kubus::bus {

struct CallOptions {
  std::chrono::milliseconds timeout{30'000};
  // Follows the request through every hop; made up when empty.
  std::string trace{};
  // True: may be sent again when its provider vanished, because doing it twice does no harm.
  bool idempotent = false;
  // A particular provider (plugin id) when several serve the contract; empty: the active one.
  std::string provider{};
};

// Credit for streams, in messages the writer may be ahead of the reader.
inline constexpr std::uint32_t kStreamWindow = 64;

// The reading end of a stream. Destroying it cancels.
class StreamReader {
 public:
  virtual ~StreamReader() = default;
  // The caller of stream() no longer wants it: the writer is told, no callback runs afterwards.
  virtual void cancel() = 0;
  // Manual credit: by default each delivered message returns its credit when the callback returns.
  // After hold(), the reader returns credit itself with grant(n).
  virtual void hold() = 0;
  virtual void grant(std::uint32_t messages) = 0;
};

struct StreamHandler {
  UniqueFunction<void(Bytes)> on_message{};
  // Exactly once, last; ok when the writer finished normally. Not after cancel().
  UniqueFunction<void(Status)> on_end{};
};

struct Event {
  std::string topic;
  std::string publisher;   // plugin id
  std::uint64_t sequence;  // consecutive per publisher and topic
  Bytes body;
};

struct EventHandler {
  UniqueFunction<void(const Event&)> on_event{};
  // Events may have been missed: read the state again. Also called once when the subscription
  // takes effect, so that "subscribe, then read in on_gap" misses nothing.
  UniqueFunction<void()> on_gap{};
};

class Client {
 public:
  virtual ~Client() = default;

  using ReplyFn = UniqueFunction<void(Result<Bytes>)>;
  // Destroying the registration cancels the call (the callback is not run then).
  virtual Registration call(std::string_view service, std::string_view method, Bytes body,
                            CallOptions options, ReplyFn done) = 0;
  // Blocks for the reply. Never from the Loop's own thread (that is a bug and fails at once).
  virtual Result<Bytes> call_wait(std::string_view service, std::string_view method, Bytes body,
                                  CallOptions options = {}) = 0;
  // No deadline unless options.timeout is changed from its default by the caller: a stream lives
  // until one side ends it.
  virtual std::unique_ptr<StreamReader> stream(std::string_view service, std::string_view method,
                                               Bytes body, CallOptions options,
                                               StreamHandler handler) = 0;

  // `topic` is a prefix. One subscription per process and topic is made underneath.
  virtual Registration subscribe(std::string_view topic, EventHandler handler) = 0;
  virtual void publish(std::string_view topic, Bytes body) = 0;

  // Calls `changed(true|false)` on the loop now and whenever the service gains its active provider,
  // has it replaced, or loses it.
  virtual Registration watch_service(std::string_view service,
                                     UniqueFunction<void(bool available)> changed) = 0;
};

// What a handler knows of its caller.
struct Caller {
  std::string plugin;  // id of the calling plugin; "kubus" for the command
  std::string trace;
  std::chrono::steady_clock::time_point deadline;
  std::uint64_t generation = 0;  // of the calling plugin
};

// One reply, or a failure. Movable; may be kept and answered later, from any thread. Dropping it
// unanswered replies kInternalError.
class Responder {
 public:
  struct Impl;
  explicit Responder(std::shared_ptr<Impl> impl);
  Responder(Responder&&) noexcept;
  Responder& operator=(Responder&&) noexcept;
  ~Responder();
  void reply(Bytes body);
  void fail(Status status);
  // Runs on the loop if the caller cancels or vanishes first.
  void on_cancel(Task task);

 private:
  std::shared_ptr<Impl> impl_;
};

// The writing end of a stream. Movable; any thread. Dropping it unfinished ends with
// kInternalError.
class StreamWriter {
 public:
  struct Impl;
  explicit StreamWriter(std::shared_ptr<Impl> impl);
  StreamWriter(StreamWriter&&) noexcept;
  StreamWriter& operator=(StreamWriter&&) noexcept;
  ~StreamWriter();
  // Queues one message. False when the stream is over. A writer that heeds writable() keeps at most
  // kStreamWindow messages in memory; one that does not is ended with kTooManyRequests at 16 times
  // that.
  bool write(Bytes body);
  bool writable() const;
  // Runs on the loop each time credit returns after writable() was false.
  void on_writable(Task task);
  // Runs on the loop, once, if the reader cancels or vanishes.
  void on_cancel(Task task);
  void finish(Status status = {});

 private:
  std::shared_ptr<Impl> impl_;
};

using CallHandler = UniqueFunction<void(const Caller&, Bytes, Responder)>;
using StreamServer = UniqueFunction<void(const Caller&, Bytes, StreamWriter)>;

// A contract offered by this plugin: methods by name. Handlers run on the Loop and must not block.
class Service {
 public:
  Service& method(std::string name, CallHandler handler);
  Service& stream(std::string name, StreamServer handler);

  struct Method {
    std::string name;
    CallHandler call;
    StreamServer stream;
  };
  std::vector<Method> methods;
};

class Server {
 public:
  virtual ~Server() = default;
  // Announces `name` ("storage.v1") with its methods; callers find it once the plugin is ready.
  virtual Status serve(std::string_view name, Service service) = 0;
};

}  // namespace kubus::bus
