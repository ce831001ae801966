#include "apply/managed_fields.h"

#include <algorithm>
#include <tuple>
#include <utility>
#include <vector>

#include "apply/fields_v1.h"
#include "apply/reconcile.h"
#include "cache/json_scan.h"
#include "kubus/api/json.h"

namespace kubus::apiserver {
namespace {

constexpr const char* kApply = "Apply";
constexpr const char* kUpdate = "Update";
constexpr const char* kFieldsType = "FieldsV1";
constexpr const char* kOldUpdates = "ancient-changes";
constexpr std::size_t kMostUpdaters = 10;

std::int64_t seconds_of(const ManagedEntry& entry) {
  return entry.time() ? entry.time()->seconds() : 0;
}

Status bad_entry(std::string why) { return {Code::kBadRequest, std::move(why)}; }

Status check_entry(const meta_v1::ManagedFieldsEntry& entry, int index) {
  if (entry.operation() != kApply && entry.operation() != kUpdate)
    return bad_entry("operation must be `Apply` or `Update`");
  if (entry.apiversion().empty()) return bad_entry("apiVersion must not be empty");
  const std::string where = " in managed fields entry " + std::to_string(index);
  if (entry.fieldstype().empty()) return bad_entry("missing fieldsType" + where);
  if (entry.fieldstype() != kFieldsType)
    return bad_entry("invalid fieldsType " + go_quoted(entry.fieldstype()) + where);
  return {};
}

// How an element stands in encoded sets, quotes included.
std::string member_text(const PathElement& element) {
  std::string text;
  append_member_name(element, text);
  return text;
}

// The set below an element in an encoded one; empty where there is none.
std::string_view encoded_below(std::string_view json, const std::string& member) {
  MemberScan scan(json);
  const auto name = std::string_view(member).substr(1, member.size() - 2);
  while (scan.next())
    if (scan.key() == name) return scan.value();
  return {};
}

bool encoded_member(std::string_view below) {
  return below == "{}" || below.starts_with(R"({".":{})");
}

// Looking up each of many elements in a text takes longer than decoding it.
bool has_many(const FieldSet& fields) {
  constexpr std::size_t kMany = 32;
  return fields.nodes().size() > kMany ||
         std::any_of(fields.nodes().begin(), fields.nodes().end(),
                     [](const auto& node) { return has_many(node.children); });
}

// Whether the encoded set and `fields` have a member in common.
bool encoded_has_any(std::string_view json, const FieldSet& fields) {
  for (const auto& node : fields.nodes()) {
    const auto below = encoded_below(json, member_text(node.element));
    if (below.empty()) continue;
    if (node.member && encoded_member(below)) return true;
    if (encoded_has_any(below, node.children)) return true;
  }
  return false;
}

bool encoded_has_all(std::string_view json, const FieldSet& fields) {
  for (const auto& node : fields.nodes()) {
    const auto below = encoded_below(json, member_text(node.element));
    if (below.empty() || (node.member && !encoded_member(below))) return false;
    if (!encoded_has_all(below, node.children)) return false;
  }
  return true;
}

}  // namespace

std::string Manager::id() const {
  std::string out = "{";
  const auto add = [&](std::string_view key, std::string_view value) {
    if (value.empty()) return;
    if (out.size() > 1) out += ',';
    out.append("\"").append(key).append("\":");
    append_json_string(value, out);
  };
  add("manager", name);
  add("operation", applies ? kApply : kUpdate);
  if (!applies) add("apiVersion", api_version);
  add("subresource", subresource);
  return out + "}";
}

std::string Manager::text() const {
  std::string out = go_quoted(name);
  if (!subresource.empty()) out += " with subresource " + go_quoted(subresource);
  if (!applies) out += " using " + api_version;
  return out;
}

ManagedEntry::ManagedEntry(Manager manager, std::string encoded, std::optional<meta_v1::Time> time)
    : manager_(std::move(manager)), time_(std::move(time)), encoded_(std::move(encoded)) {}

ManagedEntry::ManagedEntry(Manager manager, FieldSet fields)
    : manager_(std::move(manager)), fields_(std::move(fields)) {}

const FieldSet& ManagedEntry::fields() const {
  if (!fields_) {
    fields_ = decode_own_fields(encoded_);
  }
  return *fields_;
}

bool ManagedEntry::empty() const { return fields_ ? fields_->empty() : encoded_ == "{}"; }

void ManagedEntry::set_fields(FieldSet fields) {
  encoded_.clear();
  fields_ = std::move(fields);
}

bool ManagedEntry::owns_any(const FieldSet& fields) const {
  if (!fields_ && !has_many(fields)) return encoded_has_any(encoded_, fields);
  return !intersect(this->fields(), fields).empty();
}

bool ManagedEntry::owns_all(const FieldSet& fields) const {
  if (!fields_ && !has_many(fields)) return encoded_has_all(encoded_, fields);
  return subtract(fields, this->fields()).empty();
}

std::string ManagedEntry::encoded() const {
  return encoded_.empty() ? encode_fields(fields()) : encoded_;
}

void ManagedEntry::reconcile(const Atom& type) {
  if (encoded_.empty() || splits_whole_values(encoded_, type))
    set_fields(with_whole_values(fields(), type));
}

Result<ManagedFields> ManagedFields::decode(const EncodedManagers& entries, bool trusted) {
  ManagedFields managed;
  int index = 0;
  for (const auto& entry : entries) {
    KUBUS_TRY(check_entry(entry, index++));
    Manager manager{entry.manager(), entry.operation() == kApply, entry.apiversion(),
                    entry.subresource()};
    std::optional<meta_v1::Time> time;
    if (entry.has_time()) time = entry.time();
    std::string fields = entry.fieldsv1().raw().empty() ? "{}" : entry.fieldsv1().raw();
    if (!trusted) {
      auto decoded = decode_fields(fields);
      if (!decoded.ok()) return decoded.status();
      fields = encode_fields(*decoded);
    }
    const auto id = manager.id();
    managed.entries_.insert_or_assign(
        id, ManagedEntry(std::move(manager), std::move(fields), std::move(time)));
  }
  return managed;
}

void ManagedFields::encode(EncodedManagers& out) const {
  std::vector<const ManagedEntry*> order;
  order.reserve(entries_.size());
  for (const auto& [id, entry] : entries_) order.push_back(&entry);
  const auto rank = [](const ManagedEntry& entry) {
    const auto& manager = entry.manager();
    return std::make_tuple(!manager.applies, seconds_of(entry), std::string_view(manager.name),
                           std::string_view(manager.api_version),
                           std::string_view(manager.subresource));
  };
  std::sort(order.begin(), order.end(),
            [&](const ManagedEntry* a, const ManagedEntry* b) { return rank(*a) < rank(*b); });
  out.Clear();
  for (const auto* entry : order) {
    auto& written = *out.Add();
    const auto& manager = entry->manager();
    written.set_manager(manager.name);
    written.set_operation(manager.applies ? kApply : kUpdate);
    written.set_apiversion(manager.api_version);
    if (entry->time()) *written.mutable_time() = *entry->time();
    written.set_fieldstype(kFieldsType);
    written.mutable_fieldsv1()->set_raw(entry->encoded());
    if (!manager.subresource.empty()) written.set_subresource(manager.subresource);
  }
}

ManagedEntry* ManagedFields::find(const std::string& id) {
  const auto found = entries_.find(id);
  return found == entries_.end() ? nullptr : &found->second;
}

void ManagedFields::put(ManagedEntry entry) {
  auto id = entry.manager().id();
  entries_.insert_or_assign(std::move(id), std::move(entry));
}

void ManagedFields::give(const Manager& manager, FieldSet fields, const meta_v1::Time& time) {
  auto* entry = find(manager.id());
  if (!entry) {
    put(ManagedEntry(manager, std::move(fields)));
    entry = find(manager.id());
  } else if (!entry->owns_all(fields)) {
    entry->set_fields(unite(entry->fields(), std::move(fields)));
  }
  entry->set_time(time);
}

void ManagedFields::reconcile(const std::function<const Atom*(const ManagedEntry&)>& type_of) {
  for (auto& [id, entry] : entries_)
    if (const auto* type = type_of(entry)) entry.reconcile(*type);
}

void ManagedFields::forget(std::string_view api_version, const std::string& except) {
  std::erase_if(entries_, [&](const auto& entry) {
    return entry.first != except && entry.second.manager().api_version == api_version;
  });
}

void ManagedFields::take_away(const FieldSet& fields, const std::string& except,
                              std::string_view api_version) {
  for (auto entry = entries_.begin(); entry != entries_.end();) {
    const bool concerned =
        api_version.empty() || entry->second.manager().api_version == api_version;
    const bool loses =
        concerned && entry->first != except && entry->second.owns_any(fields);
    if (loses) entry->second.set_fields(subtract(entry->second.fields(), fields));
    const bool goes = entry->second.empty() && entry->first != except;
    entry = goes ? entries_.erase(entry) : std::next(entry);
  }
}

void ManagedFields::cap_updaters() {
  std::vector<std::pair<std::int64_t, std::string>> updaters;
  for (const auto& [id, entry] : entries_)
    if (!entry.manager().applies) updaters.emplace_back(seconds_of(entry), id);
  if (updaters.size() <= kMostUpdaters) return;
  std::sort(updaters.begin(), updaters.end());
  auto left = updaters.size();
  std::map<std::string, std::string> first_of_version;
  for (const auto& updater : updaters) {
    if (left <= kMostUpdaters) break;
    const auto& id = updater.second;
    const auto current = entries_.at(id);
    const auto& version = current.manager().api_version;
    const auto [first, fresh] = first_of_version.try_emplace(version, id);
    if (fresh) continue;
    const Manager bucket{kOldUpdates, false, version, {}};
    const bool is_bucket = id == bucket.id();
    if (is_bucket || !entries_.contains(bucket.id())) {
      // What was met first becomes part of the bucket, too.
      const auto fields = entries_.at(first->second).fields();
      entries_.erase(first->second);
      if (!is_bucket) put(ManagedEntry(bucket, FieldSet()));
      auto& joined = entries_.at(bucket.id());
      joined.set_fields(unite(joined.fields(), fields));
      first->second = bucket.id();
    }
    auto& joined = entries_.at(bucket.id());
    joined.set_fields(unite(joined.fields(), current.fields()));
    if (current.time()) joined.set_time(*current.time());
    if (!is_bucket) entries_.erase(id);
    --left;
  }
}

}  // namespace kubus::apiserver
