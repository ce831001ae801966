// Which client belongs to which endpoint (session affinity) is known to the kernel alone. Before a
// table is replaced, it is read back, so that clients keep their endpoints.
//
// Thread safety: as Nft.
#pragma once

#include <string>

#include "kubus/nft.h"
#include "table.h"

namespace kubus::proxy_nftables {

// Commands that put the clients found in the kernel's present table into the sets that `table`
// still has. Empty when there are none, or no table.
std::string remembered_clients(Nft& nft, const Table& table);
// The same from the library's JSON listing of sets.
std::string remembered_clients(const std::string& listing, const Table& table);

}  // namespace kubus::proxy_nftables
