#include "terminal_starter.h"

#include <fcntl.h>
#include <sys/mman.h>

#include <cerrno>
#include <cstring>

namespace kubus::runtime_oci {

Result<TerminalStarter> TerminalStarter::open(const std::string& program) {
  const auto code = read_file(program);
  if (!code.ok()) return code.status();
  UniqueFd copy(::memfd_create("oci-terminal", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!copy) return errno_status("memfd");
  KUBUS_TRY(write_all(copy.get(), *code));
  constexpr int kSeals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
  if (::fcntl(copy.get(), F_ADD_SEALS, kSeals) < 0) return errno_status("sealing oci-terminal");
  return TerminalStarter(std::move(copy));
}

std::vector<std::string> TerminalStarter::command(const winsize& size,
                                                  const std::vector<std::string>& command) {
  std::vector<std::string> words{"/proc/self/fd/" + std::to_string(kProgramFd),
                                 std::to_string(size.ws_row), std::to_string(size.ws_col)};
  words.insert(words.end(), command.begin(), command.end());
  return words;
}

std::string TerminalStarter::error(const std::string& file, const std::string& command) {
  const int number = static_cast<int>(read_number(file, 0));
  if (number == 0) return {};
  const bool searched = command.find('/') == std::string::npos;
  if (number == ENOENT && searched)
    return "executable file `" + command + "` not found in $PATH: " + std::strerror(number);
  return "executable file `" + command + "`: " + std::strerror(number);
}

}  // namespace kubus::runtime_oci
