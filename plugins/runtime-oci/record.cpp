#include "record.h"

#include <sstream>

#include "files.h"

namespace kubus::runtime_oci {
namespace {

constexpr std::string_view kMagic = "kubus-runtime-1";

template <class Message>
Status save(const std::string& file, const Record<Message>& record) {
  std::ostringstream head;
  head << kMagic << ' ' << boot_id() << ' ' << record.process.pid << ' '
       << record.process.start_time << ' ' << record.monitor.pid << ' ' << record.monitor.start_time
       << '\n';
  return write_file(file, head.str() + record.message.SerializeAsString(), 0600, false);
}

template <class Message>
Result<Record<Message>> load(const std::string& file) {
  const auto text = read_file(file);
  if (!text.ok()) return text.status();
  const auto line = text->find('\n');
  std::istringstream head(text->substr(0, line));
  std::string magic;
  std::string boot;
  Record<Message> record;
  head >> magic >> boot >> record.process.pid >> record.process.start_time >> record.monitor.pid >>
      record.monitor.start_time;
  if (line == std::string::npos || !head || magic != kMagic ||
      !record.message.ParseFromString(text->substr(line + 1)))
    return Status(Code::kInvalid, file + ": damaged");
  if (boot != boot_id()) record.process = record.monitor = ProcessId();
  return record;
}

}  // namespace

Status save_record(const std::string& file, const SandboxRecord& record) {
  return save(file, record);
}
Status save_record(const std::string& file, const ContainerRecord& record) {
  return save(file, record);
}
Result<SandboxRecord> load_sandbox(const std::string& file) { return load<runtime::Sandbox>(file); }
Result<ContainerRecord> load_container(const std::string& file) {
  return load<runtime::Container>(file);
}

Status save_process(const std::string& file, const ProcessId& process) {
  std::ostringstream text;
  text << boot_id() << ' ' << process.pid << ' ' << process.start_time << '\n';
  return write_file(file, text.str(), 0600, false);
}

ProcessId load_process(const std::string& file) {
  const auto text = read_file(file, 1024);
  std::istringstream words(text.ok() ? *text : std::string());
  std::string boot;
  ProcessId process;
  words >> boot >> process.pid >> process.start_time;
  return words && boot == boot_id() ? process : ProcessId();
}

}  // namespace kubus::runtime_oci
