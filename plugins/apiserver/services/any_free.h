// Finds what is free in a row of flags.
//
// Thread safety: a pure function but for its randomness.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

namespace kubus::apiserver {

// The first free one at or behind a random place of [from, to), wrapping around.
std::optional<std::size_t> any_free(const std::vector<bool>& taken, std::size_t from,
                                    std::size_t to);

}  // namespace kubus::apiserver
