#include "custom/conversion.h"

#include <algorithm>
#include <boost/json.hpp>
#include <utility>

#include "cache/json_scan.h"
#include "custom/conversion_review.h"
#include "kubus/api/base64.h"
#include "kubus/api/json.h"
#include "kubus/api/json_value.h"

namespace kubus::apiserver {
namespace {

namespace json = boost::json;

// Of one question.
constexpr std::size_t kMostObjects = 100;
constexpr std::size_t kMostBytes = std::size_t{1} << 20;

std::string text_at(const json::value* value, std::string_view pointer) {
  boost::system::error_code missing;
  const auto* found = value ? value->find_pointer(pointer, missing) : nullptr;
  return found && found->is_string() ? std::string(found->get_string()) : std::string();
}

ConversionHook hook_of(const json::value& webhook) {
  ConversionHook out;
  boost::system::error_code missing;
  out.address.url = text_at(&webhook, "/clientConfig/url");
  out.address.service = text_at(&webhook, "/clientConfig/service/name");
  out.address.service_namespace = text_at(&webhook, "/clientConfig/service/namespace");
  out.address.path = text_at(&webhook, "/clientConfig/service/path");
  if (const auto* port = webhook.find_pointer("/clientConfig/service/port", missing);
      port && port->is_int64())
    out.address.port = static_cast<std::int32_t>(port->get_int64());
  if (const auto* versions = webhook.find_pointer("/conversionReviewVersions", missing);
      versions && versions->is_array())
    for (const auto& version : versions->get_array())
      if (version.is_string()) out.review_versions.emplace_back(version.get_string());
  auto bundle = decode_base64(text_at(&webhook, "/clientConfig/caBundle"));
  out.tls = bundle.ok() ? http::ClientTls::trusting(*bundle)
                        : Result<std::shared_ptr<const http::ClientTls>>(bundle.status());
  return out;
}

// "example.com/v1, Kind=CronTab", of the text of an object.
std::string type_of(std::string_view text) {
  return json_text(json_at(text, "apiVersion")) + ", Kind=" + json_text(json_at(text, "kind"));
}

Status failure(std::string_view text, const Status& why) {
  return Status(Code::kUnknown, "conversion webhook for " + type_of(text) + " " + why.message());
}

}  // namespace

// Somebody who wants to see objects.
struct Conversion::Showing {
  std::vector<ObjectPtr> objects;  // those that are known are shown already
  std::vector<Status> failures;    // of the others; as many as there are objects
  std::size_t open = 0;
  bool left = false;  // they do not wait for it
  Shown done;
  Registration leaving;

