#include "registry/list_query.h"
#include "registry/registry.h"
#include "registry/shown.h"

namespace kubus::apiserver {

namespace {

// Go's words for no.
bool is_false(std::string_view text) {
  return text == "0" || text == "f" || text == "F" || text == "false" || text == "False" ||
         text == "FALSE";
}

}  // namespace

void Registry::get(CallPtr call, Done done) {
  if (call->query.has("export") && !is_false(call->query.get("export")))
    return done(errors::bad_request(
        "the export parameter, deprecated since v1.14, is no longer supported"));
  const auto revision = wanted_revision(*call);
  if (!revision.ok()) return done(revision.status());
  await_revision(*revision,
                 [call = std::move(call), done = std::move(done)](Status status) mutable {
                   if (!status.ok()) return done(status);
                   auto object = call->cache->get(call->key());
                   if (!object) return done(errors::not_found(call->subject()));
                   show(call, std::move(object),
                        [done = std::move(done)](Result<ObjectPtr> shown) mutable {
                          if (!shown.ok()) return done(shown.status());
                          done(Answer::of(std::move(*shown)));
                        });
                 });
}

void Registry::list(CallPtr call, Done done) {
  auto query = list_query(*call);
  if (!query.ok()) return done(query.status());
  const auto revision = wanted_revision(*call);
  if (!revision.ok()) return done(revision.status());
  const bool waits = cache_.revision() < *revision;
  await_revision(*revision, [this, waits, call = std::move(call), query = std::move(*query),
                             done = std::move(done)](Status status) mutable {
    if (status.ok()) status = check_page(query, cache_.revision());
    if (!status.ok()) return done(status);
    if (!waits) return list_now(call, query, std::move(done));
    proceed(call, [this, call, query = std::move(query), done = std::move(done)]() mutable {
      list_now(call, query, std::move(done));
    });
  });
}

void Registry::list_now(const CallPtr& call, const ListQuery& query, Done done) {
  list_shown(call, query, cache_.revision(),
             [call, query, done = std::move(done)](Result<ListResult> result) mutable {
               if (!result.ok() && result.code() == Code::kExpired && !query.start.empty())
                 call->refusal = expired_page(query);
               if (!result.ok()) return done(result.status());
               Answer answer;
               answer.list = std::move(*result);
               done(std::move(answer));
             });
}

}  // namespace kubus::apiserver
