#include "token/legacy_use.h"

#include <k8s/meta/v1/object_meta.pb.h>

#include <chrono>

#include "registry/reflect.h"

namespace kubus::apiserver {
namespace {

constexpr const char* kLastUsed = "kubernetes.io/legacy-token-last-used";

std::string last_used(const Object& secret) {
  for (const auto& [key, value] : secret.labels())
    if (key == kLastUsed) return std::string(value);
  return {};
}

}  // namespace

std::string day_of(SystemTime time) { return format_time(time).substr(0, 10); }

void LegacyUse::note(const ObjectPtr& secret) {
  const auto now = clock_();
  auto today = day_of(now);
  const auto known = last_used(*secret);
  // Another server's clock may be a little ahead.
  if (stopped_ || known == today || known == day_of(now + std::chrono::hours(24))) return;
  registry_.context().loop().post([self = shared_from_this(), secret, today = std::move(today)] {
    if (!self->stopped_) self->write(secret, today);
  });
}

void LegacyUse::write(const ObjectPtr& secret, const std::string& day) {
  const std::string ns(secret->ns()), name(secret->name());
  const auto key = ns + "/" + name;
  if (!busy_.insert(key).second) return;
  registry_.change(
      own_call(registry_.cache(), *find_resource("", "v1", "secrets"), ns, name, "update"),
      Part::kMain,
      [day, uid = std::string(secret->uid())](const Object& stored,
                                              const Message& current) -> Result<MessagePtr> {
        // One of the same name is not that of the token.
        if (stored.uid() != uid) return Status(Code::kNotFound, "the secret is gone");
        MessagePtr next = clone(current);
        (*metadata_of(*next)->mutable_labels())[kLastUsed] = day;
        return next;
      },
      [self = shared_from_this(), key](const Result<Answer>& result) {
        auto& context = self->registry_.context();
        if (!result.ok() && result.code() != Code::kNotFound)
          context.log().warn("the last use of a token cannot be noted",
                             {{"secret", key}, {"error", result.status().to_string()}});
        context.loop().post([self, key] { self->busy_.erase(key); });
      });
}

}  // namespace kubus::apiserver
