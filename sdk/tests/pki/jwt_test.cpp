#include "kubus/pki/jwt.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <memory>

#include "kubus/api/base64.h"
#include "kubus/pki/certificate.h"

namespace kubus::pki {
namespace {

using ::testing::HasSubstr;

// The examples of RFC 7515, appendices A.3 and A.2.
const std::string kEcKey = R"(-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEf83OJ3D2xF1Bg8vub9tLe1gHMzV7
6e8Tus9uPHvRVEXH8UTNG72bfocs3+257rn0s2ldbqkLJK2KRiMohYjlrQ==
-----END PUBLIC KEY-----
)";
const std::string kEcToken =
    "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGx"
    "lLmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8I"
    "SlSApmWQxfKTUJqPP3-Kg6NU1Q";
const std::string kRsaKey = R"(-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAofgWCuLjybRlzo0tZWJj
NiuSfb4p4fAkd/wWJcyQoTbji9k0l8W26mPddxHmfHQp+Vaw+4qPCJrcS2mJPMEz
P1Pt0Bm4d4QlL+yRT+SFd2lZS+pCgNMsD1W/YpRPEwOWvG6b32690r2jZ47soMZo
9wGzjb/7OMg0LOL+bSf63kpaSHSXndS5z5rexMdbBYUsLA9e+KXBdQOS+UTo7WTB
EMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6/I5IhlJH7aGhyxX
FvUK+DWNmoudF8NAco9/h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXp
oQIDAQAB
-----END PUBLIC KEY-----
)";
const std::string kRsaToken =
    "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGx"
    "lLmNvbS9pc19yb290Ijp0cnVlfQ.cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5R"
    "Zmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrn"
    "byTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHW"
    "EsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0ig"
    "cN_IoypGlUPQGe77Rw";
// A key on a curve that no algorithm has, and one of 1,024 bits.
const std::string kOtherCurve = R"(-----BEGIN PUBLIC KEY-----
MFYwEAYHKoZIzj0CAQYFK4EEAAoDQgAEOsup4+iFJmhaHPT1JnsJDNTtYcpee4Co
z1/c4S400Ed05h0K9dXTb97txN5Q/Uvg6JzbJH/tX2mpH5G0gVdNRA==
-----END PUBLIC KEY-----
)";
const std::string kShortKey = R"(-----BEGIN PUBLIC KEY-----
MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQC1cvWiwC7VRsn6MFm1W69h6xJ/
NGtOf/p6FykNYMXNhoR6xAw31ldduIWKOh5dk/e8Rysr5wROT5HSsfroUjX9PaUc
MyFtvTsBVdy3ZmjCEguHVRVf/pCljgtHUXg18b8n3vT9NjCUHwWaDCtoonaNIjAi
Xc7NWaM7nCAPzJ7NZQIDAQAB
-----END PUBLIC KEY-----
)";

using KeyPtr = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

std::string pem_of(EVP_PKEY* key) {
  BIO* bio = BIO_new(BIO_s_mem());
  PEM_write_bio_PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr);
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  std::string pem(data, static_cast<std::size_t>(size));
  BIO_free(bio);
  return pem;
}

std::string new_rsa_key() { return pem_of(KeyPtr(EVP_RSA_gen(2048), EVP_PKEY_free).get()); }
std::string new_curve_key(const char* curve) {
  return pem_of(KeyPtr(EVP_EC_gen(curve), EVP_PKEY_free).get());
}

std::vector<VerifyingKey> keys(const std::string& pem) { return *VerifyingKey::parse_all(pem); }

bool believed(const std::string& token, const std::vector<VerifyingKey>& by) {
  const auto parsed = Token::parse(token);
  return parsed.ok() && verify(*parsed, by);
}

std::string compact(const std::string& header, const std::string& claims,
                    const std::string& signature) {
  return encode_base64url(header) + "." + encode_base64url(claims) + "." +
         encode_base64url(signature);
}

