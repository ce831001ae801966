// What a row of probe results comes to.
//
// Thread safety: a value.
#pragma once

namespace kubus::kubelet {

// `passing` moves after so many equal results in a row.
struct Verdict {
  bool passing = false;
  int streak = 0;
  bool last = false;

  // True when `passing` changed.
  bool add(bool success, int success_threshold, int failure_threshold) {
    streak = success == last ? streak + 1 : 1;
    last = success;
    const int needed = success ? success_threshold : failure_threshold;
    if (streak < needed || passing == success) return false;
    passing = success;
    return true;
  }
  bool failed(int failure_threshold) const { return !last && streak >= failure_threshold; }
};

}  // namespace kubus::kubelet
