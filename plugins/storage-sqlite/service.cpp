#include "service.h"

#include <utility>

#include "snapshot_stream.h"
#include "watch_stream.h"

namespace kubus::storage_sqlite {
namespace {

// A range that can only be small is served on the loop: handing it over costs more than doing it.
constexpr std::int64_t kInlineLimit = 16;

bool is_small(const storage::RangeRequest& request) {
  if (request.range_end().empty()) return true;
  return request.limit() > 0 && request.limit() <= kInlineLimit && request.revision() == 0;
}

}  // namespace

StorageService::~StorageService() = default;

Status StorageService::serve() {
  bus::Service service;
  rpc::handle(service, storage::kRange, [this](const auto&, auto request, auto answer) {
    when_open([this, request = std::move(request), answer = std::move(answer)]() mutable {
      range(std::move(request), std::move(answer));
    });
  });
  rpc::handle(service, storage::kTxn, [this](const auto&, auto request, auto answer) {
    when_open([this, request = std::move(request), answer = std::move(answer)]() mutable {
      engine_->txn(std::move(request), std::move(answer));
    });
  });
  rpc::handle(service, storage::kCompact, [this](const auto&, auto request, auto answer) {
    when_open([this, revision = request.revision(), answer = std::move(answer)]() mutable {
      engine_->compact(revision, [answer = std::move(answer)](Result<std::int64_t> done) mutable {
        if (!done.ok()) return answer(done.status());
        storage::CompactResponse response;
        response.set_revision(*done);
        answer(std::move(response));
      });
    });
  });
  rpc::handle(service, storage::kStatus, [this](const auto&, auto, auto answer) {
    when_open([this, answer = std::move(answer)]() mutable { answer(engine_->status()); });
  });
  rpc::handle(service, storage::kWatch, [this](const auto&, auto request, auto writer) {
    when_open([this, request = std::move(request), writer = std::move(writer)]() mutable {
      watch(std::move(request), std::move(writer));
    });
  });
  rpc::handle(service, storage::kSnapshot, [this](const auto&, auto, auto writer) {
    when_open([this, writer = std::move(writer)]() mutable { snapshot(std::move(writer)); });
  });
  return context_.server().serve(storage::kService, std::move(service));
}

void StorageService::when_open(Task go) {
  if (engine_)
    go();
  else
    waiting_.push_back(std::move(go));
}

void StorageService::opened(std::unique_ptr<Engine> engine) {
  engine_ = std::move(engine);
  if (finished_) engine_->finish();
  for (auto& task : std::exchange(waiting_, {})) task();
}

void StorageService::finish() {
  finished_ = true;
  if (engine_) engine_->finish();
}

void StorageService::range(storage::RangeRequest request,
                           rpc::Answer<storage::RangeResponse> answer) {
  if (is_small(request) && engine_->reader_idle()) return answer(engine_->range(request));
  context_.pool().post([engine = engine_.get(), request = std::move(request),
                        answer = std::move(answer)]() mutable { answer(engine->range(request)); });
}

void StorageService::watch(storage::WatchRequest request,
                           rpc::ItemWriter<storage::WatchResponse> writer) {
  auto stream = std::make_shared<WatchStream>(context_, std::move(writer));
  const Status opened = stream->open(*engine_, request, [this, key = stream.get()] {
    std::erase_if(watches_, [key](const auto& held) { return held.get() == key; });
  });
  if (opened.ok()) {
    watches_.insert(stream);
    stream->pump();
  }
}

void StorageService::snapshot(rpc::ItemWriter<storage::SnapshotChunk> writer) {
  SnapshotStream::start(context_, *engine_, std::move(writer));
}

}  // namespace kubus::storage_sqlite
