#include "puller.h"

#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "digest.h"
#include "process.h"
#include "reference.h"

extern char** environ;

namespace kubus::runtime_oci {
namespace {

constexpr std::chrono::minutes kManifestPatience(2);
constexpr std::chrono::minutes kCopyPatience(60);

std::string base64(std::string_view text) {
  static constexpr char kDigits[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string result;
  for (std::size_t i = 0; i < text.size(); i += 3) {
    unsigned value = 0;
    for (std::size_t j = 0; j < 3; ++j)
      value = value << 8 | (i + j < text.size() ? static_cast<unsigned char>(text[i + j]) : 0u);
    for (int shift = 18; shift >= 0; shift -= 6) result += kDigits[value >> shift & 63];
    if (i + 1 >= text.size()) result[result.size() - 2] = '=';
    if (i + 2 >= text.size()) result.back() = '=';
  }
  return result;
}

std::string quoted(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    if (static_cast<unsigned char>(c) >= 0x20) result += c;
  }
  return result + "\"";
}

// The registry's key in an authentication file, as skopeo looks it up.
std::string registry_key(const Reference& reference) { return reference.domain; }

std::string auth_file(const Reference& reference, const runtime::AuthConfig& auth) {
  std::string entry;
  if (!auth.auth().empty())
    entry = "\"auth\":" + quoted(auth.auth());
  else if (!auth.username().empty())
    entry = "\"auth\":" + quoted(base64(auth.username() + ":" + auth.password()));
  if (!auth.identity_token().empty())
    entry += (entry.empty() ? "" : ",") + ("\"identitytoken\":" + quoted(auth.identity_token()));
  if (entry.empty()) return "{\"auths\":{}}";
  return "{\"auths\":{" + quoted(registry_key(reference)) + ":{" + entry + "}}}";
}

// One invocation of skopeo: its files live in `scratch`.
class Skopeo {
 public:
  Skopeo(const Node& node, const Reference& reference, std::string scratch)
      : node_(node), reference_(reference), scratch_(std::move(scratch)) {}

  Status prepare(const runtime::AuthConfig& auth) {
    const auto program = find_program(node_.settings.skopeo);
    if (!program.ok()) return program.status();
    program_ = *program;
    // It would have to be on the command line, where everyone reads it.
    if (!auth.registry_token().empty())
      return {Code::kInvalid, "registry tokens are not supported; use a user and password"};
    return write_file(scratch_ + "/auth.json", auth_file(reference_, auth), 0600, false);
  }

  Result<std::string> call(const std::vector<std::string>& arguments, std::string_view tls_option,
                           std::chrono::milliseconds patience) const {
    SpawnOptions options;
    if (!node_.settings.pull_netns.empty())
      options.argv = {node_.settings.helper_dir + "/oci-enter", "-n", node_.settings.pull_netns};
    options.argv.insert(options.argv.end(), {program_, "--insecure-policy"});
    options.argv.insert(options.argv.end(), arguments.begin(), arguments.end() - tail(arguments));
    options.argv.insert(options.argv.end(), {"--authfile", scratch_ + "/auth.json"});
    if (insecure()) options.argv.push_back(std::string(tls_option) + "=false");
    options.argv.insert(options.argv.end(), arguments.end() - tail(arguments), arguments.end());
    options.env = environment();
    const auto result = run(std::move(options), patience, &node_.cancelled);
    if (!result.ok()) return result.status();
    if (result->exit_code != 0) return failure(result->err);
    return result->out;
  }

 private:
  // The positional arguments at the end.
  static std::ptrdiff_t tail(const std::vector<std::string>& arguments) {
    return arguments.front() == "copy" ? 2 : 1;
  }

  bool insecure() const {
    const auto& list = node_.settings.insecure_registries;
    return std::find(list.begin(), list.end(), reference_.domain) != list.end();
  }

