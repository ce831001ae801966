// The plugin's configuration, checked and with its defaults worked out.
//
// Thread safety: a value.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "admission/event_limit.h"
#include "audit/log_file.h"
#include "auth/front_proxy.h"
#include "auth/webhook_authorizer.h"
#include "kubus/config.h"
#include "kubus/ip.h"
#include "kubus/status.h"
#include "oidc/settings.h"
#include "token/token_service.h"
#include "token/webhook_tokens.h"

namespace kubus::apiserver {

struct Options {
  std::string bind_address;
  std::uint16_t port = 0;
  std::string advertise_address;
  unsigned http_threads = 1;
  unsigned http2_streams = 100;  // of one connection
  std::string cert_dir;
  std::string tls_cert_file, tls_key_file;  // empty: apiserver.crt and .key in cert_dir
  std::vector<std::string> extra_sans;
  std::string cluster_domain;
  std::string kubeconfig_path;
  std::string kubeconfig_server;
  // One, or one of each family; the first is that of the kubernetes Service.
  std::vector<IpNetwork> service_cidrs;
  std::uint16_t node_port_first = 0;
  std::uint16_t node_port_last = 0;
  std::string kubelet_ca;
  std::size_t watch_history = 0;
  // Their sum is what fairness shares out; 0: no limit.
  std::size_t max_reads = 0;
  std::size_t max_writes = 0;
  std::vector<std::string> enabled_admission;
  std::vector<EventLimit> event_limits;
  std::vector<std::string> disabled_admission;
  std::string admission_config;  // a file; empty: plugins are as they are by default
  std::chrono::nanoseconds event_ttl{};
  std::chrono::milliseconds drain_grace{};
  TokenOptions tokens;
  std::optional<oidc::Settings> oidc;
  bool anonymous_auth = true;
  std::string authentication_config, authorization_config;  // files; empty: the keys say it
  TokenWebhookOptions token_webhook;
  WebhookAuthorizerOptions authorization_webhook;
  std::string audit_policy;  // a file; empty: nothing is recorded
  audit::LogOptions audit_log;
  std::string encryption_config;  // a file; empty: values are stored as they are
  std::string front_proxy_ca;     // a file; empty: there is no front proxy
  FrontProxyOptions front_proxy;

  // Of a server that listens on this port of the advertised address.
  std::string url(std::uint16_t at) const;

  // kBadRequest that names the key for a value that makes no sense.
  static Result<Options> from(const Config& config, const std::string& state_dir);
};

}  // namespace kubus::apiserver
