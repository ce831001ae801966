#include <kubus/plugin.h>

#include <cstring>
#include <vector>

namespace {

class Allocates : public kubus::Plugin {
 public:
  using Plugin::Plugin;
  kubus::Status start() override {
    constexpr std::size_t kPiece = 1 << 20;
    for (;;) {
      pieces_.push_back(std::make_unique<char[]>(kPiece));
      std::memset(pieces_.back().get(), 1, kPiece);
    }
  }

 private:
  std::vector<std::unique_ptr<char[]>> pieces_;
};

}  // namespace

KUBUS_PLUGIN(Allocates)
