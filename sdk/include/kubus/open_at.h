// Opening what is below a directory that others may change at any moment.
//
// Thread safety: free functions. Nothing is returned, and errno says why, when it cannot be opened;
// O_CLOEXEC is added.
#pragma once

#include <string_view>

#include "kubus/unique_fd.h"

namespace kubus {

// As a process whose root is `root` would open it: links cannot lead outside.
UniqueFd open_in_root(int root, std::string_view path, int flags, unsigned mode = 0);

// Links may lead to anything below `root`. EXDEV: one leads outside, as every absolute one does.
UniqueFd open_beneath(int root, std::string_view path, int flags);

}  // namespace kubus
