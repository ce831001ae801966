// Volumes that are reached over iSCSI.
#include <k8s/core/v1/reference.pb.h>
#include <k8s/core/v1/volume_source.pb.h>

#include <algorithm>

#include "validation/checks.h"
#include "validation/volume_sources.h"

namespace kubus::apiserver {
namespace {

constexpr std::int64_t kMostUnits = 255;
constexpr std::size_t kLongestSession = 64;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool all_digits(std::string_view text) { return std::all_of(text.begin(), text.end(), is_digit); }

// A date and a domain, "2026-01.com.example", then a colon and a name.
bool is_qualified_iqn(std::string_view text) {
  constexpr std::size_t kDate = 8;  // "2026-01."
  if (text.size() < kDate || !all_digits(text.substr(0, 4)) || text[4] != '-' ||
      !all_digits(text.substr(5, 2)) || text[7] != '.')
    return false;
  text.remove_prefix(kDate);
  const auto colon = text.find(':');
  if (colon == 0 || colon == std::string_view::npos) return false;
  const auto domain = text.substr(0, colon), name = text.substr(colon + 1);
  return std::all_of(domain.begin(), domain.end(), [](char c) {
           return is_digit(c) || is_letter(c) || c == '-' || c == '.';
         }) &&
         !name.empty() && name.find_first_of(",;*&$| \t\n\f\r") == std::string_view::npos;
}

// The reference looks for the form anywhere in the text.
bool has_iqn(std::string_view text) {
  for (auto at = text.find("iqn."); at != std::string_view::npos; at = text.find("iqn.", at + 1))
    if (is_qualified_iqn(text.substr(at + 4))) return true;
  return false;
}

// "eui" or "naa", any character, and as many letters and digits.
bool is_number(std::string_view text, std::size_t digits) {
  return text.size() == 4 + digits && text[3] != '\n' &&
         std::all_of(text.begin() + 4, text.end(),
                     [](char c) { return is_digit(c) || is_letter(c); });
}

void check_name(const std::string& name, const Path& path, ErrorList& errors) {
  constexpr std::size_t kEuiDigits = 16, kNaaDigits = 32;
  const bool iqn = name.starts_with("iqn"), eui = name.starts_with("eui"),
             naa = name.starts_with("naa");
  if (!iqn && !eui && !naa) {
    errors.invalid(path, name, "must be valid format starting with iqn, eui, or naa");
  } else if ((iqn && !has_iqn(name)) || (eui && !is_number(name, kEuiDigits)) ||
             (naa && !is_number(name, kNaaDigits))) {
    errors.invalid(path, name, "must be valid format");
  }
}

template <class Source>
void check_any(const Source& source, const Path& path, ErrorList& errors) {
  if (source.targetportal().empty()) errors.required(path.child("targetPortal"));
  if (source.iqn().empty()) {
    errors.required(path.child("iqn"));
  } else {
    check_name(source.iqn(), path.child("iqn"), errors);
  }
  if (source.lun() < 0 || source.lun() > kMostUnits)
    errors.invalid(path.child("lun"), source.lun(), range_message(0, kMostUnits));
  if ((source.chapauthdiscovery() || source.chapauthsession()) && !source.has_secretref())
    errors.required(path.child("secretRef"));
}

// The name of the volume is a part of what sessions are called by.
template <class Source>
void check_initiator(const Source& source, const std::string& volume, const Path& name,
                     const Path& path, ErrorList& errors) {
  if (!source.has_initiatorname()) return;
  check_name(source.initiatorname(), path.child("initiatorname"), errors);
  if (volume.size() + 1 + source.targetportal().size() > kLongestSession)
    errors.invalid(name, volume,
                   "Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters "
                   "if iscsi.initiatorName is specified.");
}

}  // namespace

void check_iscsi(const core_v1::ISCSIVolumeSource& source, const std::string& volume,
                 const Path& name, const Path& path, ErrorList& errors) {
  check_any(source, path, errors);
  check_initiator(source, volume, name, path, errors);
}

void check_iscsi(const core_v1::ISCSIPersistentVolumeSource& source, const std::string& volume,
                 const Path& name, const Path& path, ErrorList& errors) {
  check_any(source, path, errors);
  if (source.has_secretref() && source.secretref().name().empty())
    errors.required(path.child("secretRef").child("name"));
  check_initiator(source, volume, name, path, errors);
}

}  // namespace kubus::apiserver
