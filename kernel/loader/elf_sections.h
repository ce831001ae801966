// Reads named sections of an ELF64 shared library without running, mapping or trusting any of it.
//
// Thread safety: pure functions on a file descriptor.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "kubus/status.h"

namespace kubus::kernel {

// The contents of each of `names`, in their order; empty for a section that is absent. An error
// when the file is no little-endian ELF64 shared library, when any offset points
// outside it, or when a wanted section is larger than `limit`.
Result<std::vector<std::string>> read_elf_sections(int fd,
                                                   const std::vector<std::string_view>& names,
                                                   std::size_t limit);

}  // namespace kubus::kernel
