// Small secret files: mode 0600, and never half-written.
//
// Thread safety: free functions; two writers of one path do not mix, the last one wins.
#pragma once

#include <string>

#include "kubus/pki/certificate.h"
#include "kubus/status.h"

namespace kubus::pki {

// kNotFound when there is no such file.
Result<std::string> read_file(const std::string& path);
// Written beside `path`, synced, then moved there.
Status write_file(const std::string& path, const std::string& text);
// Makes the directory and those above it; the last one with mode 0700.
Status make_directory(const std::string& path);

struct PairFiles {
  std::string certificate;
  std::string key;
};
// Both files, or a pair of empty texts when there is neither.
Result<Pair> load(const PairFiles& files);
Status save(const PairFiles& files, const Pair& pair);

}  // namespace kubus::pki
