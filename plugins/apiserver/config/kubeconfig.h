// Kubeconfig files, by which this server is told of others that it asks.
//
// Thread safety: a free function.
#pragma once

#include <memory>
#include <string>

#include "kubus/http/message.h"
#include "kubus/http/tls.h"
#include "kubus/status.h"

namespace kubus::apiserver::config {

// What a current context says.
struct RemoteServer {
  std::string url;  // https or http
  std::shared_ptr<const http::ClientTls> tls;  // null for http
  std::string server_name;                     // whom its certificate must be of; empty: the host
  http::Headers headers;                       // how we prove who we are, where not by certificate
};

// Files it names are relative to its own folder. kInvalid, with the file's name, for one that
// cannot be used, and for what is not supported: exec, auth-provider, proxy-url.
Result<RemoteServer> read_kubeconfig(const std::string& file);

}  // namespace kubus::apiserver::config
