#include "kubus/http/tls.h"

#include <boost/asio/ssl/context.hpp>
#include <string_view>

namespace kubus::http {
namespace {

namespace asio = boost::asio;

// What this server speaks, the better first.
int select_protocol(SSL*, const unsigned char** out, unsigned char* out_size,
                    const unsigned char* in, unsigned in_size, void*) {
  static const unsigned char kProtocols[] = "\x02h2\x08http/1.1";
  if (SSL_select_next_proto(const_cast<unsigned char**>(out), out_size, kProtocols,
                            sizeof(kProtocols) - 1, in, in_size) == OPENSSL_NPN_NEGOTIATED)
    return SSL_TLSEXT_ERR_OK;
  return SSL_TLSEXT_ERR_NOACK;
}

void use_pair(asio::ssl::context& context, const std::string& certificate, const std::string& key) {
  context.use_certificate_chain(asio::buffer(certificate));
  context.use_private_key(asio::buffer(key), asio::ssl::context::pem);
}

std::shared_ptr<asio::ssl::context> client_context() {
  auto context = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_client);
  context->set_verify_mode(asio::ssl::verify_peer);
  SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
  return context;
}

Status tls_error(const std::exception& error) {
  return Status(Code::kInternalError, std::string("TLS configuration: ") + error.what());
}

}  // namespace

Result<std::shared_ptr<ServerTls>> ServerTls::make(const std::string& certificate_pem,
                                                   const std::string& key_pem,
                                                   const std::string& client_ca_pem) {
  try {
    auto context = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_server);
    use_pair(*context, certificate_pem, key_pem);
    if (!client_ca_pem.empty()) context->add_certificate_authority(asio::buffer(client_ca_pem));
    // A bad certificate is answered with 401 by the authenticator, not with a broken handshake.
    context->set_verify_mode(asio::ssl::verify_peer);
    context->set_verify_callback([](bool, asio::ssl::verify_context&) { return true; });
    SSL_CTX* native = context->native_handle();
    SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
    SSL_CTX_set_alpn_select_cb(native, select_protocol, nullptr);
    SSL_CTX_set_mode(native, SSL_MODE_RELEASE_BUFFERS);
    // Tickets carry the session; a server-side cache would only cost memory.
    SSL_CTX_set_session_cache_mode(native, SSL_SESS_CACHE_OFF);
    static const unsigned char kSessionContext[] = "kubus";
    SSL_CTX_set_session_id_context(native, kSessionContext, sizeof(kSessionContext) - 1);
    auto made = std::make_shared<ServerTls>();
    made->context_ = std::move(context);
    return made;
  } catch (const std::exception& error) {
    return tls_error(error);
  }
}

Result<std::shared_ptr<const ClientTls>> ClientTls::make(const std::string& certificate_pem,
                                                         const std::string& key_pem,
                                                         const std::string& ca_pem) {
  try {
    auto context = client_context();
    if (!certificate_pem.empty()) use_pair(*context, certificate_pem, key_pem);
    if (ca_pem.empty())
      context->set_verify_mode(asio::ssl::verify_none);
    else
      context->add_certificate_authority(asio::buffer(ca_pem));
    auto made = std::make_shared<ClientTls>();
    made->context_ = std::move(context);
    return std::shared_ptr<const ClientTls>(std::move(made));
  } catch (const std::exception& error) {
    return tls_error(error);
  }
}

Result<std::shared_ptr<const ClientTls>> ClientTls::trusting(const std::string& ca_pem,
                                                             const std::string& certificate_pem,
                                                             const std::string& key_pem) {
  if (!ca_pem.empty()) return make(certificate_pem, key_pem, ca_pem);
  try {
    auto made = std::make_shared<ClientTls>();
    made->context_ = client_context();
    if (!certificate_pem.empty()) use_pair(*made->context_, certificate_pem, key_pem);
    made->context_->set_default_verify_paths();
    return std::shared_ptr<const ClientTls>(std::move(made));
  } catch (const std::exception& error) {
    return tls_error(error);
  }
}

}  // namespace kubus::http
