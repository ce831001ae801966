#include <elf.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>
#include <random>

#include "loader/elf_sections.h"
#include "loader/manifest.h"
#include "temp_dir.h"

namespace kubus::kernel {
namespace {

using ::testing::HasSubstr;

// A shared library of nothing but sections.
std::string elf_with(const std::vector<std::pair<std::string, std::string>>& sections) {
  std::string names(1, '\0');
  std::string data(sizeof(Elf64_Ehdr), '\0');
  std::vector<Elf64_Shdr> table(1);
  auto add = [&](const std::string& name, const std::string& content) {
    Elf64_Shdr header{};
    header.sh_name = static_cast<Elf64_Word>(names.size());
    header.sh_type = SHT_PROGBITS;
    header.sh_offset = data.size();
    header.sh_size = content.size();
    names += name + '\0';
    data += content;
    table.push_back(header);
  };
  for (const auto& [name, content] : sections) add(name, content);
  Elf64_Shdr strings{};
  strings.sh_name = static_cast<Elf64_Word>(names.size());
  names += std::string(".shstrtab") + '\0';
  strings.sh_type = SHT_STRTAB;
  strings.sh_offset = data.size();
  strings.sh_size = names.size();
  data += names;
  table.push_back(strings);

  Elf64_Ehdr header{};
  std::memcpy(header.e_ident, ELFMAG, SELFMAG);
  header.e_ident[EI_CLASS] = ELFCLASS64;
  header.e_ident[EI_DATA] = ELFDATA2LSB;
  header.e_type = ET_DYN;
  header.e_machine = EM_X86_64;
  header.e_shoff = data.size();
  header.e_shentsize = sizeof(Elf64_Shdr);
  header.e_shnum = static_cast<Elf64_Half>(table.size());
  header.e_shstrndx = static_cast<Elf64_Half>(table.size() - 1);
  std::memcpy(data.data(), &header, sizeof header);
  data.append(reinterpret_cast<const char*>(table.data()), table.size() * sizeof(Elf64_Shdr));
  return data;
}

std::string plugin(const std::string& manifest = "name: a\n") {
  return elf_with({{".text", "x"}, {".kubus.manifest", manifest}, {".kubus.abi", "kubus-1-0"}});
}

class ElfTest : public ::testing::Test {
 protected:
  Result<PluginFile> read(const std::string& bytes) {
    int fd = ::open(dir_.write("p.so", bytes).c_str(), O_RDONLY | O_CLOEXEC);
    auto file = read_plugin_file(fd);
    ::close(fd);
    return file;
  }
  TempDir dir_;
};

TEST_F(ElfTest, FindsManifestAndTag) {
  auto file = read(plugin());
  ASSERT_TRUE(file.ok()) << file.status().message();
  EXPECT_EQ(file->manifest.name, "a");
  EXPECT_EQ(file->abi_tag, "kubus-1-0");
}

TEST_F(ElfTest, RefusesWithTheReason) {
  auto patched = [](std::size_t offset, std::string_view bytes) {
    auto file = plugin();
    file.replace(offset, bytes.size(), bytes);
    return file;
  };
  auto huge = std::string("\xff\xff\xff\xff\xff\xff\xff\x7f", 8);
  const std::pair<std::string, std::string> cases[] = {
      {"", "not an ELF file"},
      {"#!/bin/sh\n", "not an ELF file"},
      {plugin().substr(0, 40), "not an ELF file"},
      {patched(EI_CLASS, "\x01"), "not a 64-bit"},
      {patched(offsetof(Elf64_Ehdr, e_type), "\x02"), "not a shared library"},
      {patched(offsetof(Elf64_Ehdr, e_shoff), huge), "the section table lies outside"},
      {patched(offsetof(Elf64_Ehdr, e_shnum), std::string_view("\0\0", 2)), "no usable section"},
      {patched(offsetof(Elf64_Ehdr, e_shstrndx), "\x70"), "no usable section"},
      {plugin().substr(0, plugin().size() - 8), "the section table lies outside"},
      {elf_with({{".text", "x"}}), "no manifest"},
      {elf_with({{".kubus.manifest", "name: a"}}), "no ABI tag"},
      {plugin(std::string(kManifestLimit + 1, '#')), "larger than 65536 bytes"},
      {plugin("colour: red"), "unknown key"},
  };
  for (const auto& [bytes, reason] : cases) {
    SCOPED_TRACE(reason);
    auto file = read(bytes);
    ASSERT_FALSE(file.ok());
    EXPECT_THAT(file.status().message(), HasSubstr(reason));
  }
}

TEST_F(ElfTest, SurvivesAnyDamage) {
  std::mt19937 random(7);
  const auto good = plugin("name: a\nconfig: [{key: k, type: int, default: 1}]\n");
  for (int round = 0; round < 3000; ++round) {
    auto bytes = good;
    for (int i = 0; i < 1 + round % 8; ++i)
      bytes[random() % bytes.size()] = static_cast<char>(random());
    if (round % 3 == 0) bytes.resize(random() % bytes.size());
    auto file = read(bytes);
    if (!file.ok()) {
      EXPECT_FALSE(file.status().message().empty());
    }
  }
}

TEST_F(ElfTest, OnlyFilesNobodyElseCanChangeAreTrusted) {
  auto path = dir_.write("p.so", plugin());
  auto open_and_close = [](const std::string& file) { return open_trusted(file).status(); };
  EXPECT_TRUE(open_and_close(path).ok());
  ::chmod(path.c_str(), 0666);
  EXPECT_THAT(open_and_close(path).message(), HasSubstr("writable by its group or by everyone"));
  ::chmod(path.c_str(), 0644);
  ::chmod(dir_.path().c_str(), 0777);
  EXPECT_THAT(open_and_close(path).message(), HasSubstr("its folder is writable"));
  ::chmod(dir_.path().c_str(), 0700);
  if (::geteuid() == 0) {
    ASSERT_EQ(::chown(path.c_str(), 65534, 65534), 0);
    EXPECT_THAT(open_and_close(path).message(), HasSubstr("is owned by user 65534"));
  }
  EXPECT_EQ(open_and_close(dir_.path()).message(), "not a regular file");
  EXPECT_EQ(open_and_close(dir_.path() + "/none.so").code(), Code::kNotFound);
}

}  // namespace
}  // namespace kubus::kernel
