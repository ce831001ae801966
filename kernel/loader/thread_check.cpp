#include "loader/thread_check.h"

#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

namespace kubus::kernel {
namespace {

struct Mapping {
  std::uintptr_t begin = 0;
  std::uintptr_t end = 0;
  bool code = false;
  bool searched = false;  // code of the file looked for
};

std::vector<Mapping> read_maps(const std::string& path) {
  std::vector<Mapping> found;
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    Mapping mapping;
    char mode[5] = {};
    std::sscanf(line.c_str(), "%lx-%lx %4s", &mapping.begin, &mapping.end, mode);
    mapping.code = mode[2] == 'x';
    mapping.searched = mapping.code && line.find(path) != std::string::npos;
    found.push_back(mapping);
  }
  return found;
}

Mapping mapping_at(const std::vector<Mapping>& maps, std::uintptr_t address) {
  auto after = std::upper_bound(maps.begin(), maps.end(), address,
                                [](auto a, const Mapping& m) { return a < m.end; });
  return after != maps.end() && address >= after->begin ? *after : Mapping{};
}

// The stack pointer of a thread that is blocked in the kernel; 0 for one that runs.
std::uintptr_t stack_pointer(const std::string& task) {
  std::ifstream file(task + "/syscall");
  std::string line;
  std::getline(file, line);
  const auto last = line.rfind(' ');  // none in "running"
  if (last == std::string::npos) return 0;
  // Its last two words are the stack pointer and the program counter.
  return std::stoull(line.substr(line.rfind(' ', last - 1) + 1), nullptr, 16);
}

// Whether one of the outermost calls of a stack returns into the searched code. Further in, a word
// proves nothing: stacks are reused, and old return addresses stay in the gaps of new frames.
bool starts_in_searched(std::uintptr_t top, const std::vector<Mapping>& maps) {
  constexpr std::uintptr_t kDeepest = 1 << 20;
  const auto end = std::clamp(mapping_at(maps, top).end, top, top + kDeepest);
  std::vector<std::uintptr_t> words((end - top) / sizeof top);
  iovec local{words.data(), words.size() * sizeof(std::uintptr_t)};
  iovec remote{reinterpret_cast<void*>(top), local.iov_len};
  // Not read directly: the thread may end meanwhile and take its stack with it.
  auto got = ::process_vm_readv(::getpid(), &local, 1, &remote, 1, 0);
  words.resize(got > 0 ? static_cast<std::size_t>(got) / sizeof(std::uintptr_t) : 0);
  // Where a stack ends, glibc's control block of its thread begins: with its own address, twice.
  for (std::size_t i = 2; i < words.size(); ++i)
    if (words[i] == top + (i - 2) * sizeof top && words[i - 2] == words[i]) words.resize(i - 2);
  int calls = 8;
  for (auto word = words.rbegin(); word != words.rend() && calls > 0; ++word) {
    const auto mapping = *word != 0 ? mapping_at(maps, *word) : Mapping{};
    if (mapping.searched) return true;
    calls -= mapping.code;
  }
  return false;
}

}  // namespace

std::size_t threads_inside(const std::string& path) {
  const auto maps = read_maps(path);
  std::size_t found = 0;
  const auto self = std::to_string(::gettid());
  std::error_code ignored;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task", ignored)) {
    if (task.path().filename() == self) continue;
    std::uintptr_t top = 0;
    for (int tries = 0; !(top = stack_pointer(task.path())) && tries < 20; ++tries)
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    if (starts_in_searched(top, maps)) ++found;
  }
  return found;
}

}  // namespace kubus::kernel
