#include "watch.h"

#include <algorithm>

#include "history_reader.h"
#include "kubus/storage.pb.h"
#include "readers.h"

namespace kubus::storage_sqlite {

Watch::Watch(Feed& feed, Readers& readers, KeyRange range, bool previous, std::int64_t start,
             UniqueFunction<void()> wake)
    : feed_(feed),
      readers_(readers),
      position_(std::make_shared<Position>(std::move(range), previous)) {
  position_->wake = std::move(wake);
  feed_.attach(position_, start);
  seen_ = position_->reported;
}

Watch::~Watch() { cancel(); }

void Watch::cancel() { feed_.detach(position_); }

void Watch::greet(std::vector<storage::WatchResponse>* responses) {
  if (std::exchange(greeted_, true)) return;
  responses->emplace_back().set_revision(seen_);
}

Watch::Page Watch::pull(std::size_t limit) {
  Page out;
  greet(&out.responses);
  auto page = feed_.take(*position_, limit);
  out.next = page.next;
  for (const auto& revision : page.revisions) out.responses.push_back(response(*revision));
  if (page.progress) out.responses.emplace_back().set_revision(page.seen);
  seen_ = page.seen;
  return out;
}

Result<Watch::Page> Watch::read(std::size_t limit) {
  Page out;
  greet(&out.responses);
  auto reader = readers_.acquire();
  if (!reader.ok()) return reader.status();
  auto page = (*reader)->history.read(position_->range, position_->want_previous, seen_ + 1, limit,
                                      (*reader)->ranges);
  if (!page.ok()) return page.status();
  for (auto& response : page->responses) out.responses.push_back(std::move(response));
  seen_ = page->seen;
  feed_.advance(*position_, seen_ + 1);
  out.next = Next::kMore;
  return out;
}

storage::WatchResponse Watch::response(const Revision& revision) const {
  storage::WatchResponse out;
  out.set_revision(revision.number);
  for (const auto& event : revision.events) {
    if (!position_->range.contains(event.kv().key())) continue;
    auto* copy = out.add_events();
    copy->set_type(event.type());
    *copy->mutable_kv() = event.kv();
    if (position_->want_previous && event.has_previous())
      *copy->mutable_previous() = event.previous();
  }
  return out;
}

}  // namespace kubus::storage_sqlite
