// Credentials that are none: certificates of the wrong time, of the wrong CA or for the wrong use;
// identities that are asked for by who may not have them; names that look like others.
#include <gmock/gmock.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "tests/acting_fixture.h"

namespace kubus::apiserver {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::Not;

std::string pem_of(X509* certificate) {
  BIO* out = BIO_new(BIO_s_mem());
  PEM_write_bio_X509(out, certificate);
  char* text = nullptr;
  const auto size = BIO_get_mem_data(out, &text);
  std::string pem(text, static_cast<std::size_t>(size));
  BIO_free(out);
  return pem;
}

template <class T, class Read>
T* parse(const std::string& pem, const Read& read) {
  BIO* in = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
  T* value = read(in, nullptr, nullptr, nullptr);
  BIO_free(in);
  return value;
}

class CredentialsTest : public ActingTest {
 protected:
  static pki::Pair pair_of(const std::string& name) {
    return {file(name + ".crt"), file(name + ".key")};
  }
  static pki::Pair client_of(const pki::Pair& ca, pki::Use use = pki::Use::kClient) {
    pki::Request request;
    request.subject = {"intruder", {"system:masters"}};
    request.use = use;
    return *pki::issue(ca, request);
  }
  static pki::Pair client_named(const std::string& name) {
    pki::Request request;
    request.subject.common_name = name;
    return *pki::issue(pair_of("ca"), request);
  }
  // The same certificate, good from `begin` to `end` seconds from now.
  static pki::Pair at_another_time(pki::Pair pair, const pki::Pair& ca, long begin, long end) {
    X509* certificate = parse<X509>(pair.certificate_pem, PEM_read_bio_X509);
    EVP_PKEY* key = parse<EVP_PKEY>(ca.key_pem, PEM_read_bio_PrivateKey);
    X509_gmtime_adj(X509_getm_notBefore(certificate), begin);
    X509_gmtime_adj(X509_getm_notAfter(certificate), end);
    EXPECT_GT(X509_sign(certificate, key, EVP_sha256()), 0);
    pair.certificate_pem = pem_of(certificate);
    X509_free(certificate);
    EVP_PKEY_free(key);
    return pair;
  }
  // What the server answers to somebody with this certificate.
  std::string ask_with(const pki::Pair& pair) const {
    Client client(https_port(), file("ca.crt"), &pair);
    client.send(
        "GET /api/v1/namespaces/kube-system/secrets HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    return client.rest();
  }
  std::string ask_as_nobody(const std::string& target, const std::string& fields = "") const {
    auto client = connect_as_nobody();
    client->send("GET " + target + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + fields +
                 "\r\n");
    return client->rest();
  }
  static std::string file(const std::string& name) {
    std::ifstream in(cert_dir() + "/" + name);
    return {std::istreambuf_iterator<char>(in), {}};
  }
};

TEST_F(CredentialsTest, OfTheRightTimeAreTaken) {
  const auto ca = pair_of("ca");
  const auto client = client_of(ca);
  EXPECT_EQ(status(ask_with(client)), 200);
  EXPECT_EQ(status(ask_with(at_another_time(client, ca, -60, 60))), 200);
}

TEST_F(CredentialsTest, OfTheWrongTimeAreNone) {
  const auto ca = pair_of("ca");
  const auto client = client_of(ca);
  for (const auto& [begin, end] : {std::pair(-3600L, -60L), std::pair(3600L, 7200L)}) {
    const auto answer = ask_with(at_another_time(client, ca, begin, end));
    EXPECT_EQ(status(answer), 401);
    EXPECT_THAT(answer, HasSubstr(R"("reason":"Unauthorized")"));
  }
}

TEST_F(CredentialsTest, OfAnotherCaOrForAnotherUseAreNone) {
  const auto other = *pki::make_ca("kubernetes", std::chrono::hours(1));
  EXPECT_EQ(status(ask_with(client_of(other))), 401);
  EXPECT_EQ(status(ask_with(client_of(pair_of("front-proxy-ca")))), 401);
  EXPECT_EQ(status(ask_with(client_of(client_of(pair_of("ca"))))), 401);  // whose issuer is no CA
  EXPECT_EQ(status(ask_with(client_of(pair_of("ca"), pki::Use::kServer))), 401);
  EXPECT_EQ(status(ask_with(pair_of("apiserver"))), 401);
}

// A proxy in front is believed because of its certificate, and by nobody else's.
TEST_F(CredentialsTest, OfProxiesAreTheirsAlone) {
  const std::string fields =
      "X-Remote-User: admin\r\nX-Remote-Group: system:masters\r\n"
      "X-Forwarded-For: 127.0.0.1\r\n";
  EXPECT_EQ(status(ask_as_nobody("/api/v1/secrets", fields)), 403);
  EXPECT_EQ(status(exchange("GET", "/api/v1/secrets", "", "", "X-Remote-User: jane\r\n")), 200);
}

TEST_F(CredentialsTest, OfOthersAreForWhoMayHaveThem) {
  grant("mimic", rule(R"("impersonate")", R"("")", R"("users","serviceaccounts")"));
  const auto pair = client_named("mimic");
  const auto act = [&](const std::string& fields) {
    Client client(https_port(), file("ca.crt"), &pair);
    client.send("GET /api/v1/namespaces/kube-system/secrets HTTP/1.1\r\nHost: x\r\n"
                "Connection: close\r\n" +
                fields + "\r\n");
    return client.rest();
  };
  EXPECT_THAT(act(""), HasSubstr(R"(User \"mimic\" cannot list)"));
  EXPECT_THAT(act("Impersonate-User: jane\r\n"), HasSubstr(R"(User \"jane\" cannot list)"));
  EXPECT_THAT(act("Impersonate-User: system:serviceaccount:kube-system:a\r\n"),
              HasSubstr(R"(User \"system:serviceaccount:kube-system:a\" cannot list)"));
  for (const char* more :
       {"Impersonate-Group: system:masters\r\n", "impersonate-GROUP: system:nodes\r\n",
        "Impersonate-Group: a\r\nImpersonate-Group: system:masters\r\n", "Impersonate-Uid: 1\r\n",
        "Impersonate-Extra-Scopes: all\r\n"}) {
    const auto refused = act("Impersonate-User: jane\r\n" + std::string(more));
    EXPECT_EQ(status(refused), 403) << more;
    EXPECT_THAT(refused, HasSubstr(R"(User \"mimic\" cannot impersonate resource)")) << more;
  }
  EXPECT_EQ(status(act("Impersonate-Group: system:masters\r\n")), 400);
}

TEST_F(CredentialsTest, OfNobodyOpenNothingByTheirPath) {
  for (const char* target :
       {"/api/v1/secrets", "//api/v1/secrets", "/api//v1//secrets", "/api/v1/%73ecrets",
        "/api/v1/secrets/", "/API/v1/secrets", "/livez/../api/v1/secrets",
        "/livez/%2e%2e/api/v1/secrets", "/healthz/../metrics", "/healthz%2f..%2fmetrics",
        "/version/../metrics", "/version/..", "/livez;/api/v1/secrets", "/livez?/api/v1/secrets/..",
        "http://x/api/v1/secrets", "https://x/livez/../metrics", "/metrics", "/%6detrics",
        "/./metrics", "/metrics/", "/metrics%00", "/livez%00/../metrics", "/logs", "/debug/pprof",
        "/debug/api_priority_and_fairness/dump_requests", "/openid/v1/jwks",
        "/.well-known/openid-configuration/../../api", "/api/v1/namespaces/default/pods/a/exec",
        "/api/v1/nodes/n/proxy/../../../secrets", "/api/v1/watch/secrets",
        "/api/v1/namespaces/default/services/a/proxy/livez", "/apis/../api/v1/secrets"}) {
    const auto answer = ask_as_nobody(target);
    if (std::string_view(target).starts_with("/livez?")) {
      EXPECT_EQ(status(answer), 200);
      continue;
    }
    EXPECT_THAT(status(answer), AnyOf(400, 401, 403, 404)) << target << answer;
    EXPECT_THAT(answer, Not(HasSubstr("List"))) << target;
  }
}

TEST_F(CredentialsTest, OfFewRightsAreWidenedByNoPath) {
  grant("narrow", rule(R"("get","list","watch")", R"("")", R"("configmaps")") + "," +
                      R"({"verbs":["get","list","watch"],"apiGroups":[""],"resources":["secrets"],)"
                      R"("resourceNames":["allowed"]})");
  for (const char* name : {"allowed", "hidden"})
    ASSERT_EQ(as("", "POST", "/api/v1/namespaces/default/secrets",
                 R"({"metadata":{"name":")" + std::string(name) + R"("},"stringData":{"k":")" +
                     name + "-value\"}}")
                  .code,
              201);
  EXPECT_EQ(as("narrow", "GET", "/api/v1/namespaces/default/configmaps").code, 200);
  EXPECT_EQ(as("narrow", "GET", "/api/v1/namespaces/default/secrets/allowed").code, 200);
  const std::string secrets = "/api/v1/namespaces/default/secrets";
  EXPECT_EQ(as("narrow", "GET", secrets + "?fieldSelector=metadata.name%3Dallowed").code, 200);
  const std::string encoded = "aGlkZGVuLXZhbHVl";  // "hidden-value"
  for (const std::string& target :
       {secrets, secrets + "/hidden", secrets + "/allowed/../hidden", secrets + "/%68idden",
        secrets + "/allowed%2f..%2fhidden", secrets + "/hidden/status", secrets + "/hidden%00",
        std::string("/api/v1/namespaces/default/configmaps/../secrets/hidden"),
        std::string("/api/v1/namespaces/default/configmaps/%2e%2e/secrets"),
        std::string("/api/v1/namespaces/default/configmaps?/../secrets"),
        std::string("/api/v1/secrets?namespace=default"), secrets + "?watch=1&timeoutSeconds=1",
        secrets + "?fieldSelector=metadata.name!%3Dallowed",
        secrets + "?fieldSelector=metadata.name%3Dallowed%5C,metadata.name%3Dhidden",
        secrets + "?fieldSelector=metadata.namespace!%3Dx%5C,metadata.name%3Dallowed",
        secrets + "?fieldSelector=metadata.namespace!%3Dx%5C,metadata.name%5C%3Dallowed",
        secrets + "?fieldSelector=metadata.name%3Dallowed&fieldSelector=",
        secrets + "?fieldSelector=&fieldSelector=metadata.name%3Dallowed",
        secrets + "?watch=1&timeoutSeconds=1&fieldSelector=metadata.name!%3Dallowed",
        std::string("/api/v1/watch/namespaces/default/secrets?timeoutSeconds=1"),
        std::string("/api/v1/watch/namespaces/default/secrets/hidden?timeoutSeconds=1"),
        std::string("/api/v1/watch/namespaces/default/configmaps/../secrets?timeoutSeconds=1")}) {
    const auto answer = as("narrow", "GET", target);
    EXPECT_THAT(answer.body, Not(HasSubstr(encoded))) << target;
  }
  const auto widened =
      as("narrow", "GET",
         secrets + "?fieldSelector=metadata.namespace!%3Dx%5C,metadata.name%5C%3Dallowed");
  EXPECT_EQ(widened.code, 403) << widened.body;
}

}  // namespace
}  // namespace kubus::apiserver
