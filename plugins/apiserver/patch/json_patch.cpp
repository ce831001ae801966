// RFC 6902 with the dialect of Kubernetes: "replace" of a missing member adds it, negative indexes
// count from the end, and a missing member equals null in a test.
#include <algorithm>
#include <boost/json/serialize.hpp>
#include <charconv>

#include "patch/engines.h"
#include "patch/patch.h"

namespace kubus::apiserver {
namespace {

namespace json = boost::json;

constexpr std::string_view kMissing = "missing value";

Status fails(std::string message) { return {Code::kInvalid, std::move(message)}; }

std::string decode_segment(std::string_view segment) {
  std::string out;
  for (std::size_t i = 0; i < segment.size(); ++i) {
    const bool escape = segment[i] == '~' && i + 1 < segment.size() &&
                        (segment[i + 1] == '0' || segment[i + 1] == '1');
    out += escape ? (segment[++i] == '0' ? '~' : '/') : segment[i];
  }
  return out;
}

// The container that a pointer's last segment lies in, and that segment.
struct Place {
  json::value* container = nullptr;
  std::string key;
  std::size_t segments = 0;
};

Status bad_index(long long index) {
  return fails("Unable to access invalid index: " + std::to_string(index) +
               ": invalid index referenced");
}

Result<long long> to_index(std::string_view key) {
  long long index = 0;
  const char* begin = key.data() + (key.starts_with('+') ? 1 : 0);
  const auto [end, error] = std::from_chars(begin, key.data() + key.size(), index);
  if (error != std::errc() || end != key.data() + key.size() || begin == end) {
    const char* why =
        error == std::errc::result_out_of_range ? "value out of range" : "invalid syntax";
    return fails("strconv.Atoi: parsing \"" + std::string(key) + "\": " + why);
  }
  return index;
}

// `slots` is how many positions there are: the size, or one more for an insertion.
Result<std::size_t> to_slot(std::string_view key, std::size_t slots) {
  Result<long long> index = to_index(key);
  if (!index.ok()) return index.status();
  const auto count = static_cast<long long>(slots);
  if (*index >= count || *index < -count) return bad_index(*index);
  return static_cast<std::size_t>(*index < 0 ? *index + count : *index);
}

// Null where an object has no such member.
Result<json::value*> get(json::value& container, const std::string& key) {
  if (json::object* object = container.if_object()) {
    json::value* found = object->if_contains(key);
    return found;
  }
  json::array& array = container.get_array();
  Result<std::size_t> slot = to_slot(key, array.size());
  if (!slot.ok()) return slot.status();
  return &array[*slot];
}

Status add(json::value& container, const std::string& key, json::value value) {
  if (json::object* object = container.if_object()) {
    (*object)[key] = std::move(value);
    return {};
  }
  json::array& array = container.get_array();
  if (key == "-") {
    array.push_back(std::move(value));
    return {};
  }
  Result<long long> index = to_index(key);
  if (!index.ok()) {
    return fails("value was not a proper array index: '" + key + "': " + index.status().message());
  }
  Result<std::size_t> slot = to_slot(key, array.size() + 1);
  if (!slot.ok()) return slot.status();
  array.insert(array.begin() + static_cast<std::ptrdiff_t>(*slot), std::move(value));
  return {};
}

Result<json::value> remove(json::value& container, const std::string& key) {
  if (json::object* object = container.if_object()) {
    const auto found = object->find(key);
    if (found == object->end()) {
      return fails("Unable to remove nonexistent key: " + key + ": " + std::string(kMissing));
    }
    json::value out = std::move(found->value());
    object->erase(found);
    return out;
  }
  json::array& array = container.get_array();
  Result<std::size_t> slot = to_slot(key, array.size());
  if (!slot.ok()) return slot.status();
  json::value out = std::move(array[*slot]);
  array.erase(array.begin() + static_cast<std::ptrdiff_t>(*slot));
  return out;
}

class JsonPatch {
 public:
  JsonPatch(json::value& document, std::size_t patch_depth)
      : document_(document),
        patch_depth_(patch_depth),
        depth_(std::max(json_depth(document), patch_depth)) {}

  Status apply(const json::object& operation);

 private:
  Place find(std::string_view pointer);
  Status op_add(const json::object& operation);
  Status op_remove(const json::object& operation);
  Status op_replace(const json::object& operation);
  Status op_move(const json::object& operation);
  Status op_copy(const json::object& operation);
  Status op_test(const json::object& operation);
  // Refuses what would nest too deeply.
  Status deepen(const Place& place, const json::value& value);

