#include "cli/describe.hpp"

#include <cwasm/artifact.hpp>

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace cwasm::cli {
namespace {

template <typename... Ts> Json to_json(const std::variant<Ts...>& value) {
  return std::visit(
      [](const auto& held) -> Json {
        if constexpr (std::is_same_v<std::decay_t<decltype(held)>, std::monostate>) {
          return nullptr;
        } else {
          return held;
        }
      },
      value);
}

// Appended: operator[] looks through all that is there, and a hostile list is long.
Json flags_json(const std::vector<Flag>& flags) {
  Json out = Json::object();
  for (const auto& flag : flags) {
    out.get_ref<Json::object_t&>().emplace_back(flag.name, to_json(flag.value.value));
  }
  return out;
}

std::string plain(const Json& value) {
  if (value.is_null()) {
    return "none";
  }
  return value.is_string() ? value.get<std::string>() : value.dump();
}

template <typename Named>
std::string lines(std::string_view title, const std::vector<Named>& values) {
  std::string out = fmt::format("  {}\n", title);
  for (const auto& value : values) {
    if constexpr (std::is_same_v<Named, Flag>) {
      out += fmt::format("    {:<44} {}\n", value.name, plain(to_json(value.value.value)));
    } else {
      out += fmt::format("    {:<44} {}\n", value.name, plain(to_json(value.value)));
    }
  }
  return out;
}

} // namespace

Json metadata_json(std::uint16_t release, const Metadata& metadata) {
  Json tunables = Json::object();
  for (const auto& tunable : describe_tunables(release, metadata.tunables)) {
    tunables[tunable.name] = to_json(tunable.value);
  }
  return {{"target", metadata.target},
          {"shared_flags", flags_json(metadata.shared_flags)},
          {"isa_flags", flags_json(metadata.isa_flags)},
          {"tunables", std::move(tunables)},
          {"features", feature_names(release, metadata.features)},
          {"features_bits", fmt::format("{:#x}", metadata.features.bits)}};
}

std::string metadata_text(std::uint16_t release, const Metadata& metadata) {
  return fmt::format("  target    {}\n", metadata.target) +
         lines("shared flags", metadata.shared_flags) + lines("isa flags", metadata.isa_flags) +
         lines("tunables", describe_tunables(release, metadata.tunables)) +
         fmt::format("  features  {:#x}\n    {}\n", metadata.features.bits,
                     fmt::join(feature_names(release, metadata.features), " "));
}

Json mismatch_json(const Mismatch& mismatch) {
  return {{"code", mismatch.code()},         {"aspect", mismatch.aspect()},
          {"name", mismatch.name()},         {"found", mismatch.found()},
          {"expected", mismatch.expected()}, {"message", mismatch.message()},
          {"hint", mismatch.hint()}};
}

std::string mismatch_text(const Mismatch& mismatch) {
  return fmt::format("  {}\n    {}: found {}, expected {}\n    cure: {}\n", mismatch.message(),
                     mismatch.code(), mismatch.found(), mismatch.expected(), mismatch.hint());
}

std::string structure_text(std::string_view complaint) {
  return fmt::format("  the loader would refuse its structure: {}\n", complaint);
}

Json other_json(const OtherEngine& other) {
  const auto& about = other.description;
  return {{"hash", other.engine.to_hex()},
          {"release", about.release},
          {"target", about.target},
          {"opt_level", about.opt_level}};
}

std::string other_text(const OtherEngine& other) {
  const auto& about = other.description;
  return fmt::format("  compiled for {}, {}, opt level {}\n", about.release, about.target,
                     about.opt_level);
}

Json entry_json(const Entry& entry) {
  const auto& about = entry.description;
  return {{"hash", entry.key.engine.to_hex()},
          {"digest", entry.key.module.to_hex()},
          {"kind", kind_name(entry.key.kind)},
          {"bytes", entry.size},
          {"blob", entry.blob},
          {"release", about.release},
          {"target", about.target},
          {"opt_level", about.opt_level},
          {"producer", about.producer},
          {"input", about.input},
          {"compile_seconds", about.compile_seconds},
          {"uses", entry.uses},
          {"pinned", entry.pinned},
          {"created", timestamp(entry.created)},
          {"last_used", timestamp(entry.last_used)}};
}

std::string timestamp(std::chrono::system_clock::time_point time) {
  const auto seconds = std::chrono::time_point_cast<std::chrono::seconds>(time);
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(seconds));
}

Json error_json(const Error& error) {
  return {{"code", error_code_name(error.code())}, {"message", error.message()}};
}

} // namespace cwasm::cli
