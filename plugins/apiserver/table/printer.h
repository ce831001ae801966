// Printers: for each kind its columns and the function that fills a row.
//
// Thread safety: the tables are constant; Cells is used by one thread.
#pragma once

#include <google/protobuf/message.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kubus/api/time.h"
#include "kubus/api/types.h"
#include "table/table.h"

namespace kubus::apiserver {

struct Column {
  std::string_view name;
  std::string_view type;  // string, integer, boolean, date
  std::string_view description;
  std::string_view format = {};  // "name" marks the column that names the object
  int priority = 0;              // above 0: with -o wide only
};

inline constexpr Column kNameColumn{
    "Name", "string", "Name of the object, unique among its kind and namespace", "name"};
inline constexpr Column kAgeColumn{"Age", "string", "Time since the object was created"};
inline constexpr Column kContainersColumn{"Containers", "string",
                                          "Names of the containers in the pod template", "", 1};
inline constexpr Column kImagesColumn{"Images", "string",
                                      "Images of the containers in the pod template", "", 1};
inline constexpr Column kSelectorColumn{"Selector", "string",
                                        "Label query that the object's pods match", "", 1};

// The cells of one row, written as JSON in the order of the columns.
class Cells {
 public:
  Cells(std::string& out, SystemTime now) : out_(out), now_(now) {}

  void text(std::string_view value);
  // `otherwise` where the value is empty.
  void text_or(std::string_view value, std::string_view otherwise);
  void number(std::int64_t value);
  void boolean(bool value);
  // JSON as it stands.
  void raw(std::string_view json);
  // Behind the last cell; the conditions of the row as JSON, where it has any.
  void end(std::string_view conditions);
  // Time since then, "<unknown>" for an unset one.
  void age(const meta_v1::Time& time) { text(since(time)); }
  std::string since(const meta_v1::Time& time) const;
  std::string since(const meta_v1::MicroTime& time) const;
  SystemTime now() const { return now_; }

 private:
  void separate();

  std::string& out_;
  SystemTime now_;
  bool first_ = true;
};

struct Printer {
  std::string_view type;  // full name of the message
  std::span<const Column> columns;
  void (*print)(const google::protobuf::Message& object, Cells& cells);
  // Conditions of the row as JSON, or null where the kind has none.
  std::string (*conditions)(const google::protobuf::Message& object) = nullptr;
};

// Adapts a printer of one message type.
template <class T, void (*kPrint)(const T&, Cells&)>
void print_as(const google::protobuf::Message& object, Cells& cells) {
  kPrint(static_cast<const T&>(object), cells);
}

std::span<const Printer> pod_printers();
std::span<const Printer> workload_printers();
std::span<const Printer> batch_printers();
std::span<const Printer> core_printers();
std::span<const Printer> node_printers();
std::span<const Printer> event_printers();
std::span<const Printer> service_printers();
std::span<const Printer> network_printers();
std::span<const Printer> volume_printers();
std::span<const Printer> storage_printers();
std::span<const Printer> autoscaling_printers();
std::span<const Printer> access_printers();
std::span<const Printer> admission_printers();
std::span<const Printer> system_printers();
std::span<const Printer> device_printers();

// Rows whose columns are known at run time alone.
struct TableColumn {
  std::string name, type, description, format;
  int priority = 0;
};
class TableSource {
 public:
  virtual ~TableSource() = default;
  virtual std::vector<TableColumn> columns() const = 0;
  // As many cells as there are columns.
  virtual void print(const google::protobuf::Message& object, Cells& cells) const = 0;
};
std::string table_json(const TableSource& source, std::span<const TableRow> rows,
                       const TableOptions& options);

// The printer of a kind without one of its own never misses.
const Printer& printer_of(const google::protobuf::Descriptor& type);

}  // namespace kubus::apiserver
