#include "spec.h"

#include <algorithm>
#include <map>

#include "capabilities.h"
#include "spec_parts.h"

namespace kubus::runtime_oci {
namespace {

namespace json = boost::json;

constexpr const char* kDefaultPath =
    "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

json::array array_of(const auto& items) {
  json::array result;
  for (const auto& item : items) result.emplace_back(item);
  return result;
}

// Later settings of a name replace earlier ones in their place.
void set_env(std::vector<std::string>& env, const std::string& entry) {
  const auto name = entry.substr(0, entry.find('=') + 1);
  for (auto& existing : env)
    if (existing.starts_with(name)) {
      existing = entry;
      return;
    }
  env.push_back(entry);
}

// The system takes such words up to their first NUL: another command than the one asked for would
// run.
Status check_words(const std::vector<std::string>& words) {
  for (const auto& word : words)
    if (word.find('\0') != std::string::npos)
      return Status(Code::kInvalid, "a command or its environment contains a NUL byte");
  return {};
}

Result<json::object> spec_process(const SpecInput& input) {
  const auto args = command_line(input.config, input.image);
  if (!args.ok()) return args.status();
  KUBUS_TRY(check_words(*args));
  const auto env = environment(input);
  KUBUS_TRY(check_words(env));
  const auto& context = input.config.security();
  const auto capabilities = container_capabilities(context);
  if (!capabilities.ok()) return capabilities.status();
  const auto list = array_of(*capabilities);
  json::object user{{"uid", input.user.uid}, {"gid", input.user.gid}};
  if (!input.user.groups.empty()) user["additionalGids"] = array_of(input.user.groups);
  json::object process{
      {"terminal", input.config.tty()},
      {"user", std::move(user)},
      {"args", array_of(*args)},
      {"env", array_of(env)},
      {"cwd", working_dir(input.config, input.image)},
      {"capabilities", {{"bounding", list}, {"effective", list}, {"permitted", list}}},
      {"noNewPrivileges", context.no_new_privileges()}};
  if (input.config.resources().has_oom_score_adj())
    process["oomScoreAdj"] = input.config.resources().oom_score_adj();
  return process;
}

}  // namespace

Result<std::vector<std::string>> command_line(const runtime::ContainerConfig& config,
                                              const ImageConfig& image) {
  std::vector<std::string> result(config.command().begin(), config.command().end());
  std::vector<std::string> args(config.args().begin(), config.args().end());
  if (result.empty()) {
    result = image.entrypoint;
    if (args.empty()) args = image.command;
  }
  result.insert(result.end(), args.begin(), args.end());
  if (result.empty())
    return Status(Code::kInvalid, "no command specified, neither by the container nor its image");
  return result;
}

std::vector<std::string> environment(const SpecInput& input) {
  std::vector<std::string> env{kDefaultPath};
  if (!input.sandbox.hostname().empty()) env.push_back("HOSTNAME=" + input.sandbox.hostname());
  if (input.config.tty()) env.emplace_back("TERM=xterm");
  for (const auto& entry : input.image.env)
    if (entry.find('=') != std::string::npos) set_env(env, entry);
  for (const auto& entry : input.config.env()) set_env(env, entry.key() + "=" + entry.value());
  if (std::none_of(env.begin(), env.end(), [](const auto& e) { return e.starts_with("HOME="); }))
    env.push_back("HOME=" + input.user.home);
  return env;
}

std::string working_dir(const runtime::ContainerConfig& config, const ImageConfig& image) {
  std::string directory = config.working_dir().empty() ? image.working_dir : config.working_dir();
  if (directory.empty() || directory[0] != '/') directory = "/" + directory;
  return directory;
}

const runtime::NamespaceOptions& namespaces_of(const runtime::ContainerConfig& config,
                                               const runtime::SandboxConfig& sandbox) {
  return config.security().has_namespaces() ? config.security().namespaces()
                                            : sandbox.security().namespaces();
}

Result<std::string> make_spec(const SpecInput& input) {
  auto process = spec_process(input);
  if (!process.ok()) return process.status();
  auto linux_part = spec_linux(input);
  if (!linux_part.ok()) return linux_part.status();
  json::object spec{
      {"ociVersion", "1.0.2"},
      {"process", std::move(*process)},
      {"root", {{"path", input.rootfs}, {"readonly", input.config.security().readonly_rootfs()}}},
      {"mounts", spec_mounts(input)},
      {"linux", std::move(*linux_part)}};
  try {
    return json::serialize(spec);
  } catch (const std::exception& error) {
    return Status(Code::kInternalError, error.what());
  }
}

Result<std::string> make_exec_process(const std::string& spec,
                                      const std::vector<std::string>& command, bool tty) {
  KUBUS_TRY(check_words(command));
  try {
    json::value value = json::parse(spec);
    auto& process = value.at("process").as_object();
    process["args"] = array_of(command);
    process["terminal"] = tty;
    auto& env = process.at("env").as_array();
    const auto names_term = [](const json::value& e) {
      return e.is_string() && e.get_string().starts_with("TERM=");
    };
    if (tty && std::none_of(env.begin(), env.end(), names_term)) env.emplace_back("TERM=xterm");
    return json::serialize(process);
  } catch (const std::exception& error) {
    return Status(Code::kInvalid, std::string("container specification: ") + error.what());
  }
}

}  // namespace kubus::runtime_oci