  json::value& document_;
  const std::size_t patch_depth_;
  // An upper bound of the depth of the document and of every value in the patch; measured anew
  // only when it reaches the limit, so that many small operations stay cheap.
  std::size_t depth_;
  std::size_t copied_bytes_ = 0;
};

Place JsonPatch::find(std::string_view pointer) {
  Place out;
  std::size_t slash = pointer.find('/');
  if (slash == std::string_view::npos) return out;
  json::value* at = &document_;
  for (;;) {
    if (!at->is_object() && !at->is_array()) return out;
    pointer.remove_prefix(slash + 1);
    slash = pointer.find('/');
    std::string key = decode_segment(pointer.substr(0, slash));
    ++out.segments;
    if (slash == std::string_view::npos) {
      out.container = at;
      out.key = std::move(key);
      return out;
    }
    Result<json::value*> next = get(*at, key);
    if (!next.ok() || *next == nullptr) return out;
    at = *next;
  }
}

Status JsonPatch::deepen(const Place& place, const json::value& value) {
  if (place.segments + depth_ <= kMaxPatchDepth) {
    depth_ += place.segments;
    return {};
  }
  const std::size_t depth = place.segments + json_depth(value);
  if (depth > kMaxPatchDepth) return fails("the patched document is nested too deeply");
  depth_ = std::max({depth, patch_depth_, json_depth(document_)});
  return {};
}

// The text of a member, or null where it is missing or no string.
const json::string* text_of(const json::object& operation, std::string_view name) {
  const json::value* found = operation.if_contains(name);
  return found != nullptr ? found->if_string() : nullptr;
}

Status JsonPatch::op_add(const json::object& operation) {
  const json::string* path = text_of(operation, "path");
  if (path == nullptr) return fails("add operation failed to decode path: missing value");
  const json::value* value = operation.if_contains("value");
  const Place place = find(*path);
  const std::string at(*path);
  if (place.container == nullptr) {
    return fails("add operation does not apply: doc is missing path: \"" + at +
                 "\": missing value");
  }
  json::value added = value != nullptr ? *value : json::value();
  KUBUS_TRY(deepen(place, added));
  return add(*place.container, place.key, std::move(added))
      .annotate("error in add for path: '" + at + "'");
}

Status JsonPatch::op_remove(const json::object& operation) {
  const json::string* path = text_of(operation, "path");
  if (path == nullptr) return fails("remove operation failed to decode path: missing value");
  const Place place = find(*path);
  const std::string at(*path);
  if (place.container == nullptr) {
    return fails("remove operation does not apply: doc is missing path: \"" + at +
                 "\": missing value");
  }
  return remove(*place.container, place.key)
      .status()
      .annotate("error in remove for path: '" + at + "'");
}

Status JsonPatch::op_replace(const json::object& operation) {
  const json::string* path = text_of(operation, "path");
  if (path == nullptr) {
    return fails(
        "replace operation failed to decode path: operation missing path field: missing "
        "value");
  }
  const json::value* value = operation.if_contains("value");
  json::value changed = value != nullptr ? *value : json::value();
  if (path->empty()) {
    if (!changed.is_object() && !changed.is_array()) {
      return fails("replace operation value must be object or array");
    }
    document_ = std::move(changed);
    return {};
  }
  const std::string at(*path);
  const Place place = find(*path);
  if (place.container == nullptr) {
    return fails("replace operation does not apply: doc is missing path: " + at +
                 ": missing value");
  }
  Result<json::value*> found = get(*place.container, place.key);
  if (!found.ok()) {
    return fails("replace operation does not apply: doc is missing key: " + at + ": missing value");
  }
  KUBUS_TRY(deepen(place, changed));
  if (*found != nullptr) {
    **found = std::move(changed);
    return {};
  }
  return add(*place.container, place.key, std::move(changed));
}

Status JsonPatch::op_move(const json::object& operation) {
  const json::string* from = text_of(operation, "from");
  const json::string* path = text_of(operation, "path");
  if (from == nullptr) {
    return fails(
        "move operation failed to decode from: operation, missing from field: missing "
        "value");
  }
  const Place source = find(*from);
  if (source.container == nullptr) {
    return fails("move operation does not apply: doc is missing from path: " + std::string(*from) +
                 ": missing value");
  }
  Result<json::value> value = remove(*source.container, source.key);
  if (!value.ok()) return value.status().annotate("error in move for path: '" + source.key + "'");
  if (path == nullptr) {
    return fails(
        "move operation failed to decode path: operation missing path field: missing "
        "value");
  }
  const std::string at(*path);
  const Place place = find(*path);
  if (place.container == nullptr) {
    return fails("move operation does not apply: doc is missing destination path: " + at +
                 ": missing value");
  }
  KUBUS_TRY(deepen(place, *value));
  return add(*place.container, place.key, std::move(*value))
      .annotate("error in move for path: '" + at + "'");
}

Status JsonPatch::op_copy(const json::object& operation) {
  const json::string* from = text_of(operation, "from");
  const json::string* path = text_of(operation, "path");
  if (from == nullptr) {
    return fails(
        "copy operation failed to decode from: operation, missing from field: missing "
        "value");
  }
  const Place source = find(*from);
  if (source.container == nullptr) {
    return fails("copy operation does not apply: doc is missing from path: " + std::string(*from) +
                 ": missing value");
  }
  Result<json::value*> found = get(*source.container, source.key);
  if (!found.ok()) {
    return found.status().annotate("error in copy for from: '" + std::string(*from) + "'");
  }
  if (path == nullptr) return fails("copy operation failed to decode path: missing value");
  const Place place = find(*path);
  if (place.container == nullptr) {
    return fails("copy operation does not apply: doc is missing destination path: " +
                 std::string(*path) + ": missing value");
  }
  json::value value = *found != nullptr ? **found : json::value();
  copied_bytes_ += json::serialize(value).size();
  if (copied_bytes_ > kMaxPatchCopyBytes) {
    return fails("Unable to complete the copy, the accumulated size increase of copy is " +
                 std::to_string(copied_bytes_) + ", exceeding the limit " +
                 std::to_string(kMaxPatchCopyBytes));
  }
  KUBUS_TRY(deepen(place, value));
  return add(*place.container, place.key, std::move(value))
      .annotate("error while adding value during copy");
}

Status JsonPatch::op_test(const json::object& operation) {
  const json::string* path = text_of(operation, "path");
  if (path == nullptr) {
    return fails(
        "test operation failed to decode path: operation missing path field: missing "
        "value");
  }
  const std::string at(*path);
  const json::value* expected = operation.if_contains("value");
  const json::value null;
  if (expected == nullptr) expected = &null;
  const json::value* actual = &document_;
  if (!path->empty()) {
    const Place place = find(*path);
    if (place.container == nullptr) {
      return fails("test operation does not apply: is missing path: " + at + ": missing value");
    }
    Result<json::value*> found = get(*place.container, place.key);
    if (!found.ok()) return found.status().annotate("error in test for path: '" + at + "'");
    actual = *found != nullptr ? *found : &null;
  }
  if (*actual == *expected) return {};
  return fails("testing value " + at + " failed: test failed");
}

Status JsonPatch::apply(const json::object& operation) {
  const json::string* op = text_of(operation, "op");
  const std::string_view name = op != nullptr ? std::string_view(*op) : "unknown";
  if (name == "add") return op_add(operation);
  if (name == "remove") return op_remove(operation);
  if (name == "replace") return op_replace(operation);
  if (name == "move") return op_move(operation);
  if (name == "copy") return op_copy(operation);
  if (name == "test") return op_test(operation);
  return fails("Unexpected kind: " + std::string(name));
}

Status check_members(const json::object& operation, std::size_t index,
                     std::vector<std::string>& mistakes) {
  for (const auto& member : operation) {
    const std::string name(member.key());
    if (name == "value") continue;
    if (name != "op" && name != "path" && name != "from") {
      mistakes.push_back("json patch unknown field \"[" + std::to_string(index) + "]." + name +
                         "\"");
    } else if (!member.value().is_string() && !member.value().is_null()) {
      std::string words = cannot_unmarshal(member.value(), "string");
      words.replace(words.find("value of"), 5, "struct field jsonPatchOp." + name);
      return {Code::kBadRequest, "error decoding patch: " + words};
    }
  }
  return {};
}

}  // namespace

Status check_operations(const json::value& patch, std::vector<std::string>* mistakes) {
  // Without validation the reference reads a patch with another of its types.
  const std::string_view list = mistakes ? "[]handlers.jsonPatchOp" : "jsonpatch.Patch";
  const std::string_view item = mistakes ? "handlers.jsonPatchOp" : "jsonpatch.Operation";
  const auto wrong = [&](const json::value& value, std::string_view type) {
    return Status(Code::kBadRequest,
                  (mistakes ? "error decoding patch: " : "") + cannot_unmarshal(value, type));
  };
  const json::array* operations = patch.if_array();
  if (operations == nullptr) return wrong(patch, list);
  for (std::size_t i = 0; i < operations->size(); ++i) {
    const json::object* operation = (*operations)[i].if_object();
    if (operation == nullptr) return wrong((*operations)[i], item);
    if (mistakes == nullptr) continue;
    KUBUS_TRY(check_members(*operation, i, *mistakes));
  }
  if (operations->size() <= kMaxPatchOperations) return {};
  return {Code::kRequestEntityTooLarge,
          "Request entity too large: The allowed maximum operations in a JSON patch is " +
              std::to_string(kMaxPatchOperations) + ", got " +
              std::to_string(operations->size())};
}

Status apply_json_patch(json::value& document, const json::value& patch) {
  JsonPatch engine(document, json_depth(patch));
  for (const json::value& operation : patch.get_array()) {
    KUBUS_TRY(engine.apply(operation.get_object()));
  }
  return {};
}

}  // namespace kubus::apiserver
