#include "server/options.h"

#include <algorithm>
#include <charconv>
#include <sstream>
#include <thread>

#include "server/advertise.h"
#include "token/claims.h"

namespace kubus::apiserver {
namespace {

Status bad(const char* key, const std::string& why) {
  return Status(Code::kBadRequest, std::string("apiserver.") + key + ": " + why);
}

// The other half is for storage, controllers and pods. A thread that shares its processor keeps its
// connections waiting for whole ticks of the scheduler: on two processors 64 clients had a p99 of
// 5 ms with two threads, of 1 to 3 ms and more answers with one.
unsigned half_the_processors() {
  return std::clamp(std::thread::hardware_concurrency() / 2, 1U, 64U);
}

bool parse_port(std::string_view text, std::uint16_t& port) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc() && end == text.data() + text.size() && port > 0;
}

// Networks of a size that the reference allows.
Result<std::vector<IpNetwork>> parse_service_cidrs(const std::string& text) {
  std::vector<IpNetwork> networks;
  std::istringstream parts(text);
  for (std::string part; std::getline(parts, part, ',');) {
    const auto network = parse_network(part);
    const bool four = network && network->address.family == 4;
    if (!network || network->prefix < (four ? 8U : 64U) || network->prefix > (four ? 30U : 126U))
      return bad("service_cidr", "\"" + part + "\" is not a network such as 10.96.0.0/12");
    networks.push_back(network->masked());
  }
  const bool two = networks.size() == 2;
  if (networks.size() != 1 && !two) return bad("service_cidr", "not one network or two");
  if (two && networks[0].address.family == networks[1].address.family)
    return bad("service_cidr", "two networks of one family");
  return networks;
}

Result<TokenOptions> token_options(const Config& config, const Options& options) {
  TokenOptions tokens;
  tokens.issuers = config.list("service_account_issuer");
  if (tokens.issuers.empty())
    tokens.issuers = {"https://kubernetes.default.svc." + options.cluster_domain};
  for (const auto& issuer : tokens.issuers)
    if (issuer.empty() || issuer == kLegacyIssuer)
      return bad("service_account_issuer", "not the name of an issuer");
  tokens.audiences = config.list("api_audiences");
  tokens.key_files = config.list("service_account_key_files");
  tokens.extend_expiration = config.boolean("service_account_extend_token_expiration");
  const auto most = config.duration("service_account_max_token_expiration");
  tokens.max_expiration = std::chrono::duration_cast<std::chrono::seconds>(most).count();
  if (most.count() != 0 && (most < std::chrono::hours(1) || tokens.max_expiration > 1LL << 32))
    return bad("service_account_max_token_expiration", "not between an hour and 2^32 seconds");
  tokens.jwks_uri = config.string("service_account_jwks_uri");
  if (tokens.jwks_uri.empty()) tokens.jwks_uri = options.url(options.port) + "/openid/v1/jwks";
  tokens.static_tokens_file = config.string("token_auth_file");
  tokens.bootstrap_tokens = config.boolean("enable_bootstrap_token_auth");
  return tokens;
}

Status read_webhook_options(const Config& config, Options& options) {
  auto& webhook = options.authorization_webhook;
  webhook.config_file = config.string("authorization_webhook_config_file");
  webhook.version = config.string("authorization_webhook_version");
  if (webhook.version != "v1" && webhook.version != "v1beta1")
    return bad("authorization_webhook_version", "neither v1 nor v1beta1");
  webhook.allowed_ttl = config.duration("authorization_webhook_cache_authorized_ttl");
  webhook.denied_ttl = config.duration("authorization_webhook_cache_unauthorized_ttl");
  auto& tokens = options.token_webhook;
  tokens.config_file = config.string("authentication_token_webhook_config_file");
  tokens.version = config.string("authentication_token_webhook_version");
  if (tokens.version != "v1" && tokens.version != "v1beta1")
    return bad("authentication_token_webhook_version", "neither v1 nor v1beta1");
  tokens.ttl = config.duration("authentication_token_webhook_cache_ttl");
  return {};
}

// Files that take the place of keys.
Status read_auth_files(const Config& config, Options& options) {
  options.anonymous_auth = config.boolean("anonymous_auth");
  options.authentication_config = config.string("authentication_config");
  if (!options.authentication_config.empty() && options.oidc)
    return bad("authentication_config", "can not be specified when oidc_* are set");
  options.authorization_config = config.string("authorization_config");
  if (!options.authorization_config.empty() && !options.authorization_webhook.config_file.empty())
    return bad("authorization_config",
               "can not be specified when authorization_webhook_config_file is set");
  return {};
}

Status read_audit_options(const Config& config, Options& options) {
  options.audit_policy = config.string("audit_policy_file");
  auto& log = options.audit_log;
  log.path = config.string("audit_log_path");
  if (log.path.empty() != options.audit_policy.empty())
    return bad(log.path.empty() ? "audit_log_path" : "audit_policy_file",
               "there is no audit log without both of them");
  const auto size = config.integer("audit_log_maxsize");
  const auto backups = config.integer("audit_log_maxbackup");
  const auto days = config.integer("audit_log_maxage");
  if (size < 1 || size > 1'000'000) return bad("audit_log_maxsize", "not between 1 and 1000000");
  if (backups < 0) return bad("audit_log_maxbackup", "negative");
  if (days < 0 || days > 100'000) return bad("audit_log_maxage", "not between 0 and 100000");
  log.max_size = static_cast<std::size_t>(size) << 20;
  log.max_backups = static_cast<std::size_t>(backups);
  log.max_age = std::chrono::hours(24 * days);
  return {};
}

}  // namespace

std::string Options::url(std::uint16_t at) const {
  const bool six = advertise_address.find(':') != std::string::npos;
  return "https://" + (six ? "[" + advertise_address + "]" : advertise_address) + ":" +
         std::to_string(at);
}

Result<Options> Options::from(const Config& config, const std::string& state_dir) {
  Options options;
  options.bind_address = config.string("bind_address");
  if (!is_address(options.bind_address)) return bad("bind_address", "not an IP address");
  const auto port = config.integer("port");
  if (port < 0 || port > 65535) return bad("port", "not between 0 and 65535");
  options.port = static_cast<std::uint16_t>(port);
  options.advertise_address = config.string("advertise_address");
  if (options.advertise_address.empty()) {
    const bool any = options.bind_address == "0.0.0.0" || options.bind_address == "::";
    options.advertise_address = any ? default_address() : options.bind_address;
  }
  if (!is_address(options.advertise_address)) return bad("advertise_address", "not an IP address");
  const auto threads = config.integer("http_threads");
  if (threads < 0 || threads > 64) return bad("http_threads", "not between 0 and 64");
  options.http_threads = threads > 0 ? static_cast<unsigned>(threads) : half_the_processors();
  const auto streams = config.integer("http2_max_streams_per_connection");
  if (streams < 1 || streams > 10'000)
    return bad("http2_max_streams_per_connection", "not between 1 and 10000");
  options.http2_streams = static_cast<unsigned>(streams);
  options.cert_dir = config.string("cert_dir");
  if (options.cert_dir.empty()) options.cert_dir = state_dir + "/pki";
  options.extra_sans = config.list("extra_sans");
  options.cluster_domain = config.string("cluster_domain");
  options.kubeconfig_path = config.string("kubeconfig_path");
  if (options.kubeconfig_path.empty())
    options.kubeconfig_path = options.cert_dir + "/admin.kubeconfig";
  options.tls_cert_file = config.string("tls_cert_file");
  options.tls_key_file = config.string("tls_private_key_file");
  if (options.tls_cert_file.empty() != options.tls_key_file.empty())
    return bad("tls_cert_file", "goes together with tls_private_key_file");
  options.kubeconfig_server = config.string("kubeconfig_server");
  auto cidrs = parse_service_cidrs(config.string("service_cidr"));
  if (!cidrs.ok()) return cidrs.status();
  options.service_cidrs = std::move(*cidrs);
  const auto range = config.string("node_port_range");
  const auto dash = range.find('-');
  if (dash == std::string::npos ||
      !parse_port(std::string_view(range).substr(0, dash), options.node_port_first) ||
      !parse_port(std::string_view(range).substr(dash + 1), options.node_port_last) ||
      options.node_port_first > options.node_port_last)
    return bad("node_port_range", "not of the form 30000-32767");
  options.kubelet_ca = config.string("kubelet_ca");
  const auto history = config.integer("watch_history");
  if (history < 1 || history > 1'000'000) return bad("watch_history", "not between 1 and 1000000");
  options.watch_history = static_cast<std::size_t>(history);
  const auto reads = config.integer("max_requests_inflight");
  if (reads < 0) return bad("max_requests_inflight", "negative");
  options.max_reads = static_cast<std::size_t>(reads);
  const auto writes = config.integer("max_mutating_requests_inflight");
  if (writes < 0) return bad("max_mutating_requests_inflight", "negative");
  options.max_writes = static_cast<std::size_t>(writes);
  options.disabled_admission = config.list("disable_admission_plugins");
  options.admission_config = config.string("admission_control_config_file");
  auto tokens = token_options(config, options);
  if (!tokens.ok()) return tokens.status();
  options.tokens = std::move(*tokens);
  auto oidc = oidc::Settings::from(config, options.tokens.issuers);
  if (!oidc.ok()) return oidc.status();
  options.oidc = std::move(*oidc);
  options.front_proxy_ca = config.string("requestheader_client_ca_file");
  options.front_proxy.allowed_names = config.list("requestheader_allowed_names");
  if (options.front_proxy_ca.empty()) options.front_proxy.allowed_names = {"front-proxy-client"};
  options.front_proxy.user_headers = config.list("requestheader_username_headers");
  options.front_proxy.uid_headers = config.list("requestheader_uid_headers");
  options.front_proxy.group_headers = config.list("requestheader_group_headers");
  options.front_proxy.extra_prefixes = config.list("requestheader_extra_headers_prefix");
  options.enabled_admission = config.list("enable_admission_plugins");
  for (const auto& text : config.list("event_rate_limits")) {
    auto limit = EventLimit::parse(text);
    if (!limit.ok()) return limit.status();
    options.event_limits.push_back(*limit);
  }
  KUBUS_TRY(read_audit_options(config, options));
  KUBUS_TRY(read_webhook_options(config, options));
  KUBUS_TRY(read_auth_files(config, options));
  options.encryption_config = config.string("encryption_provider_config");
  options.event_ttl = config.duration("event_ttl");
  options.drain_grace =
      std::chrono::duration_cast<std::chrono::milliseconds>(config.duration("drain_grace"));
  return options;
}

}  // namespace kubus::apiserver
