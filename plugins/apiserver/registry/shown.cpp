#include "registry/shown.h"

#include <utility>

#include "cache/storage_key.h"
#include "custom/conversion.h"
#include "custom/engine.h"
#include "registry/reflect.h"

namespace kubus::apiserver {
namespace {

// Of what was found those that are wanted, now that they can be looked at.
ListResult selected(ListResult found, const ListQuery& query) {
  ListResult out;
  out.revision = found.revision;
  for (auto& object : found.items) {
    if (!query.filter.matches(*object)) continue;
    if (query.limit > 0 && out.items.size() == query.limit) {
      out.next = object_key(object->resource(), object->ns(), object->name());
      break;
    }
    out.items.push_back(std::move(object));
  }
  return out;
}

}  // namespace

Conversion* conversion_of(const Call& call) {
  const auto* kind = call.as_stored ? nullptr : custom_kind(*call.resource);
  return kind ? kind->conversion() : nullptr;
}

void show(const CallPtr& call, ObjectPtr stored, UniqueFunction<void(Result<ObjectPtr>)> then) {
  auto* conversion = conversion_of(*call);
  if (!conversion) return then(std::move(stored));
  const auto& wanted = *custom_kind(*call->resource);
  if (auto known = conversion->known(stored, wanted)) return then(std::move(known));
  conversion->show({std::move(stored)}, wanted, call->asker,
                   [call, then = std::move(then)](Result<std::vector<ObjectPtr>> shown) mutable {
                     if (!shown.ok()) return then(shown.status());
                     then(std::move(shown->front()));
                   });
}

void show_all(const CallPtr& call, std::vector<ObjectPtr> stored,
              UniqueFunction<void(Result<std::vector<ObjectPtr>>)> then) {
  auto* conversion = conversion_of(*call);
  if (!conversion) return then(std::move(stored));
  conversion->show(std::move(stored), *custom_kind(*call->resource), call->asker,
                   [call, then = std::move(then)](Result<std::vector<ObjectPtr>> shown) mutable {
                     then(std::move(shown));
                   });
}

void to_storage(const CallPtr& call, Message& object,
                UniqueFunction<void(Result<std::string>)> then) {
  const auto* kind = custom_kind(*call->resource);
  if (!kind || !kind->conversion()) return then(stored_json(object, *call->resource));
  if (call->as_stored) return then(stored_json(object));
  auto done = [call, then = std::move(then)](Result<std::string> text) mutable {
    then(std::move(text));
  };
  kind->conversion()->store(stored_json(object), *kind, call->asker, std::move(done));
}

void answer_trial(const CallPtr& call, MessagePtr object, const std::string& json,
                  std::int64_t revision, int code, Done done) {
  if (!custom_kind(*call->resource)) {
    if (revision > 0) metadata_of(*object)->set_resourceversion(std::to_string(revision));
    return done(Answer::of(std::shared_ptr<const Message>(std::move(object)), code));
  }
  auto stored = Object::make(call->cache->resource(), json, revision);
  if (!stored.ok()) return done(stored.status());
  show(call, std::move(*stored), [code, done = std::move(done)](Result<ObjectPtr> shown) mutable {
    if (!shown.ok()) return done(shown.status());
    done(Answer::of(std::move(*shown), code));
  });
}

void list_shown(const CallPtr& call, const ListQuery& query, std::int64_t revision,
                UniqueFunction<void(Result<ListResult>)> then) {
  if (!conversion_of(*call)) return then(call->cache->list(query, revision));
  auto asked = query;
  asked.filter = stored_part(query.filter);
  // What depends on the version is looked at once that is known.
  const bool all = query.filter.labels.empty() &&
                   asked.filter.fields.terms().size() == query.filter.fields.terms().size();
  if (!all) asked.limit = 0;
  auto found = call->cache->list(asked, revision);
  if (!found.ok()) return then(found.status());
  auto items = std::exchange(found->items, {});
  show_all(call, std::move(items),
           [query, all, found = std::move(*found),
            then = std::move(then)](Result<std::vector<ObjectPtr>> shown) mutable {
             if (!shown.ok()) return then(shown.status());
             found.items = std::move(*shown);
             then(all ? std::move(found) : selected(std::move(found), query));
           });
}

Filter stored_part(const Filter& filter) {
  Filter out;
  out.ns = filter.ns;
  out.name = filter.name;
  out.fields = filter.fields.of_names();
  return out;
}

}  // namespace kubus::apiserver
