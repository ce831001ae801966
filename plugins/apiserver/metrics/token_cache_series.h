// Tokens that are remembered once they are known: whose signature was verified, and what a webhook
// said. Those of kinds that nobody remembers are not counted.
//
// Thread safety: from any thread.
#pragma once

#include <chrono>

#include "metrics/counted.h"

namespace kubus::apiserver {

// Somebody showed one that is remembered (`hit`), or that had to be found out about first.
void count_token_lookup(bool hit, std::chrono::steady_clock::time_point begun);
// It was found out. `ok`: without trouble; that nobody knows it is none.
void count_token_fetch(bool ok);
// Until they end: one who waits for an answer, and a question that is being asked.
Counted token_blocked();
Counted token_in_flight();

}  // namespace kubus::apiserver
