// Converter: asks the webhooks that convert custom resources from one version to another.
//
// Thread safety: all members from any thread. Answers arrive on the context's loop.
#pragma once

#include <boost/json/value.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cache/cluster_cache.h"
#include "kubus/context.h"
#include "kubus/function.h"
#include "kubus/http/client.h"
#include "webhooks/post.h"

namespace kubus::apiserver {

// How the webhook of a definition is reached, and what it understands.
struct ConversionHook {
  std::string definition;  // "crontabs.example.com"
  webhooks::Address address;
  Result<std::shared_ptr<const http::ClientTls>> tls = Status(Code::kUnknown, "no TLS");
  std::vector<std::string> review_versions;
};

class Converter {
 public:
  // Services are found in `cache`, which outlives this, as the context does.
  Converter(Context& context, ClusterCache& cache)
      : context_(context), cache_(cache), client_("conversion") {}

  // Makes text of what came back for the object at `index`, if it may be believed. Runs on the
  // client's thread, where nobody else waits.
  using Read = UniqueFunction<Result<std::string>(std::size_t index, boost::json::value converted)>;
  using Texts = std::vector<Result<std::string>>;
  // A failure begins with "failed" or "returned". It is `answered` where the webhook said so
  // itself: it may say something else of other objects.
  using Done = UniqueFunction<void(Result<Texts> texts, bool answered)>;
  // Asks for `objects`, the JSON of each (there is one), in `api_version`. As many come back.
  void ask(const ConversionHook& hook, const std::string& api_version,
           const std::vector<std::string_view>& objects, http::AskerPtr asker, Read read,
           Done done);
  void on_loop(Task task) { context_.loop().post(std::move(task)); }

 private:
  Context& context_;
  ClusterCache& cache_;
  http::Client client_;
};

}  // namespace kubus::apiserver
