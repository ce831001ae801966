// The one cluster of a test binary: made before its first test, gone after its last.
//
// Thread safety: by one thread.
#pragma once

#include "cluster.h"

namespace kubus::e2e {

// Up, with the image demo:1.0; null where no cluster can run.
integration::Cluster* shared_cluster();

}  // namespace kubus::e2e
