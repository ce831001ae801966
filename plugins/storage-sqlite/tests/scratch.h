// A directory of a test's own, removed with everything in it, and engines that live there.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <memory>
#include <string>

#include "engine.h"
#include "eventually.h"

namespace kubus::storage_sqlite {

using kubus::testing::eventually;

class Scratch {
 public:
  Scratch() {
    std::string pattern = (std::filesystem::temp_directory_path() / "kubus-store-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  std::string file(const std::string& name = "store.db") const { return path_ + "/" + name; }

 private:
  std::string path_;
};

inline std::unique_ptr<Engine> must_open(EngineOptions options) {
  auto engine = Engine::open(std::move(options));
  EXPECT_TRUE(engine.ok()) << engine.status().to_string();
  return engine.ok() ? std::move(*engine) : nullptr;
}

inline std::unique_ptr<Engine> must_open(const Scratch& scratch) {
  EngineOptions options;
  options.path = scratch.file();
  return must_open(std::move(options));
}

}  // namespace kubus::storage_sqlite
