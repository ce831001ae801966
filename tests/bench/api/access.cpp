#include "api/access.h"

#include <openssl/evp.h>
#include <yaml-cpp/yaml.h>

#include <stdexcept>

namespace kubus::bench {
namespace {

namespace ssl = boost::asio::ssl;

std::string from_base64(const std::string& text) {
  std::string out(text.size() / 4 * 3 + 3, '\0');
  const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                   reinterpret_cast<const unsigned char*>(text.data()),
                                   static_cast<int>(text.size()));
  if (size < 0) throw std::runtime_error("the kubeconfig has a field that is not base64");
  out.resize(static_cast<std::size_t>(size));
  while (text.ends_with('=') && !out.empty() && out.back() == '\0') out.pop_back();
  return out;
}

YAML::Node named(const YAML::Node& list, const std::string& name, const char* member) {
  for (const auto& entry : list)
    if (entry["name"].as<std::string>() == name) return entry[member];
  throw std::runtime_error("the kubeconfig has no " + std::string(member) + " " + name);
}

}  // namespace

Access Access::from_kubeconfig(const std::string& path) {
  const auto config = YAML::LoadFile(path);
  const auto context =
      named(config["contexts"], config["current-context"].as<std::string>(), "context");
  const auto cluster = named(config["clusters"], context["cluster"].as<std::string>(), "cluster");
  const auto user = named(config["users"], context["user"].as<std::string>(), "user");
  const auto data = [](const YAML::Node& node, const char* key) {
    return from_base64(node[key].as<std::string>());
  };

  Access access;
  const auto server = cluster["server"].as<std::string>();
  constexpr std::string_view kScheme = "https://";
  const auto colon = server.rfind(':');
  if (!server.starts_with(kScheme) || colon < kScheme.size())
    throw std::runtime_error("the server is not of the form https://ADDRESS:PORT: " + server);
  access.host = server.substr(kScheme.size(), colon - kScheme.size());
  access.port = static_cast<std::uint16_t>(std::stoul(server.substr(colon + 1)));
  access.tls = std::make_shared<ssl::context>(ssl::context::tls_client);
  const auto ca = data(cluster, "certificate-authority-data");
  const auto certificate = data(user, "client-certificate-data");
  const auto key = data(user, "client-key-data");
  access.tls->add_certificate_authority(boost::asio::buffer(ca));
  access.tls->set_verify_mode(ssl::verify_peer);
  access.tls->use_certificate_chain(boost::asio::buffer(certificate));
  access.tls->use_private_key(boost::asio::buffer(key), ssl::context::pem);
  return access;
}

}  // namespace kubus::bench
