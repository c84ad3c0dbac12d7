#include "cli/context.hpp"
#include "cli/describe.hpp"
#include "cli/module_name.hpp"

#include "util/hex.hpp"
#include "util/try.hpp"

#include <cwasm/pack.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace cwasm::cli {
namespace {

Result<PackSelection> selection_of(const Context& context) {
  const CommandLine& line = context.line();
  PackSelection selection;
  for (const auto& word : line.modules) {
    CWASM_TRY_ASSIGN(const auto digest, module_named(context, word));
    selection.modules.push_back(digest);
  }
  for (const auto& word : line.hashes) {
    const auto bytes = util::from_hex(word);
    auto& hash = selection.engines.emplace_back();
    if (!bytes || bytes->size() != hash.bytes.size()) {
      return Error(
          ErrorCode::invalid_argument,
          fmt::format("--hash {}: it is not 32 hex digits, as `cwasm engine hash` prints", word));
    }
    std::ranges::copy(*bytes, hash.bytes.begin());
  }
  selection.releases = line.releases;
  selection.targets = line.targets;
  return selection;
}

Result<ExportReport> export_pack(const Context& context) {
  CWASM_TRY_ASSIGN(const auto selection, selection_of(context));
  CWASM_TRY_ASSIGN(auto cache, context.open_cache(false));
  return cache.export_to(*context.line().output, selection);
}

/// The sum over all files; stops at the first that cannot be imported.
Result<ImportReport> import_packs(const Context& context) {
  CWASM_TRY_ASSIGN(auto cache, context.open_cache(true));
  ImportReport sum;
  for (const auto& file : context.line().files) {
    CWASM_TRY_ASSIGN(const auto report, cache.import_from(file, {context.line().replace}));
    sum.imported += report.imported;
    sum.skipped += report.skipped;
    sum.kept += report.kept;
    sum.bytes += report.bytes;
  }
  return sum;
}

} // namespace

int run_cache_export(const Context& context) {
  const auto report = export_pack(context);
  if (!report) {
    return Context::fail(report.error());
  }
  if (report->left_out > 0) {
    context.warn(fmt::format("{} entries are left out: their artifacts are damaged or gone",
                             report->left_out));
  }
  if (context.line().json) {
    Context::print(line({{"entries", report->entries},
                         {"artifacts", report->artifacts},
                         {"bytes", report->bytes},
                         {"left_out", report->left_out}}));
  } else if (!context.line().quiet) {
    Context::show(fmt::format("{} entries, {} artifacts: {} bytes in {}\n", report->entries,
                              report->artifacts, report->bytes, context.line().output->native()));
  }
  return 0;
}

int run_cache_import(const Context& context) {
  const auto report = import_packs(context);
  if (!report) {
    return Context::fail(report.error());
  }
  if (context.line().json) {
    Context::print(line({{"imported", report->imported},
                         {"skipped", report->skipped},
                         {"kept", report->kept},
                         {"bytes", report->bytes}}));
  } else if (!context.line().quiet) {
    Context::print(fmt::format("{} entries imported, {} bytes; {} were there already{}\n",
                               report->imported, report->bytes, report->skipped,
                               report->kept == 0 ? std::string()
                                                 : fmt::format(", {} with another artifact, which "
                                                               "--replace would replace",
                                                               report->kept)));
  }
  return 0;
}

} // namespace cwasm::cli
