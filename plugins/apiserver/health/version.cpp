#include "health/version.h"

#include <sys/utsname.h>

namespace kubus::apiserver {

std::string platform() {
  utsname machine{};
  ::uname(&machine);
  std::string architecture = machine.machine;
  if (architecture == "x86_64") architecture = "amd64";
  if (architecture == "aarch64") architecture = "arm64";
  return "linux/" + architecture;
}

std::string version_json() {
  std::string text = "{\n";
  const auto line = [&](std::string_view key, std::string_view value, bool last = false) {
    text.append("  \"").append(key).append("\": \"").append(value).append(last ? "\"\n" : "\",\n");
  };
  line("major", "1");
  line("minor", "35");
  line("emulationMajor", "1");
  line("emulationMinor", "35");
  line("minCompatibilityMajor", "1");
  line("minCompatibilityMinor", "34");
  line("gitVersion", kGitVersion);
  line("gitCommit", "");
  line("gitTreeState", "");
  line("buildDate", "1970-01-01T00:00:00Z");
  line("goVersion", "");
  line("compiler", "gcc " __VERSION__);
  line("platform", platform(), true);
  return text + "}";
}

}  // namespace kubus::apiserver
