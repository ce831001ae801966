// Plugin files and their manifests, which are read before any of their code runs.
#include <elf.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstring>

#include "loader/elf_sections.h"
#include "loader/manifest.h"
#include "target.h"

namespace kubus::fuzz {
namespace {

constexpr const char* kManifest =
    "name: a\nversion: 1.2.3\ndescription: text\nstatus: beta\nprovides: [x.v1]\nrequires: []\n"
    "isolation: either\nthreads: 4\npermissions:\n  - {groups: [\"\"], resources: [pods], verbs: "
    "[get]}\nconfig:\n  - {key: k, type: duration, default: 5m, unit: s, help: h, reload: true}\n"
    "  - {key: l, type: list, default: [a, b], help: h}\n";

// A library of one section.
std::string library() {
  Elf64_Ehdr header{};
  std::memcpy(header.e_ident, ELFMAG, SELFMAG);
  header.e_ident[EI_CLASS] = ELFCLASS64;
  header.e_ident[EI_DATA] = ELFDATA2LSB;
  header.e_type = ET_DYN;
  header.e_machine = EM_X86_64;
  header.e_shentsize = sizeof(Elf64_Shdr);
  header.e_shnum = 3;
  header.e_shstrndx = 2;
  const std::string manifest = kManifest;
  const std::string names("\0.kubus.manifest\0.shstrtab\0", 27);
  header.e_shoff = sizeof header + manifest.size() + names.size();
  Elf64_Shdr sections[3] = {};
  sections[1].sh_name = 1;
  sections[1].sh_type = SHT_PROGBITS;
  sections[1].sh_offset = sizeof header;
  sections[1].sh_size = manifest.size();
  sections[2].sh_name = 17;
  sections[2].sh_type = SHT_STRTAB;
  sections[2].sh_offset = sizeof header + manifest.size();
  sections[2].sh_size = names.size();
  return std::string(reinterpret_cast<const char*>(&header), sizeof header) + manifest + names +
         std::string(reinterpret_cast<const char*>(sections), sizeof sections);
}

}  // namespace

void run(std::string_view input) {
  if (const auto manifest = kernel::parse_manifest(input); manifest.ok())
    require(!manifest->name.empty(), "a manifest without a name was taken");
  static const int fd = ::memfd_create("plugin", MFD_CLOEXEC);
  const bool written = ::ftruncate(fd, 0) == 0 && ::pwrite(fd, input.data(), input.size(), 0) ==
                                                      static_cast<ssize_t>(input.size());
  require(written, "cannot write a file in memory");
  constexpr std::size_t kLimit = 4096;
  const auto sections = kernel::read_elf_sections(fd, {".kubus.manifest", ".kubus.abi"}, kLimit);
  if (!sections.ok()) return;
  for (const auto& section : *sections)
    require(section.size() <= kLimit && section.size() <= input.size(), "a section grew");
}

std::vector<std::string> seeds() { return {library(), kManifest, "name: a\n"}; }

}  // namespace kubus::fuzz
