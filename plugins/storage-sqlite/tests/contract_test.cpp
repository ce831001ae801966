// The storage contract, against the engine itself.
#include "engine_store.h"
#include "scratch.h"

namespace kubus::storage_sqlite {
namespace {

class OwnedStore : public EngineStore {
 public:
  OwnedStore(std::unique_ptr<Scratch> scratch, std::unique_ptr<Engine> engine)
      : EngineStore(*engine), scratch_(std::move(scratch)), engine_(std::move(engine)) {}

 private:
  std::unique_ptr<Scratch> scratch_;
  std::unique_ptr<Engine> engine_;
};

// `feed_bytes` 1: memory holds one revision, so that nearly every watch reads history.
std::unique_ptr<contract::Store> make(std::size_t feed_bytes) {
  auto scratch = std::make_unique<Scratch>();
  EngineOptions options;
  options.path = scratch->file();
  options.feed_bytes = feed_bytes;
  auto engine = must_open(std::move(options));
  if (!engine) return nullptr;
  return std::make_unique<OwnedStore>(std::move(scratch), std::move(engine));
}

const bool kEngine = contract::register_storage_suite("sqlite", [] { return make(8 << 20); });
const bool kHistory = contract::register_storage_suite("sqlite_history", [] { return make(1); });

}  // namespace
}  // namespace kubus::storage_sqlite
