// From API objects to the proxy's model. Nothing of an object gets into rule text but numbers and
// addresses that were read and printed again.
//
// Thread safety: pure functions.
#pragma once

#include <optional>
#include <string>

#include "model.h"

namespace k8s::io::api::core::v1 {
class Service;
}
namespace k8s::io::api::discovery::v1 {
class EndpointSlice;
}

namespace kubus::proxy_nftables {

// None for a service that a proxy has nothing to do with: headless, an external name, or another
// proxy's by its label.
std::optional<Service> to_service(const k8s::io::api::core::v1::Service& object);

// None for a slice without a service or with host names for addresses.
std::optional<EndpointSlice> to_slice(const k8s::io::api::discovery::v1::EndpointSlice& object,
                                      const std::string& node_name);

// The usual text form of an address; empty for what is none.
std::string canonical_address(const std::string& text);

}  // namespace kubus::proxy_nftables
