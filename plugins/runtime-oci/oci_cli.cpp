#include "oci_cli.h"

#include <filesystem>

#include "files.h"
#include "process.h"

namespace kubus::runtime_oci {
namespace {

constexpr std::chrono::seconds kPatience(60);

// The runtime's complaint in one line, without the time and level some put before it.
std::string complaint(const std::string& text) {
  std::string line = text.substr(0, text.find_last_not_of(" \n") + 1);
  if (const auto cut = line.rfind('\n'); cut != std::string::npos) line.erase(0, cut + 1);
  return line;
}

Status run_checked(const std::vector<std::string>& argv, const char* what) {
  SpawnOptions options;
  options.argv = argv;
  options.env = minimal_env();
  const auto result = run(std::move(options), kPatience);
  if (!result.ok()) return result.status();
  if (result->exit_code != 0)
    return {Code::kInternalError, std::string(what) + ": " + complaint(result->err)};
  return {};
}

}  // namespace

Result<OciCli> OciCli::find(const Settings& settings, bool hide_unified) {
  OciCli self;
  const auto program = find_program(settings.crun);
  if (!program.ok()) return program.status();
  self.name_ = std::filesystem::path(*program).filename().string();
  SpawnOptions options;
  options.argv = {*program, "--version"};
  options.env = minimal_env();
  const auto printed = run(std::move(options), kPatience);
  if (!printed.ok()) return printed.status();
  // "crun version 1.8.1", "runc version 1.1.5+ds1"
  const auto line = printed->out.substr(0, printed->out.find('\n'));
  self.version_ = line.substr(line.rfind(' ') + 1);
  if (hide_unified && self.name_ == "crun")
    self.prefix_ = {settings.helper_dir + "/oci-enter", "-u"};
  self.root_ = settings.oci_root();
  self.prefix_.insert(self.prefix_.end(), {*program, "--root", self.root_});
  return self;
}

std::vector<std::string> OciCli::command(const std::vector<std::string>& arguments) const {
  auto argv = prefix_;
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  return argv;
}

Status OciCli::start(const std::string& id) const {
  return run_checked(command({"start", id}), "start");
}

Status OciCli::remove(const std::string& id) const {
  if (!exists(root_ + "/" + id)) return {};
  return run_checked(command({"delete", "--force", id}), "delete");
}

}  // namespace kubus::runtime_oci
