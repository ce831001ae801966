#include <kubus/controller.h>
#include <kubus/pki/files.h>
#include <kubus/plugin.h>

#include <optional>

#include "account_tokens.h"

namespace kubus::serviceaccount_token {

class AccountTokenPlugin : public Plugin {
 public:
  using Plugin::Plugin;

  Status start() override {
    KUBUS_TRY(read_files());
    InformerOptions tokens;
    tokens.field_selector = std::string("type=") + kType;
    controller_.watch<core_v1::ServiceAccount>(
        [this](const core_v1::ServiceAccount& account) { return secrets_of(account); });
    return controller_.reconcile<core_v1::Secret>(
        [this](const core_v1::Secret& secret) { return reconcile(secret); }, tokens);
  }

 private:
  Status read_files() {
    const auto key_file = context().config().string("signing_key_file");
    if (key_file.empty()) {
      context().log().info("no signing_key_file is set: Secrets with tokens are not filled");
      return {};
    }
    auto text = pki::read_file(key_file);
    if (!text.ok()) return text.status().annotate("signing_key_file");
    auto key = pki::SigningKey::parse(*text);
    if (!key.ok()) return key.status().annotate("signing_key_file: " + key_file);
    key_ = std::move(*key);
    const auto ca_file = context().config().string("ca_file");
    if (ca_file.empty()) return {};
    auto ca = pki::read_file(ca_file);
    if (!ca.ok()) return ca.status().annotate("ca_file");
    ca_ = std::move(*ca);
    return {};
  }

  std::vector<ObjectKey> secrets_of(const core_v1::ServiceAccount& account) {
    const auto& metadata = account.metadata();
    std::vector<ObjectKey> keys;
    for (const auto& secret : controller_.informer<core_v1::Secret>().list(metadata.namespace_()))
      if (account_of(*secret) == metadata.name())
        keys.push_back({metadata.namespace_(), secret->metadata().name()});
    return keys;
  }

  Outcome reconcile(const core_v1::Secret& secret) {
    const auto name = account_of(secret);
    if (name.empty() || secret.metadata().has_deletiontimestamp()) return Outcome::done();
    const auto& ns = secret.metadata().namespace_();
    // The cache may be behind a Secret that was made right after its account.
    auto account = controller_.client().get<core_v1::ServiceAccount>({ns, name});
    if (account.code() == Code::kNotFound) return remove(secret);
    if (!account.ok()) return account.status();
    if (is_of_another(secret, *account)) return remove(secret);
    if (!key_) return Outcome::done();
    auto wanted = filled(secret, *account, *key_, ca_);
    if (!wanted.ok()) return wanted.status();
    if (same_content(*wanted, secret)) return Outcome::done();
    const Status written = controller_.client().update(*wanted).status();
    return written.code() == Code::kNotFound ? Status() : written;
  }

  Status remove(const core_v1::Secret& secret) {
    DeleteOptions options;
    options.uid = secret.metadata().uid();
    options.resource_version = secret.metadata().resourceversion();
    const Status removed = controller_.client().remove<core_v1::Secret>(key_of(secret), options);
    return removed.code() == Code::kNotFound ? Status() : removed;
  }

  std::optional<pki::SigningKey> key_;
  std::string ca_;
  Controller controller_{context(), "serviceaccount-token"};
};

}  // namespace kubus::serviceaccount_token

KUBUS_PLUGIN(kubus::serviceaccount_token::AccountTokenPlugin)
