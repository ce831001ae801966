#include "loader/thread_check.h"

#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <thread>
#include <vector>

namespace kubus::kernel {
namespace {

struct Range {
  std::uintptr_t begin = 0;
  std::uintptr_t end = 0;
  bool has(std::uintptr_t address) const { return address >= begin && address < end; }
};

// All mappings, and of them those with code of `path`.
void read_maps(const std::string& path, std::vector<Range>& all, std::vector<Range>& code) {
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    std::istringstream fields(line);
    Range range;
    char dash = 0;
    std::string mode;
    fields >> std::hex >> range.begin >> dash >> range.end >> mode;
    all.push_back(range);
    if (mode.size() > 2 && mode[2] == 'x' && line.find(path) != std::string::npos)
      code.push_back(range);
  }
}

// The stack pointer of a thread that is blocked in the kernel; nothing for one that runs.
std::optional<std::uintptr_t> stack_pointer(const std::string& task) {
  std::ifstream file(task + "/syscall");
  std::string line;
  if (!std::getline(file, line) || line == "running") return {};
  // Its last two words are the stack pointer and the program counter.
  auto last = line.rfind(' ');
  auto before = last == std::string::npos ? last : line.rfind(' ', last - 1);
  if (before == std::string::npos) return {};
  return std::stoull(line.substr(before + 1), nullptr, 16);
}

bool stack_refers_to(std::uintptr_t top, const std::vector<Range>& all,
                     const std::vector<Range>& code) {
  auto stack = std::find_if(all.begin(), all.end(), [&](const Range& r) { return r.has(top); });
  if (stack == all.end()) return false;
  std::vector<std::uintptr_t> words((stack->end - top) / sizeof(std::uintptr_t));
  iovec local{words.data(), words.size() * sizeof(std::uintptr_t)};
  iovec remote{reinterpret_cast<void*>(top), local.iov_len};
  // Not read directly: the thread may end meanwhile and take its stack with it.
  auto got = ::process_vm_readv(::getpid(), &local, 1, &remote, 1, 0);
  words.resize(got > 0 ? static_cast<std::size_t>(got) / sizeof(std::uintptr_t) : 0);
  return std::any_of(words.begin(), words.end(), [&](std::uintptr_t word) {
    return std::any_of(code.begin(), code.end(), [&](const Range& r) { return r.has(word); });
  });
}

}  // namespace

std::size_t threads_inside(const std::string& path) {
  std::vector<Range> all;
  std::vector<Range> code;
  read_maps(path, all, code);
  if (code.empty()) return 0;
  std::size_t found = 0;
  const auto self = std::to_string(::gettid());
  std::error_code ignored;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task", ignored)) {
    if (task.path().filename() == self) continue;
    auto top = stack_pointer(task.path());
    for (int tries = 0; !top && tries < 20 && std::filesystem::exists(task.path(), ignored);
         ++tries) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
      top = stack_pointer(task.path());
    }
    if (top && stack_refers_to(*top, all, code)) ++found;
  }
  return found;
}

}  // namespace kubus::kernel