  void end() {
    for (const auto& status : failures)
      if (!status.ok()) return done(status);
    done(std::move(objects));
  }
};

// Questions that are asked one after the other.
struct Conversion::Asking {
  const CustomKind* wanted = nullptr;
  CrowdPtr crowd;
  std::deque<Batch> batches;
};

Conversion::Conversion(const Bytes& definition, const json::object& tree, Converter& converter,
                       ConversionHook hook)
    : converter_(converter), hook_(std::move(hook)), family_(definition, tree, this) {}

std::shared_ptr<Conversion> Conversion::of(const Bytes& definition, const json::object& tree,
                                           Converter& converter) {
  const auto* spec = tree.if_contains("spec");
  if (text_at(spec, "/conversion/strategy") != "Webhook") return nullptr;
  boost::system::error_code missing;
  const auto* versions = spec->find_pointer("/versions", missing);
  const auto* webhook = spec->find_pointer("/conversion/webhook", missing);
  if (!versions || !versions->is_array() || versions->get_array().size() < 2 || !webhook)
    return nullptr;
  auto hook = hook_of(*webhook);
  hook.definition = text_at(tree.if_contains("metadata"), "/name");
  return std::shared_ptr<Conversion>(
      new Conversion(definition, tree, converter, std::move(hook)));
}

ObjectPtr Conversion::known(const ObjectPtr& object, const CustomKind& wanted) const {
  if (&object->resource() == &wanted && !object->foreign()) return object;
  if (auto found = object->in(wanted)) return found;
  // It may be stored in the very version that is wanted.
  if (!object->foreign() ||
      json_text(json_at(object->json().view(), "apiVersion")) != wanted.api_version())
    return nullptr;
  auto made = Object::make(wanted, object->stored(), object->revision(), object->stale());
  if (!made.ok()) return nullptr;
  object->keep(*made);
  return *made;
}

std::string Conversion::question_about(const Object& object) const {
  auto text = object.unversioned();
  if (!object.foreign()) return text;
  const auto* kind = family_.find(json_text(json_at(text, "apiVersion")));
  return kind ? kind->present(text) : text;
}

Conversion::WaitersPtr Conversion::join(const Key& key, std::vector<CrowdPtr>& crowds) {
  auto there = waiting_[key].lock();
  if (!there || std::find(crowds.begin(), crowds.end(), there->crowd) != crowds.end())
    return there;
  if (!there->crowd->enter()) return nullptr;
  crowds.push_back(there->crowd);
  return there;
}

void Conversion::show(std::vector<ObjectPtr> objects, const CustomKind& wanted,
                      const http::AskerPtr& asker, Shown done) {
  auto showing = std::make_shared<Showing>();
  Batch asked;
  CrowdPtr own;  // of what is asked now
  std::vector<CrowdPtr> crowds;
  bool waits = false;
  std::vector<WaitersPtr> joined;  // may be the last to hold them: not in the lock
  {
    std::lock_guard lock(mutex_);
    for (std::size_t i = 0; i < objects.size(); ++i) {
      auto& object = objects[i];
      if (auto shown = known(object, wanted)) {
        object = std::move(shown);
        continue;
      }
      ++showing->open;
      const Key key(object.get(), &wanted);
      auto waiters = join(key, crowds);
      if (!waiters) {
        if (!own) own = crowds.emplace_back(std::make_shared<Crowd>());
        waiters = std::make_shared<Waiters>(Waiters{own, {}});
        waiting_[key] = waiters;
        asked.objects.push_back(object);
        asked.waiters.push_back(waiters);
      }
      waiters->all.push_back({showing, i});
      joined.push_back(std::move(waiters));
    }
    showing->failures.resize(objects.size());
    showing->objects = std::move(objects);
    showing->done = std::move(done);
    waits = showing->open > 0;
  }
  if (!waits) return showing->end();
  if (asker)
    showing->leaving = asker->on_leave([weak = weak_from_this(), gone = std::weak_ptr(showing)] {
      const auto self = weak.lock();
      const auto left = gone.lock();
      if (self && left) self->leave(*left);
    });
  for (const auto& crowd : crowds) crowd->watch(asker);
  if (own) ask(std::move(asked), wanted, std::move(own));
}

void Conversion::leave(Showing& showing) {
  std::vector<ObjectPtr> objects;  // end without the lock
  Shown done;
  {
    std::lock_guard lock(mutex_);
    if (showing.open == 0 || std::exchange(showing.left, true)) return;
    objects.swap(showing.objects);
    done = std::move(showing.done);
  }
  converter_.on_loop([done = std::move(done)]() mutable {
    done(Status(Code::kCancelled, "context canceled"));
  });
}

void Conversion::ask(Batch all, const CustomKind& wanted, CrowdPtr crowd) {
  auto asking = std::make_shared<Asking>();
  asking->wanted = &wanted;
  asking->crowd = std::move(crowd);
  for (std::size_t i = 0; i < all.objects.size(); ++i) {
    auto text = question_about(*all.objects[i]);
    if (asking->batches.empty() || asking->batches.back().objects.size() >= kMostObjects ||
        asking->batches.back().bytes + text.size() > kMostBytes)
      asking->batches.emplace_back();
    auto& batch = asking->batches.back();
    batch.bytes += text.size();
    batch.objects.push_back(std::move(all.objects[i]));
    batch.waiters.push_back(std::move(all.waiters[i]));
    batch.texts.push_back(std::move(text));
  }
  ask_next(asking);
}

void Conversion::ask_next(const std::shared_ptr<Asking>& asking) {
  if (asking->batches.empty()) return;
  auto batch = std::make_shared<Batch>(std::move(asking->batches.front()));
  asking->batches.pop_front();
  const std::vector<std::string_view> texts(batch->texts.begin(), batch->texts.end());
  const auto self = shared_from_this();
  auto read_one = [self, asking, batch](std::size_t i, json::value converted) {
    return self->read(batch->texts[i], *asking->wanted, Rest::kDropped, std::move(converted));
  };
  auto settle_all = [self, asking, batch](const Result<Converter::Texts>& answer, bool answered) {
    self->settle(asking, std::move(*batch), answer, answered);
  };
  converter_.ask(hook_, asking->wanted->api_version(), texts, asking->crowd->asker(),
                 std::move(read_one), std::move(settle_all));
}

void Conversion::settle(const std::shared_ptr<Asking>& asking, Batch batch,
                        const Result<Converter::Texts>& answer, bool answered) {
  const auto& wanted = *asking->wanted;
  if (answer.ok()) {
    for (std::size_t i = 0; i < batch.objects.size(); ++i) {
      const auto& text = (*answer)[i];
      complete(batch.objects[i], wanted, batch.waiters[i],
               text.ok() ? Object::make_converted(wanted, *text, batch.objects[i]->revision())
                         : Result<ObjectPtr>(text.status()));
    }
  } else if (answered && batch.objects.size() > 1) {
    // One of them is to blame: the others may be shown.
    split(batch, *asking);
  } else {
    fail(batch, wanted, answer.status());
    // Nobody is there to ask for the rest.
    const auto rest = answered ? std::deque<Batch>() : std::exchange(asking->batches, {});
    for (const auto& one : rest) fail(one, wanted, answer.status());
  }
  ask_next(asking);
}

void Conversion::split(const Batch& batch, Asking& asking) {
  const auto middle = batch.objects.size() / 2;
  Batch first, second;
  for (std::size_t i = 0; i < batch.objects.size(); ++i) {
    auto& half = i < middle ? first : second;
    half.objects.push_back(batch.objects[i]);
    half.waiters.push_back(batch.waiters[i]);
    half.texts.push_back(batch.texts[i]);
  }
  asking.batches.push_front(std::move(second));
  asking.batches.push_front(std::move(first));
}

void Conversion::fail(const Batch& batch, const CustomKind& wanted, const Status& why) {
  for (std::size_t i = 0; i < batch.objects.size(); ++i)
    complete(batch.objects[i], wanted, batch.waiters[i], failure(batch.texts[i], why));
}

void Conversion::complete(const ObjectPtr& object, const CustomKind& wanted,
                          const WaitersPtr& waiters, Result<ObjectPtr> shown) {
  std::vector<std::shared_ptr<Showing>> ended;
  {
    std::lock_guard lock(mutex_);
    if (shown.ok()) object->keep(*shown);
    for (const auto& [showing, index] : waiters->all) {
      --showing->open;
      if (showing->left) continue;
      if (shown.ok())
        showing->objects[index] = *shown;
      else
        showing->failures[index] = shown.status();
      if (showing->open == 0) ended.push_back(showing);
    }
    // One that was given up may have been asked about anew.
    const auto found = waiting_.find(Key(object.get(), &wanted));
    if (found != waiting_.end() && found->second.lock() == waiters) waiting_.erase(found);
  }
  for (const auto& showing : ended) showing->end();
}

Result<std::string> Conversion::read(const std::string& original, const CustomKind& wanted,
                                     Rest rest, json::value converted) const {
  json::value before;
  (void)parse_json(original, before).ok();
  if (auto status = settle_converted(before.as_object(), wanted.api_version(), converted);
      !status.ok())
    return failure(original, status);
  if (rest == Rest::kDropped) fit(converted.get_object(), wanted);
  CustomObject object;
  if (auto status = from_json(converted, object); !status.ok())
    return failure(original, status.annotate("failed"));
  return to_json(object);
}

void Conversion::convert(std::string text, const CustomKind& wanted, Rest rest,
                         http::AskerPtr asker, Converted done) {
  const auto self = shared_from_this();
  const auto original = std::make_shared<const std::string>(std::move(text));
  auto read_it = [self, original, &wanted, rest](std::size_t, json::value converted) {
    return self->read(*original, wanted, rest, std::move(converted));
  };
  auto end = [self, original, done = std::move(done)](Result<Converter::Texts> answer,
                                                           bool) mutable {
    done(answer.ok() ? std::move(answer->front()) : failure(*original, answer.status()));
  };
  converter_.ask(hook_, wanted.api_version(), {*original}, std::move(asker), std::move(read_it),
                 std::move(end));
}

}  // namespace kubus::apiserver
