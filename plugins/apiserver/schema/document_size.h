// How large values of a schema can be in the JSON of a request, and how small: what the costs of
// rules are estimated by, before anything is there to look at. The numbers are the reference's.
//
// Thread safety: pure functions.
#pragma once

#include <cstdint>
#include <optional>

#include "schema/schema.h"

namespace kubus::apiserver {

// The largest request that is taken.
inline constexpr std::uint64_t kLargestRequest = 3 * 1024 * 1024;

// The bytes of the smallest value.
std::uint64_t smallest_json(const Schema& schema);
// How many characters, items or entries a value can have; 0 for what has none.
std::uint64_t most_elements(const Schema& schema);
// How many values of that schema one request can hold, where nothing bounds the lists and maps they
// are in.
std::uint64_t most_values(const Schema& schema);
// How many items or members that are not declared are said to be in a value at most; 1 for what has
// none, nothing where it does not say.
std::optional<std::uint64_t> said_elements(const Schema& schema);

}  // namespace kubus::apiserver
