// Servers whose authenticators and authorizers are in files, which change while they run.
#include <gmock/gmock.h>

#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <map>

#include "eventually.h"
#include "kubus/api/base64.h"
#include "kubus/pki/files.h"
#include "kubus/pki/jwt.h"
#include "tests/own_plane.h"
#include "tests/webhook_kubeconfig.h"
#include "tls_client.h"

namespace kubus::apiserver {
namespace {

namespace json = boost::json;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

constexpr const char* kMaps = "/api/v1/namespaces/default/configmaps";
constexpr const char* kWhoAmI = "/apis/authentication.k8s.io/v1/selfsubjectreviews";

class AuthFiles : public OwnPlaneTest {
 protected:
  // In place of what was there, as editors and volumes of config maps do it.
  std::string put(const std::string& name, const std::string& text) {
    const auto file = dir_.path() + "/" + name;
    std::ofstream(file + ".new") << text;
    std::filesystem::rename(file + ".new", file);
    return file;
  }
  // Sent, and not yet answered.
  std::unique_ptr<testing::TlsClient> begin(const std::string& token, const std::string& method,
                                            const std::string& target, const std::string& body) {
    auto client = std::make_unique<testing::TlsClient>(
        plane_->https_port(), *pki::read_file(plane_->cert_dir() + "/ca.crt"));
    client->send(method + " " + target + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" +
                 (token.empty() ? "" : "Authorization: Bearer " + token + "\r\n") +
                 (body.empty() ? "" : "Content-Length: " + std::to_string(body.size()) + "\r\n") +
                 "\r\n" + body);
    return client;
  }
  std::string ask(const std::string& token, const std::string& method, const std::string& target,
                  const std::string& body = "") {
    return begin(token, method, target, body)->rest();
  }
  void restart(std::map<std::string, std::string> settings) {
    settings["token_auth_file"] = put("tokens.csv", "jane-token,jane,7,\"staff\"\n");
    plane_->restart_apiserver(settings);
  }
  std::string why(const std::map<std::string, std::string>& settings) {
    try {
      restart(settings);
    } catch (const std::exception& error) {
      return error.what();
    }
    return "started";
  }