TEST(Jwt, VerifiesWhatOthersSigned) {
  EXPECT_TRUE(believed(kEcToken, keys(kEcKey)));
  EXPECT_TRUE(believed(kRsaToken, keys(kRsaKey)));
  EXPECT_TRUE(believed(kRsaToken, keys(kEcKey + kRsaKey)));
  EXPECT_FALSE(believed(kEcToken, keys(kRsaKey)));
  EXPECT_THAT(Token::parse(kEcToken)->claims, HasSubstr("http://example.com/is_root"));
}

TEST(Jwt, NamesKeysAsTheReferenceDoes) {
  EXPECT_EQ(keys(kEcKey)[0].id(), "K9G7DESol8MKeqCZHN442AYv5EHeUNoPRoJTRPYC6Cc");
  EXPECT_EQ(keys(kRsaKey)[0].id(), "b9E8JDWjYefFiM0X9V9a098Bd6ZsFyemogCEX016uIw");
}

TEST(Jwt, PublishesKeys) {
  EXPECT_EQ(keys(kEcKey)[0].jwk(),
            R"({"use":"sig","kty":"EC","kid":"K9G7DESol8MKeqCZHN442AYv5EHeUNoPRoJTRPYC6Cc",)"
            R"("crv":"P-256","alg":"ES256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",)"
            R"("y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"})");
  EXPECT_THAT(keys(kRsaKey)[0].jwk(),
              HasSubstr(R"("alg":"RS256","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0)"));
  EXPECT_THAT(keys(kRsaKey)[0].jwk(), HasSubstr(R"("e":"AQAB"})"));
}

TEST(Jwt, RefusesKeysThatAreNotGoodEnough) {
  EXPECT_EQ(VerifyingKey::parse_all(kOtherCurve).code(), Code::kInvalid);
  EXPECT_EQ(VerifyingKey::parse_all(kShortKey).code(), Code::kInvalid);
  EXPECT_EQ(VerifyingKey::parse_all("no key").code(), Code::kInvalid);
  EXPECT_EQ(SigningKey::parse(kEcKey).code(), Code::kInvalid);
  EXPECT_EQ(SigningKey::parse("").code(), Code::kInvalid);
}

TEST(Jwt, VerifiesWhatItSigned) {
  for (const auto& pem : {make_signing_key()->key_pem, new_rsa_key(), new_curve_key("P-384"),
                          new_curve_key("P-521")}) {
    const auto key = SigningKey::parse(pem);
    ASSERT_TRUE(key.ok());
    const auto token = key->sign(R"({"iss":"us"})");
    ASSERT_TRUE(token.ok());
    EXPECT_TRUE(believed(*token, {key->public_key()}));
    EXPECT_FALSE(believed(*token, keys(kEcKey + kRsaKey)));
    const auto parsed = Token::parse(*token);
    EXPECT_EQ(parsed->claims, R"({"iss":"us"})");
    EXPECT_EQ(parsed->key_id, key->public_key().id());
    EXPECT_EQ(parsed->algorithm, key->public_key().algorithm());
    // The public part of a private key verifies as well.
    EXPECT_TRUE(believed(*token, keys(kEcKey + pem)));
  }
}

TEST(Jwt, BelievesNoChange) {
  const auto key = *SigningKey::parse(make_signing_key()->key_pem);
  const std::string token = *key.sign(R"({"iss":"us"})");
  for (std::size_t i = 0; i < token.size(); ++i) {
    auto changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(believed(changed, {key.public_key()})) << i;
  }
}

TEST(Jwt, BelievesNoOtherAlgorithm) {
  const auto key = *SigningKey::parse(make_signing_key()->key_pem);
  const std::string claims = R"({"iss":"us"})";
  const std::string good = Token::parse(*key.sign(claims))->signature;
  const auto id = key.public_key().id();
  for (const char* algorithm : {"none", "HS256", "RS256", "es256", "ES384", "PS256"})
    EXPECT_FALSE(believed(
        compact(std::string(R"({"alg":")") + algorithm + R"(","kid":")" + id + "\"}", claims, good),
        {key.public_key()}))
        << algorithm;
  EXPECT_FALSE(believed(compact(R"({"alg":"ES256"})", claims, ""), {key.public_key()}));
  EXPECT_FALSE(
      believed(compact(R"({"alg":"ES256"})", claims, std::string(64, '\0')), {key.public_key()}));
}

// `key` with a padding of another scheme, or another hash.
std::string signed_with(EVP_PKEY* key, const std::string& algorithm) {
  const auto text =
      encode_base64url(R"({"alg":")" + algorithm + "\"}") + "." + encode_base64url("{}");
  const EVP_MD* hash = algorithm.ends_with("256")   ? EVP_sha256()
                       : algorithm.ends_with("384") ? EVP_sha384()
                                                    : EVP_sha512();
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                        EVP_MD_CTX_free);
  EVP_PKEY_CTX* settings = nullptr;
  EVP_DigestSignInit(context.get(), &settings, hash, nullptr, key);
  if (algorithm.starts_with("PS")) {
    EVP_PKEY_CTX_set_rsa_padding(settings, RSA_PKCS1_PSS_PADDING);
    EVP_PKEY_CTX_set_rsa_pss_saltlen(settings, RSA_PSS_SALTLEN_DIGEST);
  }
  std::string signature(512, '\0');
  std::size_t size = signature.size();
  EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                 reinterpret_cast<const unsigned char*>(text.data()), text.size());
  return text + "." + encode_base64url(signature.substr(0, size));
}

