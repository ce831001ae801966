#include "loader/elf_sections.h"

#include <elf.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

namespace kubus::kernel {
namespace {

constexpr std::size_t kMaxSections = 16'384;
constexpr std::size_t kMaxNameTable = 4 << 20;

class Reader {
 public:
  Reader(int fd, std::uint64_t size) : fd_(fd), size_(size) {}

  bool inside(std::uint64_t offset, std::uint64_t length) const {
    return offset <= size_ && length <= size_ - offset;
  }

  bool read(std::uint64_t offset, void* into, std::size_t length) const {
    if (!inside(offset, length)) return false;
    auto* out = static_cast<char*>(into);
    while (length > 0) {
      auto got = ::pread(fd_, out, length, static_cast<off_t>(offset));
      if (got <= 0) return false;
      out += got;
      offset += static_cast<std::uint64_t>(got);
      length -= static_cast<std::size_t>(got);
    }
    return true;
  }

 private:
  int fd_;
  std::uint64_t size_;
};

Status garbled(std::string_view what) {
  return {Code::kInvalid, "garbled file: " + std::string(what)};
}

Result<Elf64_Ehdr> read_header(const Reader& reader) {
  Elf64_Ehdr header{};
  if (!reader.read(0, &header, sizeof header) || std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0)
    return Status(Code::kInvalid, "not an ELF file");
  if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_ident[EI_DATA] != ELFDATA2LSB)
    return Status(Code::kInvalid, "not a 64-bit little-endian ELF file");
  if (header.e_type != ET_DYN) return Status(Code::kInvalid, "not a shared library");
  if (header.e_shentsize != sizeof(Elf64_Shdr) || header.e_shnum == 0 ||
      header.e_shnum > kMaxSections || header.e_shstrndx >= header.e_shnum)
    return garbled("no usable section table");
  return header;
}

}  // namespace

Result<std::vector<std::string>> read_elf_sections(int fd,
                                                   const std::vector<std::string_view>& names,
                                                   std::size_t limit) {
  struct stat info {};
  if (::fstat(fd, &info) != 0 || !S_ISREG(info.st_mode))
    return Status(Code::kInvalid, "not a regular file");
  Reader reader(fd, static_cast<std::uint64_t>(info.st_size));
  auto header = read_header(reader);
  if (!header.ok()) return header.status();

  std::vector<Elf64_Shdr> sections(header->e_shnum);
  if (!reader.read(header->e_shoff, sections.data(), sections.size() * sizeof(Elf64_Shdr)))
    return garbled("the section table lies outside");
  const auto& strings = sections[header->e_shstrndx];
  if (strings.sh_size > kMaxNameTable || !reader.inside(strings.sh_offset, strings.sh_size))
    return garbled("the section names lie outside");
  std::string table(strings.sh_size, '\0');
  if (!reader.read(strings.sh_offset, table.data(), table.size()))
    return garbled("unreadable section names");

  std::vector<std::string> contents(names.size());
  for (const auto& section : sections) {
    if (section.sh_name >= table.size()) return garbled("a section name lies outside");
    const char* name_start = table.data() + section.sh_name;
    std::string_view name(name_start, ::strnlen(name_start, table.size() - section.sh_name));
    auto wanted = std::find(names.begin(), names.end(), name);
    if (wanted == names.end()) continue;
    if (section.sh_type != SHT_PROGBITS) return garbled("a section has no contents");
    if (section.sh_size > limit)
      return Status(
          Code::kRequestEntityTooLarge,
          "section " + std::string(name) + " is larger than " + std::to_string(limit) + " bytes");
    auto& content = contents[static_cast<std::size_t>(wanted - names.begin())];
    content.resize(section.sh_size);
    if (!reader.read(section.sh_offset, content.data(), content.size()))
      return garbled("a section lies outside");
  }
  return contents;
}

}  // namespace kubus::kernel
