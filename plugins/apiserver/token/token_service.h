// Everything about bearer tokens, put together once the keys have been read.
//
// Thread safety: load() once; the rest from any thread, also before that.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "cache/cluster_cache.h"
#include "kubus/function.h"
#include "kubus/status.h"
#include "token/service_account_tokens.h"
#include "token/token_authenticator.h"
#include "token/token_issuer.h"

namespace kubus::apiserver {

struct TokenOptions {
  // The first one issues, tokens of the others are believed as well. Not empty.
  std::vector<std::string> issuers;
  Audiences audiences;  // of this server; empty: the issuers
  std::vector<std::string> key_files;
  bool extend_expiration = true;
  std::int64_t max_expiration = 0;  // seconds; 0: no limit
  std::string jwks_uri;
  std::string static_tokens_file;  // empty: none
  bool bootstrap_tokens = true;
};

class TokenService {
 public:
  // `signing_key`: as PEM text. Files are read. `cache` outlives it. kInvalid that names the file
  // for one that cannot be used.
  // `remote` makes those for tokens of others, for these audiences.
  using MakeRemote = UniqueFunction<Result<RemoteTokens>(const Audiences& own)>;
  Status load(const TokenOptions& options, const std::string& signing_key, ClusterCache& cache,
              MakeRemote remote);
  // Where a request goes on that waited for an answer; before load().
  void resume_by(Resumption::Run run) { resume_ = std::move(run); }
  // Told of tokens in Secrets that are used; before load().
  void watch_legacy(LegacyUsed used) { legacy_used_ = std::move(used); }
  // In place of those that load() made.
  void replace_remote(RemoteTokens remote) { authenticators_->replace_remote(std::move(remote)); }
  bool sweep() { return authenticators_->sweep(); }
  // Nobody else is asked any more.
  void close() {
    if (authenticators_) authenticators_->close();
  }

  // Null until loaded.
  const TokenIssuer* issuer() const { return issuer_now_.load(std::memory_order_acquire); }
  const TokenAuthenticators* authenticators() const {
    return authenticators_now_.load(std::memory_order_acquire);
  }

 private:
  Resumption::Run resume_;
  LegacyUsed legacy_used_;
  std::unique_ptr<TokenIssuer> issuer_;
  std::unique_ptr<TokenAuthenticators> authenticators_;
  std::atomic<const TokenIssuer*> issuer_now_{nullptr};
  std::atomic<const TokenAuthenticators*> authenticators_now_{nullptr};
};

// What a request is told that came before.
Status not_ready();

}  // namespace kubus::apiserver
