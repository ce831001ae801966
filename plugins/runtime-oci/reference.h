// Image references: "busybox" is docker.io/library/busybox:latest.
//
// Thread safety: values.
#pragma once

#include <string>
#include <string_view>

#include "kubus/status.h"

namespace kubus::runtime_oci {

struct Reference {
  std::string domain;  // "docker.io", "localhost:5000"
  std::string path;    // "library/busybox"
  std::string tag;     // "latest"; empty when a digest is given without one
  std::string digest;  // "sha256:..." or empty

  // Invalid for what is no reference. A name without tag and digest gets the tag "latest".
  static Result<Reference> parse(std::string_view text);

  std::string repository() const { return domain + "/" + path; }
  // "docker.io/library/busybox:1" or, with a digest, "docker.io/library/busybox@sha256:...".
  std::string to_string() const;
  std::string tagged() const { return repository() + ":" + tag; }
};

// "sha256:" and 64 lower-case hexadecimal digits.
bool is_digest(std::string_view text);
// The digits of "sha256:<digits>".
std::string digest_hex(std::string_view digest);

}  // namespace kubus::runtime_oci
