#include "config/kubeconfig.h"

#include <filesystem>

#include "config/document.h"
#include "kubus/api/base64.h"
#include "kubus/pki/files.h"
#include "proxy/url_target.h"

namespace kubus::apiserver::config {
namespace {

// The `part` of the entry of that name in a list of {name, part}.
Result<json::object> entry(const json::object& file, std::string_view list, std::string_view part,
                           const std::string& name) {
  for (const auto& item : list_of(file, list)) {
    if (!item.is_object() || text_of(item.get_object(), "name") != name) continue;
    const auto* found = item.get_object().if_contains(part);
    if (found && found->is_object()) return found->get_object();
  }
  return wrong(std::string(list), "there is no \"" + name + "\"");
}

bool is_set(const json::object& object, std::string_view member) {
  const auto* found = object.if_contains(member);
  return found && !found->is_null();
}

Status refuse_unsupported(const json::object& object, const std::string& path,
                          std::initializer_list<std::string_view> members) {
  for (const auto member : members)
    if (is_set(object, member)) return wrong(path + "." + std::string(member), "is not supported");
  return {};
}

class Reader {
 public:
  explicit Reader(const std::string& file) : folder_(std::filesystem::path(file).parent_path()) {}

  // What `name`-data holds, or the file that `name` names; empty without either.
  Result<std::string> material(const json::object& object, const std::string& name) const {
    if (const auto data = text_of(object, name + "-data"); !data.empty()) {
      auto decoded = decode_base64(data);
      if (!decoded.ok()) return wrong(name + "-data", "is not base64");
      return std::move(*decoded);
    }
    return content(text_of(object, name));
  }
  Result<std::string> content(const std::string& path) const {
    if (path.empty()) return std::string();
    return pki::read_file((folder_ / path).string());
  }

 private:
  const std::filesystem::path folder_;
};

Status read_user(const Reader& reader, const json::object& user, RemoteServer& out) {
  KUBUS_TRY(refuse_unsupported(user, "user", {"exec", "auth-provider"}));
  auto token = text_of(user, "token");
  if (token.empty()) {
    auto kept = reader.content(text_of(user, "tokenFile"));
    if (!kept.ok()) return kept.status();
    token = std::move(*kept);
    while (!token.empty() && (token.back() == '\n' || token.back() == '\r')) token.pop_back();
  }
  const auto name = text_of(user, "username");
  if (!token.empty())
    out.headers.add("Authorization", "Bearer " + token);
  else if (!name.empty())
    out.headers.add("Authorization",
                    "Basic " + encode_base64(name + ":" + text_of(user, "password")));
  return {};
}

Status read_tls(const Reader& reader, const json::object& cluster, const json::object& user,
                RemoteServer& out) {
  const auto ca = reader.material(cluster, "certificate-authority");
  if (!ca.ok()) return ca.status();
  const auto certificate = reader.material(user, "client-certificate");
  if (!certificate.ok()) return certificate.status();
  const auto key = reader.material(user, "client-key");
  if (!key.ok()) return key.status();
  const auto* unchecked = cluster.if_contains("insecure-skip-tls-verify");
  const bool trusts_all = unchecked && unchecked->is_bool() && unchecked->get_bool();
  auto tls = trusts_all ? http::ClientTls::make(*certificate, *key, "")
                        : http::ClientTls::trusting(*ca, *certificate, *key);
  if (!tls.ok()) return tls.status();
  out.tls = std::move(*tls);
  return {};
}

Result<RemoteServer> read_context(const std::string& file, const json::object& document) {
  auto context = entry(document, "contexts", "context", text_of(document, "current-context"));
  if (!context.ok()) return context.status();
  auto cluster = entry(document, "clusters", "cluster", text_of(*context, "cluster"));
  if (!cluster.ok()) return cluster.status();
  KUBUS_TRY(refuse_unsupported(*cluster, "cluster", {"proxy-url"}));
  json::object user;
  if (const auto name = text_of(*context, "user"); !name.empty()) {
    auto found = entry(document, "users", "user", name);
    if (!found.ok()) return found.status();
    user = std::move(*found);
  }
  const Reader reader(file);
  RemoteServer out;
  out.url = text_of(*cluster, "server");
  out.server_name = text_of(*cluster, "tls-server-name");
  if (const auto request = request_to(out.url); !request.ok())
    return wrong("cluster.server", request.status().message());
  KUBUS_TRY(read_user(reader, user, out));
  if (out.url.starts_with("https")) KUBUS_TRY(read_tls(reader, *cluster, user, out));
  return out;
}

}  // namespace

Result<RemoteServer> read_kubeconfig(const std::string& file) {
  auto document = read(file, "v1", "Config");
  if (!document.ok()) return document.status();
  auto server = read_context(file, *document);
  if (!server.ok()) return server.status().annotate(file);
  return server;
}

}  // namespace kubus::apiserver::config
