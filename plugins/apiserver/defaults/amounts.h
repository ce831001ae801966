// Amounts of resources, which are kept in thousandths.
//
// Thread safety: a pure function.
#pragma once

#include <google/protobuf/map.h>
#include <k8s/apimachinery/quantity.pb.h>

#include <string>

#include "kubus/api/types.h"

namespace kubus::apiserver {

using Amounts = google::protobuf::Map<std::string, Quantity>;

// Rounds up what is finer.
void round_amounts(Amounts& amounts);

}  // namespace kubus::apiserver
