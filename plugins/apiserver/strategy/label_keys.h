// Selectors that look at the labels of the pod they are written in.
//
// Thread safety: a pure function.
#pragma once

#include "kubus/api/types.h"

namespace k8s::io::api::core::v1 {
class Pod;
}

namespace kubus::apiserver {

// Writes the values that a new pod has for `matchLabelKeys` and `mismatchLabelKeys` into the
// selectors beside them, where schedulers look. Keys that it has no label for say nothing.
void merge_label_keys(core_v1::Pod& pod);

}  // namespace kubus::apiserver
