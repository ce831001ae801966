#include "table/table.h"

#include <google/protobuf/descriptor.h>
#include <k8s/meta/v1/object_meta.pb.h>

#include <unordered_map>

#include "kubus/api/json.h"
#include "table/duration_text.h"
#include "table/printer.h"

namespace kubus::apiserver {
namespace {

using google::protobuf::Message;

constexpr Column kDefaultColumns[] = {
    kNameColumn,
    {"Created At", "date", "Time at which the object was created"},
};

void print_default(const Message& object, Cells& cells) {
  const meta_v1::ObjectMeta* metadata = metadata_of(object);
  if (metadata == nullptr) {
    cells.text("");
    cells.text("");
    return;
  }
  cells.text(metadata->name());
  cells.text(is_zero(metadata->creationtimestamp())
                 ? "<unknown>"
                 : format_time(to_time(metadata->creationtimestamp())));
}

constexpr Printer kDefaultPrinter{"", kDefaultColumns, print_default};

using PrinterMap = std::unordered_map<std::string_view, const Printer*>;

PrinterMap all_printers() {
  PrinterMap out;
  for (const auto group :
       {pod_printers(), workload_printers(), batch_printers(), core_printers(), node_printers(),
        event_printers(), service_printers(), network_printers(), volume_printers(),
        storage_printers(), autoscaling_printers(), access_printers(), admission_printers(),
        system_printers(), device_printers()}) {
    for (const Printer& printer : group) out.emplace(printer.type, &printer);
  }
  return out;
}

void append_member(std::string& out, std::string_view name, std::string_view value) {
  out.append("\"").append(name).append("\":");
  append_json_string(value, out);
}

template <class Columns>
void append_columns(std::string& out, const Columns& columns) {
  out += '[';
  for (const auto& column : columns) {
    if (out.back() != '[') out += ',';
    out += '{';
    append_member(out, "name", column.name);
    out += ',';
    append_member(out, "type", column.type);
    out += ',';
    append_member(out, "format", column.format);
    out += ',';
    append_member(out, "description", column.description);
    out.append(",\"priority\":").append(std::to_string(column.priority)).append("}");
  }
  out += ']';
}

void append_list_metadata(std::string& out, const TableOptions& options) {
  out += "\"metadata\":{";
  const auto separate = [&] {
    if (out.back() != '{') out += ',';
  };
  if (!options.resource_version.empty()) {
    append_member(out, "resourceVersion", options.resource_version);
  }
  if (!options.continue_token.empty()) {
    separate();
    append_member(out, "continue", options.continue_token);
  }
  if (options.remaining_items >= 0) {
    separate();
    out.append("\"remainingItemCount\":").append(std::to_string(options.remaining_items));
  }
  out += '}';
}

void append_object(std::string& out, const TableRow& row, const TableOptions& options) {
  switch (options.include_object) {
    case IncludeObject::kNone:
      out += "null";
      return;
    case IncludeObject::kObject:
      if (row.object_json.empty()) {
        append_json(*row.object, out);
      } else {
        out += row.object_json;
      }
      return;
    case IncludeObject::kMetadata: {
      out += R"({"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/)";
      out.append(options.version).append("\",\"metadata\":");
      const meta_v1::ObjectMeta* metadata = metadata_of(*row.object);
      if (metadata != nullptr) {
        append_json(*metadata, out);
      } else {
        out += "{}";
      }
      out += '}';
      return;
    }
  }
}

template <class Columns, class AppendRow>
std::string write_table(const Columns& columns, std::span<const TableRow> rows,
                        const TableOptions& options, AppendRow append_row) {
  std::string out = R"({"kind":"Table","apiVersion":"meta.k8s.io/)";
  out.append(options.version).append("\",");
  append_list_metadata(out, options);
  out += ",\"columnDefinitions\":";
  if (options.headers) {
    append_columns(out, columns);
  } else {
    out += "null";
  }
  out += ",\"rows\":[";
  for (std::size_t i = 0; i < rows.size(); ++i) {
    out += i > 0 ? ",{\"cells\":[" : "{\"cells\":[";
    Cells cells(out, options.now);
    append_row(*rows[i].object, cells);
    out += ",\"object\":";
    append_object(out, rows[i], options);
    out += '}';
  }
  return out += "]}";
}

}  // namespace

void Cells::separate() {
  if (!first_) out_ += ',';
  first_ = false;
}

void Cells::text(std::string_view value) {
  separate();
  append_json_string(value, out_);
}

void Cells::text_or(std::string_view value, std::string_view otherwise) {
  text(value.empty() ? otherwise : value);
}

void Cells::number(std::int64_t value) {
  separate();
  out_ += std::to_string(value);
}

void Cells::raw(std::string_view json) {
  separate();
  out_ += json;
}

void Cells::end(std::string_view conditions) {
  out_ += ']';
  if (!conditions.empty()) out_.append(",\"conditions\":").append(conditions);
}

void Cells::boolean(bool value) {
  separate();
  out_ += value ? "true" : "false";
}

std::string Cells::since(const meta_v1::Time& time) const {
  if (is_zero(time)) return "<unknown>";
  return elapsed_text(to_time(time), now_);
}

std::string Cells::since(const meta_v1::MicroTime& time) const {
  if (is_zero(time)) return "<unknown>";
  return elapsed_text(to_time(time), now_);
}

const Printer& printer_of(const google::protobuf::Descriptor& type) {
  static const PrinterMap printers = all_printers();
  const auto found = printers.find(type.full_name());
  return found == printers.end() ? kDefaultPrinter : *found->second;
}

std::string table_json(const google::protobuf::Descriptor& type, std::span<const TableRow> rows,
                       const TableOptions& options) {
  const Printer& printer = printer_of(type);
  return write_table(printer.columns, rows, options, [&](const Message& object, Cells& cells) {
    printer.print(object, cells);
    std::string conditions = printer.conditions ? printer.conditions(object) : std::string();
    cells.end(conditions);
  });
}

std::string table_json(const TableSource& source, std::span<const TableRow> rows,
                       const TableOptions& options) {
  return write_table(source.columns(), rows, options, [&](const Message& object, Cells& cells) {
    source.print(object, cells);
    cells.end({});
  });
}

std::string table_json(const ResourceInfo& resource, std::span<const TableRow> rows,
                       const TableOptions& options) {
  return table_json(*resource.message, rows, options);
}

}  // namespace kubus::apiserver
