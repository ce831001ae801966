#include "server/authorizer_keeper.h"

#include <utility>

namespace kubus::apiserver {

AuthorizerKeeper::AuthorizerKeeper(Context& context, const Options& options,
                                   Authorizers& authorizers, Local local)
    : context_(context),
      options_(options),
      authorizers_(authorizers),
      local_(std::move(local)),
      file_(
          context, "authorization_config", options.authorization_config,
          [this](const std::string& text) { return use(text); },
          [this] { return authorizers_.sweep(); }) {}

Status AuthorizerKeeper::open() {
  if (!options_.authorization_config.empty()) return file_.open();
  std::vector<AuthorizerSettings> settings(2);
  settings[0].type = "Node", settings[0].name = "node";
  settings[1].type = "RBAC", settings[1].name = "rbac";
  if (!options_.authorization_webhook.config_file.empty())
    settings.push_back({"Webhook", "default", options_.authorization_webhook});
  auto chain = chain_of(settings);
  if (!chain.ok()) return chain.status().annotate("authorization_webhook_config_file");
  authorizers_.replace(std::move(*chain));
  return {};
}

Status AuthorizerKeeper::use(const std::string& text) {
  const auto settings = read_authorization_config(text, needed_);
  if (!settings.ok()) return settings.status();
  auto chain = chain_of(*settings);
  if (!chain.ok()) return chain.status();
  if (needed_.empty())
    for (const auto& one : *settings)
      if (one.type != "Webhook") needed_.push_back(one.type);
  authorizers_.replace(std::move(*chain));
  return {};
}

Result<AuthorizerChain> AuthorizerKeeper::chain_of(
    const std::vector<AuthorizerSettings>& settings) const {
  AuthorizerChain chain;
  chain.push_back({make_masters_authorizer(), nullptr});
  chain.push_back({local_.plugins, nullptr});
  for (const auto& one : settings) {
    auto& step = chain.emplace_back();
    step.decisions = {one.type, one.name};
    if (one.type == "Node") step.local = local_.node;
    if (one.type == "RBAC") step.local = local_.rbac;
    if (one.type == "AlwaysAllow") step.local = make_allowing_authorizer();
    if (one.type == "AlwaysDeny") step.local = make_denying_authorizer();
    if (one.type != "Webhook") continue;
    auto webhook = make_webhook_authorizer(context_, one.webhook);
    if (!webhook.ok()) return webhook.status();
    step.remote = std::move(*webhook);
  }
  return chain;
}

}  // namespace kubus::apiserver
