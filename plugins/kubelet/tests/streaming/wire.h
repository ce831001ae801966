// The client in memory that the SDK's tests have, under the name of those of this folder.
#pragma once

#include "fake_exchange.h"
#include "websocket_client.h"

namespace kubus::kubelet::test {

using namespace kubus::testing;

}  // namespace kubus::kubelet::test
