#include "webhooks/metrics.h"

#include <algorithm>
#include <string>

#include "kubus/metrics.h"

namespace kubus::apiserver::webhooks {
namespace {

constexpr int kGreatestCode = 600;

const char* type_of(const Webhook& webhook) { return webhook.mutates ? "admit" : "validating"; }

const char* error_type(Outcome::End end) {
  if (end == Outcome::End::kNotCalled) return "calling_webhook_error";
  return end == Outcome::End::kFailed ? "apiserver_internal_error" : "no_error";
}

metrics::Labels condition_labels(const Webhook& webhook, std::string_view operation) {
  return {{"kind", "webhook"},
          {"name", webhook.name},
          {"operation", std::string(operation)},
          {"type", type_of(webhook)}};
}

}  // namespace

void count(const Webhook& webhook, std::string_view operation, const Outcome& outcome,
           std::chrono::steady_clock::duration took) {
  if (outcome.end == Outcome::End::kGivenUp) return;
  const std::string verb(operation);
  const std::string rejected = outcome.status.ok() ? "false" : "true";
  const auto code = std::to_string(std::min(outcome.code, kGreatestCode));
  metrics::counter("apiserver_admission_webhook_request_total",
                   "Requests to webhooks by webhook, operation, answer and what came of it",
                   {{"code", code},
                    {"name", webhook.name},
                    {"operation", verb},
                    {"rejected", rejected},
                    {"type", type_of(webhook)}})
      .add();
  metrics::histogram("apiserver_admission_webhook_admission_duration_seconds",
                     "How long webhooks took, by webhook, operation and what came of it",
                     {0.005, 0.025, 0.1, 0.5, 1, 2.5, 10, 25},
                     {{"name", webhook.name},
                      {"operation", verb},
                      {"rejected", rejected},
                      {"type", type_of(webhook)}})
      .observe(std::chrono::duration<double>(took).count());
  if (outcome.failed_open())
    metrics::counter("apiserver_admission_webhook_fail_open_count",
                     "Requests that went on without the webhook that could not be called",
                     {{"name", webhook.name}, {"type", type_of(webhook)}})
        .add();
  if (outcome.status.ok()) return;
  metrics::counter("apiserver_admission_webhook_rejection_count",
                   "Requests that ended at a webhook, by webhook, operation and reason",
                   {{"error_type", error_type(outcome.end)},
                    {"name", webhook.name},
                    {"operation", verb},
                    {"rejection_code", code},
                    {"type", type_of(webhook)}})
      .add();
}

void count_excluded(const Webhook& webhook, std::string_view operation) {
  metrics::counter("apiserver_admission_match_condition_exclusions_total",
                   "Requests that match conditions kept from a webhook",
                   condition_labels(webhook, operation))
      .add();
}

void count_condition_error(const Webhook& webhook, std::string_view operation) {
  metrics::counter("apiserver_admission_match_condition_evaluation_errors_total",
                   "Match conditions that could not be evaluated",
                   condition_labels(webhook, operation))
      .add();
}

}  // namespace kubus::apiserver::webhooks
