// A target without libFuzzer: its seeds, then a fixed number of changed ones, the same in each run.
//   fuzz_NAME [FILE...]   with files: those alone, as libFuzzer leaves them
// The input at work is kept in fuzz_NAME.input in the working directory while the program runs: it
// is what is left to look at when the program dies or hangs.
#include <fcntl.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "engine/mutate.h"
#include "target.h"

namespace {

constexpr int kChanged = 3000;

class Witness {
 public:
  explicit Witness(std::string path)
      : path_(std::move(path)), fd_(::open(path_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600)) {
    kubus::fuzz::require(fd_ >= 0, "cannot write into the working directory");
  }
  ~Witness() {
    ::close(fd_);
    ::unlink(path_.c_str());
  }
  void run(const std::string& input) {
    const bool kept = ::ftruncate(fd_, 0) == 0 && ::pwrite(fd_, input.data(), input.size(), 0) ==
                                                      static_cast<ssize_t>(input.size());
    kubus::fuzz::require(kept, "cannot keep the input");
    kubus::fuzz::run(input);
  }

 private:
  const std::string path_;
  const int fd_;
};

std::string content_of(const char* path) {
  std::ifstream file(path, std::ios::binary);
  kubus::fuzz::require(file.good(), "cannot read the file");
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

int main(int argc, char** argv) {
  Witness witness(std::filesystem::path(argv[0]).filename().string() + ".input");
  for (int i = 1; i < argc; ++i) witness.run(content_of(argv[i]));
  if (argc > 1) return 0;
  const auto seeds = kubus::fuzz::seeds();
  witness.run({});
  for (const auto& seed : seeds) witness.run(seed);
  kubus::fuzz::Mutator mutator(seeds);
  for (int i = 0; i < kChanged; ++i) witness.run(mutator.next());
  return 0;
}