TEST(Jwt, VerifiesEveryAlgorithmOfRsa) {
  const KeyPtr key(EVP_RSA_gen(2048), EVP_PKEY_free);
  const auto own = keys(pem_of(key.get()));
  for (const char* algorithm : {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"}) {
    const auto token = signed_with(key.get(), algorithm);
    EXPECT_TRUE(believed(token, own)) << algorithm;
    EXPECT_FALSE(believed(token, keys(kRsaKey))) << algorithm;
    // One that says to be signed in another way is not.
    for (const char* other : {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256"}) {
      auto parsed = *Token::parse(token);
      parsed.algorithm = other;
      EXPECT_EQ(verify(parsed, own), std::string_view(other) == algorithm) << other;
    }
  }
}

TEST(Jwt, TakesOnlyTheKeyThatIsNamed) {
  const auto key = *SigningKey::parse(make_signing_key()->key_pem);
  const std::string token = *key.sign("{}");
  auto parsed = *Token::parse(token);
  parsed.key_id = keys(kEcKey)[0].id();
  EXPECT_FALSE(verify(parsed, {key.public_key(), keys(kEcKey)[0]}));
  parsed.key_id.clear();
  EXPECT_TRUE(verify(parsed, {keys(kEcKey)[0], key.public_key()}));
}

TEST(Jwt, TakesNothingApartThatIsNoToken) {
  const std::string claims = encode_base64url("{}");
  const std::string header = encode_base64url(R"({"alg":"ES256"})");
  for (const std::string& text :
       {std::string(), std::string("."), std::string(".."), header + "." + claims,
        header + "." + claims + ".a.b", header + "." + claims + "=.", header + "\n." + claims + ".",
        "a." + claims + ".", encode_base64url("[]") + "." + claims + ".",
        encode_base64url("{}") + "." + claims + ".",
        encode_base64url(R"({"alg":1})") + "." + claims + ".",
        encode_base64url(R"({"alg":"ES256","alg":"none"})") + "." + claims + ".",
        encode_base64url(R"({"alg":"ES256","kid":[]})") + "." + claims + ".",
        encode_base64url(R"({"alg":"ES256","crit":["x"],"x":1})") + "." + claims + ".",
        header + "." + encode_base64url(std::string(kMaxToken, 'a')) + "."})
    EXPECT_FALSE(Token::parse(text).ok()) << text.substr(0, 80);
}

std::string set_of(const std::string& jwks) { return R"({"keys":[)" + jwks + "]}"; }

std::vector<VerifyingKey> published(const std::string& jwks) {
  auto keys = VerifyingKey::parse_jwks(set_of(jwks));
  return keys.ok() ? *keys : std::vector<VerifyingKey>();
}

// With one text in place of another.
std::string with(std::string text, const std::string& old, const std::string& now) {
  const auto at = text.find(old);
  return at == std::string::npos ? "" : text.replace(at, old.size(), now);
}

TEST(Jwks, HasTheKeysThatWerePublished) {
  for (const auto& pem : {make_signing_key()->key_pem, new_rsa_key(), new_curve_key("P-384"),
                          new_curve_key("P-521")}) {
    const auto key = *SigningKey::parse(pem);
    const auto jwk = key.public_key().jwk();
    const auto read = published(keys(kEcKey)[0].jwk() + "," + jwk);
    ASSERT_EQ(read.size(), 2);
    EXPECT_EQ(read[1].jwk(), jwk);
    EXPECT_EQ(read[1].algorithm(), key.public_key().algorithm());
    EXPECT_TRUE(believed(*key.sign("{}"), read));
    EXPECT_FALSE(believed(*key.sign("{}"), {read[0]}));
  }
  EXPECT_TRUE(believed(kRsaToken, published(keys(kRsaKey)[0].jwk())));
  EXPECT_TRUE(VerifyingKey::parse_jwks(set_of(""))->empty());
}

TEST(Jwks, NamesKeysAsTheirPublisherDoes) {
  const auto jwk = keys(kEcKey)[0].jwk();
  const auto named = with(jwk, "K9G7DESol8MKeqCZHN442AYv5EHeUNoPRoJTRPYC6Cc", "the \\\"first\\\"");
  ASSERT_EQ(published(named).size(), 1);
  EXPECT_EQ(published(named)[0].id(), "the \"first\"");
  EXPECT_EQ(published(named)[0].jwk(), named);
  const auto nameless = with(jwk, "\"kid\"", "\"kind\"");
  EXPECT_EQ(published(nameless)[0].id(), "");
  // The members that say what a key is for may be missing.
  EXPECT_EQ(published(with(with(jwk, "\"use\"", "\"us\""), "\"alg\"", "\"al\"")).size(), 1);
}

TEST(Jwks, LimitsAKeyToTheAlgorithmItIsPublishedFor) {
  const KeyPtr key(EVP_RSA_gen(2048), EVP_PKEY_free);
  const auto jwk = keys(pem_of(key.get()))[0].jwk();
  const auto for_pss = published(with(jwk, "RS256", "PS256"));
  ASSERT_EQ(for_pss.size(), 1);
  EXPECT_EQ(for_pss[0].algorithm(), "PS256");
  EXPECT_EQ(for_pss[0].jwk(), with(jwk, "RS256", "PS256"));
  const auto token = signed_with(key.get(), "PS256");
  EXPECT_TRUE(believed(token, for_pss));
  EXPECT_FALSE(believed(signed_with(key.get(), "RS256"), for_pss));
  EXPECT_FALSE(believed(token, published(jwk)));
  // One that is published for nothing in particular may be used for all.
  EXPECT_TRUE(believed(token, published(with(jwk, "\"alg\"", "\"al\""))));
}

TEST(Jwks, LeavesOutWhatNoTokenMayBeSignedWith) {
  const auto ec = keys(kEcKey)[0].jwk();
  const auto rsa = keys(kRsaKey)[0].jwk();
  const std::string short_modulus = encode_base64url(std::string(128, '\x81'));
  const std::string long_modulus = encode_base64url(std::string(1025, '\x81'));
  const auto modulus = [&] {
    const auto at = rsa.find("\"n\":\"") + 5;
    return rsa.substr(at, rsa.find('"', at) - at);
  }();
  for (const auto& jwk :
       {with(ec, "P-256", "P-384"), with(ec, "\"sig\"", "\"enc\""), with(ec, "ES256", "ES384"),
        with(ec, "\"EC\"", "\"oct\""), with(ec, "\"x\":\"f", "\"x\":\"g"),
        with(ec, "\"y\"", "\"z\""), with(ec, "\"x\":\"f", "\"x\":\""),
        with(rsa, "RS256", "HS256"), with(rsa, "RS256", "ES256"), with(rsa, "AQAB", "AQ"),
        with(rsa, "AQAB", "AA"), with(rsa, "AQAB", ""), with(rsa, "AQAB", "AAAAAAAAAAAAAQAB"),
        with(rsa, modulus, short_modulus), with(rsa, modulus, long_modulus),
        with(rsa, modulus, ""), with(rsa, "\"n\":\"", "\"n\":1,\"m\":\""),
        with(ec, "K9G7", std::string(1100, 'k')), std::string("{}")}) {
    ASSERT_FALSE(jwk.empty());
    const auto set = VerifyingKey::parse_jwks(set_of(jwk + "," + rsa));
    ASSERT_TRUE(set.ok()) << jwk;
    EXPECT_EQ(set->size(), 1) << jwk;
  }
}

TEST(Jwks, IsNotReadFromWhatIsNoSet) {
  std::string many = keys(kEcKey)[0].jwk();
  for (int i = 0; i < 128; ++i) many += ",{}";
  for (const std::string& text :
       {std::string(), std::string("[]"), std::string("{}"), std::string(R"({"keys":{}})"),
        std::string(R"({"keys":[1]})"), std::string(R"({"keys":[)"), set_of(many),
        set_of("") + std::string(2 << 20, ' '),
        R"({"keys":)" + std::string(1000, '[') + std::string(1000, ']') + "}"})
    EXPECT_EQ(VerifyingKey::parse_jwks(text).code(), Code::kInvalid) << text.substr(0, 80);
}

TEST(Base64Url, HasOneTextForEachValue) {
  EXPECT_EQ(encode_base64url("\xff\xfe\xfd?"), "__79Pw");
  EXPECT_EQ(*decode_base64url("__79Pw"), "\xff\xfe\xfd?");
  EXPECT_EQ(*decode_base64url(""), "");
  for (const char* text : {"__79Pw==", "__79Px", "//79Pw", "__79 Pw", "_", "__79Pw\n"})
    EXPECT_FALSE(decode_base64url(text).ok()) << text;
}

TEST(Certificates, OfClientsAreCheckedAgainstTheirCa) {
  const auto ca = *make_ca("one", std::chrono::hours(1));
  const auto other = *make_ca("other", std::chrono::hours(1));
  Request request;
  request.subject.common_name = "proxy";
  const auto der_of = [](const Pair& pair) {
    const auto begin = pair.certificate_pem.find('\n');
    const auto end = pair.certificate_pem.rfind("-----END");
    return *decode_base64(pair.certificate_pem.substr(begin, end - begin));
  };
  const auto client = der_of(*issue(ca, request));
  EXPECT_EQ(verify_client(client, ca.certificate_pem)->subject.common_name, "proxy");
  EXPECT_TRUE(verify_client(client, other.certificate_pem + ca.certificate_pem).ok());
  EXPECT_EQ(verify_client(client, other.certificate_pem).code(), Code::kUnauthorized);
  EXPECT_EQ(verify_client("nonsense", ca.certificate_pem).code(), Code::kUnauthorized);
  request.use = Use::kServer;
  EXPECT_FALSE(verify_client(der_of(*issue(ca, request)), ca.certificate_pem).ok());
  request.use = Use::kClient;
  request.lifetime = std::chrono::hours(-1);
  EXPECT_FALSE(verify_client(der_of(*issue(ca, request)), ca.certificate_pem).ok());
}

}  // namespace
}  // namespace kubus::pki
