#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <utility>
#include <vector>

#include "command/commands.h"
#include "new_plugin_files.h"

namespace kubus::command {
namespace {

void replace_all(std::string& text, std::string_view what, const std::string& with) {
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += with.size())
    text.replace(at, what.size(), with);
}

}  // namespace

void write_new_plugin(const std::string& name) {
  namespace fs = std::filesystem;
  bool good = !name.empty() && name.size() <= 63 && name.back() != '-' &&
              std::islower(static_cast<unsigned char>(name.front())) &&
              std::all_of(name.begin(), name.end(), [](unsigned char c) {
                return std::islower(c) || std::isdigit(c) || c == '-';
              });
  if (!good)
    throw Failure{1,
                  "a plugin's name is of lower case letters, digits and dashes, and begins "
                  "with a letter"};
  if (fs::exists(name)) throw Failure{1, name + " exists already"};
  auto space = name;
  std::replace(space.begin(), space.end(), '-', '_');
  for (const auto& [file, contents] : kNewPluginFiles) {
    std::string text(contents);
    replace_all(text, "@NAME@", name);
    replace_all(text, "@NAMESPACE@", space);
    auto path = fs::path(name) / file;
    fs::create_directories(path.parent_path());
    std::ofstream out(path);
    out << text;
    if (!out.flush()) throw Failure{1, "cannot write " + path.string()};
  }
  // An SDK is what was installed; in a build it is in parts all over the place.
  std::error_code ignored;
  const auto top = fs::read_symlink("/proc/self/exe", ignored).parent_path().parent_path().string();
  const bool of_build = fs::exists(top + "/CMakeCache.txt", ignored);
  std::cout << "The controller \"" << name << "\" is in " << name << "/. Build and try it:\n"
            << (of_build ? "  cmake --install " + top + " --prefix /opt/kubus   # once\n" : "")
            << "  cmake -S " << name << " -B " << name << "/build -DCMAKE_PREFIX_PATH="
            << (of_build ? "/opt/kubus" : top) << " && cmake --build " << name << "/build\n"
            << "  ctest --test-dir " << name << "/build\n"
            << "  kubus plugin load " << name << "/build/plugins/" << name << ".so\n";
}

}  // namespace kubus::command
