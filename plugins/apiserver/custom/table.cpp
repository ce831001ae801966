#include "custom/table.h"

#include <k8s/meta/v1/object_meta.pb.h>

#include <boost/json.hpp>
#include <cmath>

#include "kubus/api/json_value.h"
#include "kubus/api/time.h"
#include "table/duration_text.h"
#include "table/printer.h"

namespace kubus::apiserver {
namespace {

namespace json = boost::json;

void print_text(const json::value& value, Cells& cells) {
  if (const auto* text = value.if_string()) return cells.text({text->data(), text->size()});
  std::string out;
  if (!value.is_null()) append_json(value, out);
  cells.text(out);
}

void print_date(const json::value& value, Cells& cells) {
  const auto* text = value.if_string();
  const auto time = text ? parse_time({text->data(), text->size()})
                         : Result<SystemTime>(Status(Code::kBadRequest, "no text"));
  if (!time.ok()) return cells.text("<invalid>");
  cells.text(elapsed_text(*time, cells.now()));
}

void print_cell(const CustomColumn& column, const json::value* value, Cells& cells) {
  if (!value) return cells.raw("null");
  if (column.type == "string") return print_text(*value, cells);
  if (column.type == "date") return print_date(*value, cells);
  if (column.type == "boolean" && value->is_bool()) return cells.boolean(value->get_bool());
  if (column.type == "integer" && value->is_int64()) return cells.number(value->get_int64());
  if (column.type == "integer" && value->is_double())
    return cells.number(static_cast<std::int64_t>(value->get_double()));
  if (column.type == "number" && value->is_number()) {
    std::string out;
    append_json(*value, out);
    return cells.raw(out);
  }
  cells.raw("null");
}

class CustomColumns final : public TableSource {
 public:
  explicit CustomColumns(const CustomKind& kind) : kind_(kind) {}

  std::vector<TableColumn> columns() const override {
    std::vector<TableColumn> out;
    out.push_back(
        {"Name", "string", "Name of the object, unique among its kind and namespace", "name", 0});
    for (const auto& column : kind_.details().columns)
      out.push_back({column.name, column.type, column.description, column.format,
                     static_cast<int>(column.priority)});
    return out;
  }

  void print(const google::protobuf::Message& message, Cells& cells) const override {
    const auto& object = static_cast<const CustomObject&>(message);
    const json::value tree(tree_of(object));
    cells.text(object.metadata().name());
    for (const auto& column : kind_.details().columns)
      print_cell(column, column.path.find(tree), cells);
  }

 private:
  const CustomKind& kind_;
};

}  // namespace

std::string custom_table(const CustomKind& kind, std::span<const TableRow> rows,
                         const TableOptions& options) {
  return table_json(CustomColumns(kind), rows, options);
}

}  // namespace kubus::apiserver
