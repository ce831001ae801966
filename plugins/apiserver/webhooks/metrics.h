// What is counted of webhooks, under the names of the reference.
//
// Thread safety: free functions, from any thread.
#pragma once

#include <chrono>
#include <string_view>

#include "webhooks/outcome.h"
#include "webhooks/webhook.h"

namespace kubus::apiserver::webhooks {

// `operation`: "CREATE". What was given up does not count.
void count(const Webhook& webhook, std::string_view operation, const Outcome& outcome,
           std::chrono::steady_clock::duration took);
// Its conditions say that it is not to be asked.
void count_excluded(const Webhook& webhook, std::string_view operation);
// One of its conditions could not be evaluated.
void count_condition_error(const Webhook& webhook, std::string_view operation);

}  // namespace kubus::apiserver::webhooks
