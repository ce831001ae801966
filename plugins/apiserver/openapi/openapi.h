// OpenApi: the description of the API for `kubectl explain`, validation and generated clients.
//
// Thread safety: safe for all threads. Documents are written anew for every call and not kept: they
// are asked for rarely and are large. Only their hashes are remembered.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kubus/api/resource.h"
#include "openapi/about.h"
#include "openapi/described.h"

namespace kubus::apiserver {

class OpenApi {
 public:
  // The built-in stable resources; `version` is the server's, as "v1.35.0".
  explicit OpenApi(std::string version);
  // Resources without a message are left out, and so are those among `described`, which have a
  // schema instead. All must outlive the object.
  OpenApi(std::vector<const ResourceInfo*> resources, std::string version,
          std::vector<DescribedKind> described = {});

  // The body of /openapi/v3: where the document of each group version is, with its hash. `others`
  // are those of other servers: "apis/GROUP/VERSION" and where it is.
  using Pages = std::map<std::string, std::string>;
  std::string index(const Pages& others = {}) const;
  // The document of a page of it, as "apis/GROUP/VERSION"; nothing for one that is not served.
  std::optional<std::string> document(std::string_view path) const;
  // The body of /openapi/v2: everything in one document.
  std::string document_v2() const;

 private:
  struct Part {
    std::string path;
    std::vector<const ResourceInfo*> resources;
    std::vector<const DescribedKind*> described;
    std::optional<About> about;
  };

  Part& part_of(const ResourceInfo& resource);
  Part& part_at(const std::string& path);
  static void add_types(SchemaSet& types, const Part& part, OpenApiVersion version);
  static void write_paths(JsonOut& out, const Part& part, OpenApiVersion version);
  std::string write(const Part& part) const;

  std::vector<DescribedKind> described_;

  std::vector<Part> parts_;
  std::string version_;
  mutable std::mutex mutex_;
  mutable Pages pages_;  // guarded by mutex_; empty until asked for
};

}  // namespace kubus::apiserver
