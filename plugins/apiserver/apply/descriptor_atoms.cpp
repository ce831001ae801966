#include <algorithm>
#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <utility>

#include "apply/atom.h"
#include "kubus/api/schema.h"

namespace kubus::apiserver {
namespace {

using google::protobuf::Descriptor;

Atom scalar_atom(ScalarKind kind) {
  Atom atom;
  atom.scalar = kind;
  return atom;
}

bool merges(const FieldInfo& field) {
  const auto& all = field.patch_strategy;
  return std::find(all.begin(), all.end(), "merge") != all.end();
}

// The scalar forms of a field or a message; null for those that are none.
const Atom* scalar_of(FieldType type, const MessageInfo* message) {
  static const Atom string = scalar_atom(ScalarKind::kString);
  static const Atom number = scalar_atom(ScalarKind::kNumber);
  static const Atom boolean = scalar_atom(ScalarKind::kBool);
  static const Atom any = scalar_atom(ScalarKind::kAny);
  if (type == FieldType::kString || type == FieldType::kBytes) return &string;
  if (type == FieldType::kBool) return &boolean;
  if (type != FieldType::kMessage) return &number;
  switch (message->form) {
    case JsonForm::kTime:
    case JsonForm::kMicroTime:
    case JsonForm::kQuantity:
    case JsonForm::kIntOrString:
      return &any;
    case JsonForm::kDuration:
      return &string;
    default:
      return nullptr;
  }
}

// What a field is where it is not given: in the reference's schemas, which know no absence of what
// is no pointer and always written, that is nothing of its type.
std::string fallback(const FieldInfo& field) {
  if (!field.default_json.empty() || !field.keep_empty || field.pointer) return field.default_json;
  if (field.type == FieldType::kString) return "\"\"";
  return field.type == FieldType::kMessage ? std::string() : "0";
}

// Builds atoms from descriptors. Types refer to themselves, so an atom has its place before it has
// its contents, and nobody else sees it until the whole build is done.
class Atoms {
 public:
  const Atom& get(const Descriptor& type) {
    {
      std::shared_lock lock(mutex_);
      const auto found = complete_.find(&type);
      if (found != complete_.end()) return *found->second;
    }
    std::unique_lock lock(mutex_);
    return *complete_.emplace(&type, &object(message_info(type), message_info(type).atomic))
                .first->second;
  }

 private:
  Atom& add() { return *all_.emplace_back(std::make_unique<Atom>()); }

  const Atom& object(const MessageInfo& info, bool whole) {
    auto& slot = objects_[{info.descriptor, whole}];
    if (slot) return *slot;
    Atom& atom = add();
    slot = &atom;
    atom.map = whole ? Merging::kWhole : Merging::kSeparate;
    for (const auto& [name, path] : info.by_json_name)
      atom.fields.emplace(std::string(name), &of_field(*path.field));
    if (info.object) {
      atom.fields.emplace("kind", scalar_of(FieldType::kString, nullptr));
      atom.fields.emplace("apiVersion", scalar_of(FieldType::kString, nullptr));
    }
    return atom;
  }

  const Atom& of_field(const FieldInfo& field) {
    if (field.shape == FieldShape::kList) return list(field);
    if (field.shape == FieldShape::kSingle) return value(field.type, field.message, field.atomic);
    Atom& atom = add();
    atom.map = field.atomic ? Merging::kWhole : Merging::kSeparate;
    atom.values = &value(field.type, field.message, field.message && field.message->atomic);
    return atom;
  }

  const Atom& value(FieldType type, const MessageInfo* message, bool whole) {
    if (const Atom* scalar = scalar_of(type, message)) return *scalar;
    if (message->form == JsonForm::kObject) return object(*message, whole);
    if (message->form == JsonForm::kStringList) return strings();
    return whole_atom();
  }

  const Atom& strings() {
    Atom& atom = add();
    atom.list = Merging::kWhole;
    atom.items = scalar_of(FieldType::kString, nullptr);
    return atom;
  }

  const Atom& list(const FieldInfo& field) {
    Atom& atom = add();
    const bool described = field.list_type != ListType::kUnspecified;
    const bool separate = described ? field.list_type != ListType::kAtomic : merges(field);
    atom.list = separate ? Merging::kSeparate : Merging::kWhole;
    atom.items = &value(field.type, field.message, field.message && field.message->atomic);
    auto keys = field.list_map_keys;
    if (!described && separate && !field.patch_merge_key.empty()) keys = {field.patch_merge_key};
    std::sort(keys.begin(), keys.end());
    for (auto& key : keys) {
      const auto* info = field.message ? field.message->find(key) : nullptr;
      atom.keys.push_back({key, info ? fallback(*info) : std::string()});
    }
    return atom;
  }

  std::shared_mutex mutex_;
  std::map<const Descriptor*, const Atom*> complete_;
  std::map<std::pair<const Descriptor*, bool>, Atom*> objects_;
  std::vector<std::unique_ptr<Atom>> all_;
};

Atom make_whole() {
  Atom atom = scalar_atom(ScalarKind::kAny);
  atom.list = atom.map = Merging::kWhole;
  return atom;
}

}  // namespace

const Atom& whole_atom() {
  static const Atom& atom = *[] {
    auto* whole = new Atom(make_whole());
    whole->items = whole->values = whole;
    return whole;
  }();
  return atom;
}

const Atom& any_atom() {
  static const Atom& atom = *[] {
    auto* any = new Atom(make_whole());
    any->map = Merging::kSeparate;
    any->items = &whole_atom();
    any->values = any;
    return any;
  }();
  return atom;
}

const Atom& atom_of(const Descriptor& type) {
  static Atoms& atoms = *new Atoms;
  return atoms.get(type);
}

}  // namespace kubus::apiserver
