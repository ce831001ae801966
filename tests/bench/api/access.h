// What a kubeconfig's current context says about reaching a server.
//
// Thread safety: a value.
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <cstdint>
#include <memory>
#include <string>

namespace kubus::bench {

struct Access {
  std::string host;  // an IP address
  std::uint16_t port = 0;
  std::shared_ptr<boost::asio::ssl::context> tls;  // with the client's certificate

  // Throws std::runtime_error with what is missing.
  static Access from_kubeconfig(const std::string& path);
};

}  // namespace kubus::bench
