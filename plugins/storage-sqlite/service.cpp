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

Status closing() { return Status(Code::kDraining, "the store is closing"); }

}  // namespace

StorageService::~StorageService() = default;

Status StorageService::serve() {
  bus::Service service;
  add_calls(service);
  add_streams(service);
  return context_.server().serve(storage::kService, std::move(service));
}

void StorageService::add_calls(bus::Service& service) {
  rpc::handle(service, storage::kRange, [this](const auto&, auto request, auto answer) {
    when_open([this, request = std::move(request), answer = std::move(answer)](Engine* e) mutable {
      if (e == nullptr) return answer(closing());
      range(*e, std::move(request), std::move(answer));
    });
  });
  rpc::handle(service, storage::kTxn, [this](const auto&, auto request, auto answer) {
    when_open([request = std::move(request), answer = std::move(answer)](Engine* e) mutable {
      if (e == nullptr) return answer(closing());
      e->txn(std::move(request), std::move(answer));
    });
  });
  rpc::handle(service, storage::kCompact, [this](const auto&, auto request, auto answer) {
    when_open([revision = request.revision(), answer = std::move(answer)](Engine* e) mutable {
      if (e == nullptr) return answer(closing());
      e->compact(revision, [answer = std::move(answer)](Result<std::int64_t> done) mutable {
        if (!done.ok()) return answer(done.status());
        storage::CompactResponse response;
        response.set_revision(*done);
        answer(std::move(response));
      });
    });
  });
  rpc::handle(service, storage::kStatus, [this](const auto&, auto, auto answer) {
    when_open([answer = std::move(answer)](Engine* e) mutable {
      if (e == nullptr) return answer(closing());
      answer(e->status());
    });
  });
}

void StorageService::add_streams(bus::Service& service) {
  rpc::handle(service, storage::kWatch, [this](const auto&, auto request, auto writer) {
    when_open([this, request = std::move(request), writer = std::move(writer)](Engine* e) mutable {
      if (e == nullptr) return writer.raw().finish(closing());
      watch(*e, request, std::move(writer));
    });
  });
  rpc::handle(service, storage::kSnapshot, [this](const auto&, auto, auto writer) {
    when_open([this, writer = std::move(writer)](Engine* e) mutable {
      if (e == nullptr) return writer.raw().finish(closing());
      SnapshotStream::start(context_, *e, std::move(writer));
    });
  });
}

void StorageService::when_open(Work work) {
  if (engine_ || finished_)
    work(engine_.get());
  else
    waiting_.push_back(std::move(work));
}

void StorageService::opened(std::unique_ptr<Engine> engine) {
  engine_ = std::move(engine);
  if (finished_) engine_->finish();
  for (auto& work : std::exchange(waiting_, {})) work(engine_.get());
}

void StorageService::finish() {
  finished_ = true;
  if (engine_) engine_->finish();
  for (auto& work : std::exchange(waiting_, {})) work(engine_.get());
}

void StorageService::range(Engine& engine, storage::RangeRequest request,
                           rpc::Answer<storage::RangeResponse> answer) {
  if (is_small(request))
    if (auto done = engine.try_range(request)) return answer(*done);
  context_.pool().post([&engine, request = std::move(request),
                        answer = std::move(answer)]() mutable { answer(engine.range(request)); });
}

void StorageService::watch(Engine& engine, const storage::WatchRequest& request,
                           rpc::ItemWriter<storage::WatchResponse> writer) {
  auto stream = std::make_shared<WatchStream>(context_, std::move(writer));
  const Status opened = stream->open(engine, request, [this, key = stream.get()] {
    std::erase_if(watches_, [key](const auto& held) { return held.get() == key; });
  });
  if (!opened.ok()) return;
  watches_.insert(stream);
  stream->pump();
}

}  // namespace kubus::storage_sqlite