  // Ours (proxies, certificates), with temporary files where they are cleaned up.
  std::vector<std::string> environment() const {
    std::vector<std::string> result;
    for (char** entry = environ; *entry; ++entry)
      if (std::strncmp(*entry, "TMPDIR=", 7) != 0 && std::strncmp(*entry, "HOME=", 5) != 0 &&
          std::strncmp(*entry, "XDG_RUNTIME_DIR=", 16) != 0)
        result.emplace_back(*entry);
    result.push_back("TMPDIR=" + scratch_);
    result.push_back("HOME=" + scratch_);
    result.push_back("XDG_RUNTIME_DIR=" + scratch_);
    return result;
  }

  Status failure(const std::string& text) const {
    // time="..." level=fatal msg="..."
    auto message = text.substr(0, text.find_last_not_of(" \n") + 1);
    if (const auto at = message.rfind("msg=\""); at != std::string::npos)
      message = message.substr(at + 5, message.rfind('"') - at - 5);
    for (std::size_t at = 0; (at = message.find("\\\"", at)) != std::string::npos;)
      message.replace(at, 2, "\"");
    const auto says = [&](const char* word) { return message.find(word) != std::string::npos; };
    // Not ServiceUnavailable: it is the registry that is away, not this service.
    Code code = Code::kInternalError;
    if (says("manifest unknown") || says("not found") || says("name unknown"))
      code = Code::kNotFound;
    if (says("unauthorized") || says("denied")) code = Code::kUnauthorized;
    return {code, "pulling " + reference_.to_string() + ": " + message};
  }

  const Node& node_;
  const Reference& reference_;
  const std::string scratch_;
  std::string program_;
};

void tell(const Puller::Progress& progress, const char* stage, const std::string& message) {
  runtime::PullImageProgress item;
  item.set_stage(stage);
  item.set_message(message);
  if (progress) progress(item);
}

}  // namespace

Result<runtime::Image> Puller::fetch(const std::string& image, const runtime::AuthConfig& auth,
                                     const Progress& progress) {
  const auto reference = Reference::parse(image);
  if (!reference.ok()) return reference.status();
  const auto scratch = node_.images->scratch();
  if (!scratch.ok()) return scratch.status();
  const std::shared_ptr<void> cleanup(nullptr, [&](void*) { (void)remove_tree(*scratch).ok(); });
  Skopeo skopeo(node_, *reference, *scratch);
  KUBUS_TRY(skopeo.prepare(auth));

  // The registry's own bytes give the digest the image is known by; the copy below may be rewritten
  // from Docker's format to OCI's.
  tell(progress, "resolving", reference->to_string());
  const auto manifest = skopeo.call({"inspect", "--raw", "docker://" + reference->to_string()},
                                    "--tls-verify", kManifestPatience);
  if (!manifest.ok()) return manifest.status();
  const auto digest = sha256_of(*manifest);
  if (!reference->digest.empty() && reference->digest != digest)
    return Status(Code::kInvalid, "the registry's answer does not match " + reference->digest);
  const auto exact = reference->repository() + "@" + digest;

  tell(progress, "downloading", exact);
  const auto layout = *scratch + "/layout";
  const auto copied =
      skopeo.call({"copy", "--quiet", "--dest-shared-blob-dir", node_.images->blobs_directory(),
                   "docker://" + exact, "oci:" + layout},
                  "--src-tls-verify", kCopyPatience);
  if (!copied.ok()) return copied.status();

  tell(progress, "unpacking", exact);
  return node_.images->import(layout, reference->tag.empty() ? "" : reference->tagged(), exact);
}

Result<runtime::Image> Puller::pull(const std::string& image, const runtime::AuthConfig& auth,
                                    const Progress& progress) {
  const std::string key = image + '\n' + auth.SerializeAsString();
  std::shared_ptr<Flight> flight;
  {
    std::unique_lock lock(mutex_);
    auto& slot = flights_[key];
    if (slot) {
      flight = slot;
      landed_.wait(lock, [&] { return flight->done; });
      return flight->result;
    }
    slot = flight = std::make_shared<Flight>();
  }
  auto result = fetch(image, auth, progress);
  if (result.ok()) node_.events.image(runtime::Event::IMAGE_ADDED, *result);
  const std::lock_guard lock(mutex_);
  flight->result = result;
  flight->done = true;
  flights_.erase(key);
  landed_.notify_all();
  return result;
}

}  // namespace kubus::runtime_oci
