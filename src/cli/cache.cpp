#include "cli/context.hpp"
#include "cli/describe.hpp"

#include "util/try.hpp"

#include <fmt/format.h>

namespace cwasm::cli {
namespace {

std::string entry_text(const Entry& entry) {
  const auto& about = entry.description;
  return fmt::format("{}  {:.12}  {:<9} {:>10}  {:<8} {:<28} {:>5} uses  {}{}\n",
                     timestamp(entry.last_used), entry.key.module.to_hex(),
                     kind_name(entry.key.kind), entry.size, about.release, about.target, entry.uses,
                     entry.pinned ? "pinned  " : "", about.input);
}

Result<std::vector<Entry>> entries(const Context& context) {
  CWASM_TRY_ASSIGN(auto cache, context.existing_cache());
  return cache ? cache->list() : std::vector<Entry>();
}

Result<VerifyReport> verify(const Context& context) {
  CWASM_TRY_ASSIGN(auto cache, context.existing_cache());
  return cache ? cache->verify() : VerifyReport{};
}

Result<ClearReport> clear(const Context& context) {
  CWASM_TRY_ASSIGN(auto cache, context.existing_cache());
  return cache ? cache->clear() : ClearReport{};
}

} // namespace

int run_cache_ls(const Context& context) {
  const auto all = entries(context);
  if (!all) {
    return Context::fail(all.error());
  }
  for (const auto& entry : *all) {
    if (context.line().json) {
      Context::print(line(entry_json(entry)));
    } else {
      Context::show(entry_text(entry));
    }
  }
  return 0;
}

int run_cache_verify(const Context& context) {
  const auto report = verify(context);
  if (!report) {
    return Context::fail(report.error());
  }
  if (context.line().json) {
    Context::print(line({{"checked", report->checked},
                         {"corrupt", report->corrupt},
                         {"orphans", report->orphans},
                         {"findings", report->findings}}));
  } else {
    for (const auto& finding : report->findings) {
      Context::show(finding + "\n");
    }
    Context::print(fmt::format("{} artifacts checked, {} damaged, {} leftovers removed\n",
                               report->checked, report->corrupt, report->orphans));
  }
  return report->corrupt == 0 ? 0 : error_code_exit_status(ErrorCode::corrupt);
}

int run_cache_clear(const Context& context) {
  const auto report = clear(context);
  if (!report) {
    return Context::fail(report.error());
  }
  if (context.line().json) {
    Context::print(line({{"entries", report->entries}, {"bytes", report->bytes}}));
  } else if (!context.line().quiet) {
    Context::print(fmt::format("{} entries, {} bytes removed\n", report->entries, report->bytes));
  }
  return 0;
}

} // namespace cwasm::cli