  HookServer hooks_;
};

class AuthorizersInAFile : public AuthFiles {
 protected:
  // A webhook of that name, asked at the path of its name.
  std::string webhook(const std::string& name, const std::string& more = "") {
    const auto kubeconfig =
        write_webhook_kubeconfig(hooks_, "/" + name, dir_.path() + "/" + name + ".yaml");
    return "{type: Webhook, name: " + name +
           ", webhook: {timeout: 30s, subjectAccessReviewVersion: v1, "
           "matchConditionSubjectAccessReviewVersion: v1, " +
           (more.find("failurePolicy") == std::string::npos ? "failurePolicy: NoOpinion, " : "") +
           "connectionInfo: {type: KubeConfigFile, kubeConfigFile: '" + kubeconfig + "'}" + more +
           "}}";
  }
  std::string config(const std::string& authorizers) {
    return put("authz.yaml",
               "apiVersion: apiserver.config.k8s.io/v1\nkind: AuthorizationConfiguration\n"
               "authorizers: [" + authorizers + ", {type: Node, name: node}]\n");
  }
  void say(const std::string& name, const std::string& status) {
    hooks_.on_whole("/" + name, [status](const std::string&) {
      return R"({"kind":"SubjectAccessReview","status":)" + status + "}";
    });
  }
  std::size_t asked(const std::string& name) const { return hooks_.questions("/" + name).size(); }
};

constexpr const char* kRbac = "{type: RBAC, name: rbac}";

TEST_F(AuthorizersInAFile, AreAskedInTheirOrder) {
  say("guard", R"({"allowed":false,"denied":true,"reason":"not today"})");
  say("last", R"({"allowed":true})");
  restart({{"authorization_config",
            config(webhook("guard", ", matchConditions: [{expression: \"request.user == 'jane' && "
                                    "has(request.nonResourceAttributes)\"}]") +
                   ", " + kRbac + ", " + webhook("last"))}});
  // Roles would allow it, but are not asked.
  const auto refused = ask("jane-token", "GET", "/version");
  EXPECT_THAT(refused, AllOf(StartsWith("HTTP/1.1 403"), HasSubstr("not today")));
  EXPECT_EQ(asked("guard"), 1U);
  EXPECT_EQ(asked("last"), 0U);
  // Its conditions do not hold: somebody else has the say.
  EXPECT_THAT(ask("jane-token", "GET", kMaps), StartsWith("HTTP/1.1 200"));
  EXPECT_EQ(asked("guard"), 1U);
  EXPECT_EQ(asked("last"), 1U);
  EXPECT_THAT(ask("", "GET", "/version"), StartsWith("HTTP/1.1 200"));
}

TEST_F(AuthorizersInAFile, DecideAboutRightsWithinAWriteToo) {
  say("guard", R"({"allowed":true})");
  restart({{"authorization_config", config(webhook("guard") + ", " + kRbac)}});
  const std::string path = "/apis/rbac.authorization.k8s.io/v1/namespaces/default/roles";
  const std::string role = R"({"metadata":{"name":"NAME"},"rules":[{"apiGroups":[""],)"
                           R"("resources":["pods"],"verbs":["get"]}]})";
  const auto named = [&](const char* name) {
    return "" + role.substr(0, role.find("NAME")) + name + role.substr(role.find("NAME") + 4);
  };
  EXPECT_THAT(ask("jane-token", "POST", path, named("a")), StartsWith("HTTP/1.1 201"));
  hooks_.on_whole("/guard", [](const std::string& question) -> std::string {
    const bool create = question.find(R"("verb":"create")") != std::string::npos;
    return create ? R"({"status":{"allowed":true}})" : R"({"status":{"denied":true}})";
  });
  restart({{"authorization_config", config(webhook("guard") + ", " + kRbac)}});
  EXPECT_THAT(ask("jane-token", "POST", path, named("b")),
              AllOf(StartsWith("HTTP/1.1 403"), HasSubstr("attempting to grant")));
}

TEST_F(AuthorizersInAFile, MayCloseWhenTheyFail) {
  hooks_.on_raw("/guard", 403, "who are you");
  restart({{"authorization_config",
            config(webhook("guard", ", failurePolicy: Deny") + ", " + kRbac)}});
  EXPECT_THAT(ask("jane-token", "GET", "/version"),
              AllOf(StartsWith("HTTP/1.1 500"), HasSubstr("who are you")));
  restart({{"authorization_config", config(webhook("guard") + ", " + kRbac)}});
  EXPECT_THAT(ask("jane-token", "GET", "/version"), StartsWith("HTTP/1.1 200"));
  // Nobody has an opinion, and somebody could not be asked.
  EXPECT_THAT(ask("jane-token", "GET", kMaps), StartsWith("HTTP/1.1 500"));
}

// What the guard does not get to say must not be what somebody else says then.
TEST_F(AuthorizersInAFile, WhoeverLeavesDoesNotGetPastThem) {
  hooks_.hang("/guard");
  say("last", R"({"allowed":true})");
  restart({{"authorization_config",
            config(webhook("guard",
                           ", matchConditions: [{expression: has(request.resourceAttributes)}]") +
                   ", " + webhook("last") + ", " + kRbac)}});
  const auto errors = [&] {
    const auto text = ask("jane-token", "GET", "/metrics");
    const std::string name = "authorization_attempts_total{result=\"error\"} ";
    const auto at = text.find(name);
    return at == std::string::npos ? 0 : std::stoul(text.substr(at + name.size()));
  };
  const auto before = errors();
  auto client = begin("jane-token", "POST", kMaps, R"({"metadata":{"name":"m"}})");
  ASSERT_TRUE(testing::eventually([&] { return asked("guard") == 1; }));
  client.reset();
  EXPECT_TRUE(testing::eventually([&] { return hooks_.given_up("/guard") == 1; }));
  EXPECT_TRUE(testing::eventually([&] { return errors() == before + 1; }));
  EXPECT_THAT(hooks_.questions("/last"), Not(Contains(HasSubstr("configmaps"))));
  EXPECT_EQ(request("get", "configmaps", "m").code(), Code::kNotFound);
}

TEST_F(AuthorizersInAFile, FollowTheFile) {
  say("hook", R"({"allowed":true})");
  restart({{"authorization_config", config(kRbac)}});
  EXPECT_THAT(ask("jane-token", "GET", kMaps), StartsWith("HTTP/1.1 403"));
  config(std::string(kRbac) + ", " + webhook("hook"));
  EXPECT_TRUE(testing::eventually(
      [&] { return ask("jane-token", "GET", kMaps).starts_with("HTTP/1.1 200"); }));
  // What makes no sense changes nothing, nor does the loss of one that is needed.
  put("authz.yaml", "kind: AuthorizationConfiguration");
  config(webhook("hook") + ", {type: AlwaysAllow, name: alwaysallow}");
  EXPECT_TRUE(testing::eventually([&] {
    return ask("jane-token", "GET", "/metrics")
               .find("apiserver_authorization_config_controller_automatic_reloads_total"
                     "{status=\"failure\"}") != std::string::npos;
  }));
  EXPECT_THAT(ask("", "GET", kMaps), StartsWith("HTTP/1.1 200"));
  say("other", R"({"denied":true,"reason":"new"})");
  config(std::string(kRbac) + ", " + webhook("other"));
  EXPECT_TRUE(testing::eventually([&] {
    const auto answer = ask("jane-token", "GET", kMaps);
    return answer.starts_with("HTTP/1.1 403") && answer.find("new") != std::string::npos;
  }));
}

TEST_F(AuthorizersInAFile, MustMakeSense) {
  EXPECT_THAT(why({{"authorization_config", config("{type: RBAC, name: roles}")}}),
              HasSubstr("expected name rbac for authorizer RBAC instead of roles"));
  EXPECT_THAT(why({{"authorization_config", dir_.path() + "/none"}}),
              HasSubstr("authorization_config"));
  const auto hook = write_webhook_kubeconfig(hooks_, "/x", dir_.path() + "/x.yaml");
  EXPECT_THAT(why({{"authorization_config", config(kRbac)},
                   {"authorization_webhook_config_file", hook}}),
              HasSubstr("authorization_config: can not be specified when"));
}

class IssuersInAFile : public AuthFiles {
 protected:
  static pki::SigningKey new_key() {
    return *pki::SigningKey::parse(pki::make_signing_key()->key_pem);
  }
  // An issuer at that path of the server.
  void found(const std::string& path, const pki::SigningKey& key) {
    hooks_.on_raw(path + "/.well-known/openid-configuration", 200,
                  R"({"issuer":")" + hooks_.url(path) + R"(","jwks_uri":")" +
                      hooks_.url(path + "/keys") + "\"}");
    hooks_.on_raw(path + "/keys", 200, R"({"keys":[)" + key.public_key().jwk() + "]}");
  }
  std::string issuer(const std::string& path, const std::string& name_claim) {
    std::string ca = *decode_base64(hooks_.ca_bundle());
    return "{issuer: {url: '" + hooks_.url(path) + "', audiences: [kubus], certificateAuthority: " +
           json::serialize(json::value(ca)) + "}, claimMappings: {username: {expression: claims." +
           name_claim + "}}}";
  }
  std::string config(const std::string& issuers, const std::string& rest = "") {
    return put("authn.yaml",
               "apiVersion: apiserver.config.k8s.io/v1\nkind: AuthenticationConfiguration\n"
               "jwt: [" + issuers + "]\n" + rest);
  }
  std::string token(const std::string& path, const pki::SigningKey& key) const {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const auto end = std::chrono::duration_cast<std::chrono::seconds>(now).count() + 600;
    return *key.sign(R"({"iss":")" + hooks_.url(path) + R"(","aud":"kubus","sub":"ann","nick":)" +
                     R"("annie","exp":)" + std::to_string(end) + "}");
  }
  // The name by which the server knows the token.
  std::string name_of(const std::string& token) {
    const auto answer = ask(token, "POST", kWhoAmI, "{}");
    if (!answer.starts_with("HTTP/1.1 201")) return answer.substr(0, answer.find("\r\n"));
    const auto body = json::parse(answer.substr(answer.find("\r\n\r\n") + 4));
    return std::string(body.at_pointer("/status/userInfo/username").as_string());
  }
  bool becomes(const std::string& token, const std::string& name) {
    return testing::eventually([&] { return name_of(token) == name; });
  }

