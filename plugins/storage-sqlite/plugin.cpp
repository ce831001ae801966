// Entry and configuration of storage-sqlite.
#include "kubus/plugin.h"

#include <stop_token>

#include "service.h"

namespace kubus::storage_sqlite {
namespace {

Retention::Policy retention_of(const Config& config) {
  return {config.duration("keep_history"), config.integer("keep_revisions")};
}

class StoragePlugin : public Plugin {
 public:
  explicit StoragePlugin(Context& context) : Plugin(context), service_(context) {}

  Status start() override {
    KUBUS_TRY(service_.serve());
    // A predecessor of an upgrade still writes: be found by its callers, and wait for the file.
    const bool upgrade = context().generation() > 1;
    context().pool().post([this, options = options(upgrade), upgrade]() mutable {
      auto engine = Engine::open(std::move(options));
      context().loop().post([this, upgrade, engine = std::move(engine)]() mutable {
        opened(std::move(engine), upgrade);
      });
    });
    return upgrade ? Status() : starting();
  }

  void drain() override {
    cancel_.request_stop();
    service_.finish();
  }

  void reconfigure() override {
    if (auto* engine = service_.engine()) engine->set_retention(retention_of(context().config()));
  }

 private:
  EngineOptions options(bool wait) {
    const Config config = context().config();
    EngineOptions options;
    options.path = config.string("path");
    if (options.path.empty()) options.path = context().state_dir() + "/store.db";
    options.wait_for_owner = wait;
    options.cancel_wait = cancel_.get_token();
    options.readers = static_cast<std::size_t>(config.integer("read_connections"));
    options.feed_bytes = static_cast<std::size_t>(config.bytes("watch_memory"));
    options.limits.value_bytes = static_cast<std::size_t>(config.bytes("max_value"));
    options.retention = retention_of(config);
    options.health = [log = context().log()](const Status& health) {
      if (health.ok())
        log.info("the store can be written again");
      else
        log.error("the store cannot be written; reads go on", {{"reason", health.message()}});
    };
    return options;
  }

  void opened(Result<std::unique_ptr<Engine>> engine, bool upgrade) {
    if (!engine.ok()) return context().fail(engine.status());
    const auto status = (*engine)->status();
    context().log().info(
        "store open",
        {{"revision", status.revision()}, {"keys", status.keys()}, {"bytes", status.size_bytes()}});
    service_.opened(std::move(*engine));
    if (!upgrade) ready();
  }

  std::stop_source cancel_;
  StorageService service_;
};

}  // namespace
}  // namespace kubus::storage_sqlite

KUBUS_PLUGIN(kubus::storage_sqlite::StoragePlugin)
