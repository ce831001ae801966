// A target under libFuzzer. The first directory named on the command line gets the seeds.
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>

#include "target.h"

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  for (int i = 1; i < *argc; ++i) {
    const std::filesystem::path directory = (*argv)[i];
    if ((*argv)[i][0] == '-' || !std::filesystem::is_directory(directory)) continue;
    int number = 0;
    for (const std::string& seed : kubus::fuzz::seeds())
      std::ofstream(directory / ("seed-" + std::to_string(number++)), std::ios::binary) << seed;
    break;
  }
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  kubus::fuzz::run({reinterpret_cast<const char*>(data), size});
  return 0;
}
