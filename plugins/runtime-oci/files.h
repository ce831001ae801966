// Small file work: atomic writes, paths resolved inside a root.
//
// Thread safety: values and free functions; distinct objects are independent.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kubus/status.h"
#include "kubus/unique_fd.h"

namespace kubus::runtime_oci {

// "what: reason of errno" with the code that fits it.
Status errno_status(std::string_view what, int error);
Status errno_status(std::string_view what);

Result<std::string> read_file(const std::string& path, std::size_t max = 64u << 20);
// The reader of a small file of digits; `fallback` when it is absent or none.
std::uint64_t read_number(const std::string& path, std::uint64_t fallback);
// Written beside and renamed over. `durable`: also on disk when it returns.
Status write_file(const std::string& path, std::string_view data, unsigned mode, bool durable);
// Into an existing file (of a kernel file system), in one write.
Status write_existing(const std::string& path, std::string_view data);
Status write_all(int fd, std::string_view data);
Status make_dirs(const std::string& path, unsigned mode = 0700);
Status remove_tree(const std::string& path);
std::vector<std::string> list_dir(const std::string& path);
bool exists(const std::string& path);
Status sync_dir(const std::string& path);

// Opens `path` as a process whose root is `root` would: symlinks cannot lead outside. O_CLOEXEC is
// added.
Result<UniqueFd> open_in_root(int root, std::string_view path, int flags, unsigned mode = 0);

// 64 hexadecimal digits nobody has used.
std::string random_id();
std::int64_t now_ns();

}  // namespace kubus::runtime_oci
