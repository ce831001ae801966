// Begins the metrics of this process anew, for servers whose administrators ask for that.
//
// Thread safety: from any thread, also while series are updated.
#pragma once

namespace kubus::metrics {

// All counters and histograms that have labels are 0 again, whoever made them. Gauges, which say
// what is, and series without labels stay.
void reset();

}  // namespace kubus::metrics
