#include "token/static_tokens.h"

#include <openssl/sha.h>

#include <map>

namespace kubus::apiserver {
namespace {

std::string digest_of(std::string_view token) {
  std::string digest(SHA256_DIGEST_LENGTH, '\0');
  SHA256(reinterpret_cast<const unsigned char*>(token.data()), token.size(),
         reinterpret_cast<unsigned char*>(digest.data()));
  return digest;
}

std::string trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(" \t\r") - first + 1));
}

// The fields of one line of comma-separated values; "" within quotes is a quote.
std::vector<std::string> split_fields(std::string_view line) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (c == '"' && quoted && i + 1 < line.size() && line[i + 1] == '"') {
      fields.back() += '"';
      ++i;
    } else if (c == '"') {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      fields.emplace_back();
    } else {
      fields.back() += c;
    }
  }
  return fields;
}

std::vector<std::string> split_groups(std::string_view text) {
  std::vector<std::string> groups;
  while (!text.empty()) {
    const auto comma = text.find(',');
    if (auto group = trimmed(text.substr(0, comma)); !group.empty())
      groups.push_back(std::move(group));
    if (comma == std::string_view::npos) break;
    text.remove_prefix(comma + 1);
  }
  return groups;
}

class StaticTokens final : public TokenAuthenticator {
 public:
  explicit StaticTokens(Audiences own) : own_(std::move(own)) {}

  // False for a line that cannot be.
  bool add(std::string_view line) {
    const auto fields = split_fields(line);
    if (fields.size() < 3 || trimmed(fields[1]).empty()) return false;
    const auto token = trimmed(fields[0]);
    if (token.empty()) return true;
    Identity identity;
    identity.name = trimmed(fields[1]);
    identity.uid = trimmed(fields[2]);
    if (fields.size() > 3) identity.groups = split_groups(fields[3]);
    holders_[digest_of(token)] = std::move(identity);
    return true;
  }

  Result<std::optional<TokenHolder>> authenticate(std::string_view token,
                                                  const Audiences& audiences) override {
    // By digest: how long the search takes tells nothing of the tokens.
    const auto found = holders_.find(digest_of(token));
    if (found == holders_.end()) return std::optional<TokenHolder>();
    TokenHolder holder{found->second, intersection(own_, audiences)};
    if (holder.audiences.empty())
      return Status(Code::kUnauthorized, "the token is only for this API server");
    return std::optional<TokenHolder>(std::move(holder));
  }

 private:
  const Audiences own_;
  std::map<std::string, Identity> holders_;
};

}  // namespace

Result<std::unique_ptr<TokenAuthenticator>> make_static_tokens(const std::string& csv,
                                                               Audiences own) {
  auto tokens = std::make_unique<StaticTokens>(std::move(own));
  std::string_view rest = csv;
  for (int number = 1; !rest.empty(); ++number) {
    const auto end = rest.find('\n');
    const auto line = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    if (trimmed(line).empty() || line.front() == '#') continue;
    if (!tokens->add(line))
      return Status(Code::kInvalid, "line " + std::to_string(number) +
                                        ": not of the form token,user,uid,\"groups\"");
  }
  return std::unique_ptr<TokenAuthenticator>(std::move(tokens));
}

}  // namespace kubus::apiserver
