// TLS settings for both directions, without OpenSSL's or Asio's headers.
//
// Thread safety: immutable once made.
#pragma once

#include <memory>
#include <string>

#include "kubus/status.h"

namespace boost::asio::ssl {
class context;
}

namespace kubus::http {

// The server side: our certificate, and the CA whose client certificates are believed. A client
// without a certificate is let in as nobody; what is wrong with another one is seen in its Peer.
// With an empty `client_ca_pem` no client certificate is believed.
class ServerTls {
 public:
  static Result<std::shared_ptr<ServerTls>> make(const std::string& certificate_pem,
                                                 const std::string& key_pem,
                                                 const std::string& client_ca_pem);
  boost::asio::ssl::context& context() const { return *context_; }

 private:
  std::shared_ptr<boost::asio::ssl::context> context_;
};

// The client side towards kubelets: our client certificate. With an empty `ca_pem` the peer's
// certificate is not checked, as kubelets serve with self-signed ones by default.
class ClientTls {
 public:
  static Result<std::shared_ptr<const ClientTls>> make(const std::string& certificate_pem,
                                                       const std::string& key_pem,
                                                       const std::string& ca_pem);
  // Towards servers of any kind: their certificate is checked against `ca_pem`, or against what the
  // system trusts where that is empty. Without a certificate of our own we are nobody.
  static Result<std::shared_ptr<const ClientTls>> trusting(const std::string& ca_pem,
                                                           const std::string& certificate_pem = {},
                                                           const std::string& key_pem = {});
  boost::asio::ssl::context& context() const { return *context_; }

 private:
  std::shared_ptr<boost::asio::ssl::context> context_;
};

}  // namespace kubus::http
