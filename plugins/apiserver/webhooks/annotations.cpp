#include "webhooks/annotations.h"

#include "audit/record.h"
#include "kubus/api/json.h"

namespace kubus::apiserver::webhooks {
namespace {

std::string place_text(int round, std::size_t place) {
  return "round_" + std::to_string(round) + "_index_" + std::to_string(place);
}

// What was said first stays.
void annotate(const Call& call, std::string key, std::string value) {
  if (call.record) call.record->annotations.add(std::move(key), std::move(value));
}

}  // namespace

Annotator::Annotator(const Call& call, const Webhook& webhook, int round, std::size_t place)
    : call_(call), webhook_(webhook), place_(place_text(round, place)) {}

std::string Annotator::key(const char* prefix) const { return prefix + place_; }

std::string Annotator::who() const {
  std::string out = R"({"configuration":)";
  append_json_string(webhook_.configuration, out);
  out += R"(,"webhook":)";
  append_json_string(webhook_.name, out);
  return out;
}

void Annotator::mutated(bool changed) const {
  if (!call_.record) return;
  annotate(call_, key("mutation.webhook.admission.k8s.io/"),
           who() + R"(,"mutated":)" + (changed ? "true}" : "false}"));
}

void Annotator::patched(const std::string& operations) const {
  if (!call_.record || !call_.record->wants_request()) return;
  annotate(call_, key("patch.webhook.admission.k8s.io/"),
           who() + R"(,"patch":)" + operations + R"(,"patchType":"JSONPatch"})");
}

void Annotator::failed_open() const {
  annotate(call_, key("failed-open.mutation.webhook.admission.k8s.io/"), webhook_.name);
}

void annotate_failed_open(const Call& call, const Webhook& webhook, std::size_t place) {
  annotate(call, "failed-open.validating.webhook.admission.k8s.io/" + place_text(0, place),
           webhook.name);
}

}  // namespace kubus::apiserver::webhooks