  const pki::SigningKey first_ = new_key(), second_ = new_key();
};

TEST_F(IssuersInAFile, AreSeveral) {
  found("/a", first_);
  found("/b", second_);
  restart({{"authentication_config", config(issuer("/a", "sub") + ", " + issuer("/b", "nick"))}});
  EXPECT_TRUE(becomes(token("/a", first_), "ann"));
  EXPECT_TRUE(becomes(token("/b", second_), "annie"));
  EXPECT_EQ(name_of(token("/a", second_)), "HTTP/1.1 401 Unauthorized");
  EXPECT_EQ(name_of("jane-token"), "jane");
}

TEST_F(IssuersInAFile, FollowTheFileOnceTheirKeysAreKnown) {
  found("/a", first_);
  restart({{"authentication_config", config(issuer("/a", "sub"))}});
  ASSERT_TRUE(becomes(token("/a", first_), "ann"));
  // One that is not there keeps all the new ones waiting, and takes nothing away.
  config(issuer("/a", "nick") + ", " + issuer("/b", "nick"));
  ASSERT_TRUE(testing::eventually([&] {
    return !hooks_.questions("/b/.well-known/openid-configuration").empty();
  }));
  EXPECT_EQ(name_of(token("/a", first_)), "ann");
  found("/b", second_);
  EXPECT_TRUE(becomes(token("/b", second_), "annie"));
  EXPECT_EQ(name_of(token("/a", first_)), "annie");
  // What makes no sense changes nothing; no issuers at all do.
  config("{issuer: {}}");
  EXPECT_EQ(name_of(token("/b", second_)), "annie");
  config("");
  EXPECT_TRUE(becomes(token("/b", second_), "HTTP/1.1 401 Unauthorized"));
}

TEST_F(IssuersInAFile, SayWhereStrangersMayCome) {
  restart({{"authentication_config",
            config("", "anonymous: {enabled: true, conditions: [{path: /livez}]}")}});
  EXPECT_THAT(ask("", "GET", "/livez"), StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(ask("", "GET", "/version"), StartsWith("HTTP/1.1 401"));
  EXPECT_THAT(ask("jane-token", "GET", "/version"), StartsWith("HTTP/1.1 200"));
  restart({{"anonymous_auth", "false"}});
  EXPECT_THAT(ask("", "GET", "/livez"), StartsWith("HTTP/1.1 401"));
}

TEST_F(IssuersInAFile, MayBeOpenedAndClosedToStrangers) {
  restart({{"authentication_config", config("", "anonymous: {enabled: false}")}});
  EXPECT_THAT(ask("", "GET", "/livez"), StartsWith("HTTP/1.1 401"));
  const auto becomes_open = [&](const std::string& path, bool open) {
    return testing::eventually([&] {
      return ask("", "GET", path).starts_with(open ? "HTTP/1.1 200" : "HTTP/1.1 401");
    });
  };
  config("", "anonymous: {enabled: true, conditions: [{path: /livez}]}");
  EXPECT_TRUE(becomes_open("/livez", true));
  EXPECT_THAT(ask("", "GET", "/version"), StartsWith("HTTP/1.1 401"));
  // An issuer that is not there keeps nobody out of what is closed.
  config(issuer("/nowhere", "sub"), "anonymous: {enabled: true, conditions: [{path: /version}]}");
  EXPECT_TRUE(becomes_open("/version", true));
  EXPECT_THAT(ask("", "GET", "/livez"), StartsWith("HTTP/1.1 401"));
  // What makes no sense changes nothing; saying nothing leaves it to the setting.
  config("", "anonymous: {enabled: 7}");
  EXPECT_THAT(ask("", "GET", "/version"), StartsWith("HTTP/1.1 200"));
  config("");
  EXPECT_TRUE(becomes_open("/livez", true));
}

TEST_F(IssuersInAFile, MustMakeSense) {
  EXPECT_THAT(why({{"authentication_config", config("{issuer: {url: http://i}}")}}),
              HasSubstr("jwt[0].issuer.url: Invalid value: \"http://i\": URL scheme must be "
                        "https"));
  EXPECT_THAT(why({{"authentication_config", config("")},
                   {"oidc_issuer_url", "https://i"},
                   {"oidc_client_id", "kubus"}}),
              HasSubstr("authentication_config: can not be specified when oidc_* are set"));
  EXPECT_THAT(why({{"authentication_config", config("", "anonymous: {enabled: true}")},
                   {"anonymous_auth", "false"}}),
              HasSubstr("anonymous_auth"));
}

}  // namespace
}  // namespace kubus::apiserver
