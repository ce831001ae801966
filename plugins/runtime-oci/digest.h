// SHA-256, as a stream.
//
// Thread safety: an object belongs to one thread at a time.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "kubus/status.h"

namespace kubus::runtime_oci {

class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  void update(std::string_view data);
  // "sha256:<64 digits>" of what came so far; the object is spent.
  std::string finish();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

std::string sha256_of(std::string_view data);
Result<std::string> sha256_of_file(const std::string& path);

}  // namespace kubus::runtime_oci
