// Reflector: keeps one watch of the API alive and reports what it says.
//
// Thread safety: made anywhere; runs and calls back on the context's Loop.
//
// It asks for the initial objects as the head of the watch (sendInitialEvents), so that a list of
// any length arrives within the stream's credit. A lost watch is taken up from the last version
// seen; one that is too old starts over with the initial objects.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "kubus/bus.h"
#include "kubus/informer.h"

namespace kubus::api {
class WatchItem;
}

namespace kubus {

struct ResourceInfo;

class Reflector : public std::enable_shared_from_this<Reflector> {
 public:
  struct Sink {
    std::function<void()> begin_replace;
    std::function<void(ObjectPtr)> put;
    std::function<void(ObjectPtr)> erase;
    std::function<void()> end_replace;
    std::function<void(std::int64_t resource_version)> progress;
  };

  // What is not the message of a built-in kind is read from JSON, as far as the message knows it,
  // and without its managed fields.
  Reflector(Context& context, std::shared_ptr<const ResourceInfo> kind, InformerOptions options,
            Sink sink);
  void start();
  // No callback runs afterwards. On the loop only.
  void stop();

 private:
  void connect();
  void reconnect_later();
  void on_item(api::WatchItem item);
  void on_end(const Status& status);
  void on_bookmark(const Message& object);
  Status read(const std::string& text, Message& object) const;

  Context& context_;
  std::shared_ptr<const ResourceInfo> kind_;
  const bool built_in_;
  InformerOptions options_;
  Sink sink_;
  std::unique_ptr<bus::StreamReader> reader_;
  Registration retry_;
  int failures_ = 0;
  bool initial_ = true;  // the stream begins with all objects
  bool stopped_ = false;
  std::int64_t version_ = 0;
};

}  // namespace kubus
