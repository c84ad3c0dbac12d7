#include "cache/sqlite.hpp"

#include "util/try.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

namespace cwasm::cache {
namespace {

struct CodeName {
  int code;
  std::string_view name;
};

// What a disk, a lock or a damaged file can make SQLite say.
constexpr std::array k_code_names = {
    CodeName{SQLITE_ERROR, "SQLITE_ERROR"},
    CodeName{SQLITE_INTERNAL, "SQLITE_INTERNAL"},
    CodeName{SQLITE_PERM, "SQLITE_PERM"},
    CodeName{SQLITE_ABORT, "SQLITE_ABORT"},
    CodeName{SQLITE_BUSY, "SQLITE_BUSY"},
    CodeName{SQLITE_LOCKED, "SQLITE_LOCKED"},
    CodeName{SQLITE_NOMEM, "SQLITE_NOMEM"},
    CodeName{SQLITE_READONLY, "SQLITE_READONLY"},
    CodeName{SQLITE_IOERR, "SQLITE_IOERR"},
    CodeName{SQLITE_CORRUPT, "SQLITE_CORRUPT"},
    CodeName{SQLITE_FULL, "SQLITE_FULL"},
    CodeName{SQLITE_CANTOPEN, "SQLITE_CANTOPEN"},
    CodeName{SQLITE_PROTOCOL, "SQLITE_PROTOCOL"},
    CodeName{SQLITE_SCHEMA, "SQLITE_SCHEMA"},
    CodeName{SQLITE_TOOBIG, "SQLITE_TOOBIG"},
    CodeName{SQLITE_CONSTRAINT, "SQLITE_CONSTRAINT"},
    CodeName{SQLITE_MISMATCH, "SQLITE_MISMATCH"},
    CodeName{SQLITE_MISUSE, "SQLITE_MISUSE"},
    CodeName{SQLITE_AUTH, "SQLITE_AUTH"},
    CodeName{SQLITE_RANGE, "SQLITE_RANGE"},
    CodeName{SQLITE_NOTADB, "SQLITE_NOTADB"},
    CodeName{SQLITE_BUSY_RECOVERY, "SQLITE_BUSY_RECOVERY"},
    CodeName{SQLITE_BUSY_SNAPSHOT, "SQLITE_BUSY_SNAPSHOT"},
    CodeName{SQLITE_CORRUPT_INDEX, "SQLITE_CORRUPT_INDEX"},
    CodeName{SQLITE_IOERR_READ, "SQLITE_IOERR_READ"},
    CodeName{SQLITE_IOERR_SHORT_READ, "SQLITE_IOERR_SHORT_READ"},
    CodeName{SQLITE_IOERR_WRITE, "SQLITE_IOERR_WRITE"},
    CodeName{SQLITE_IOERR_FSYNC, "SQLITE_IOERR_FSYNC"},
    CodeName{SQLITE_IOERR_TRUNCATE, "SQLITE_IOERR_TRUNCATE"},
    CodeName{SQLITE_IOERR_FSTAT, "SQLITE_IOERR_FSTAT"},
    CodeName{SQLITE_IOERR_LOCK, "SQLITE_IOERR_LOCK"},
    CodeName{SQLITE_IOERR_SHMOPEN, "SQLITE_IOERR_SHMOPEN"},
    CodeName{SQLITE_IOERR_SHMSIZE, "SQLITE_IOERR_SHMSIZE"},
    CodeName{SQLITE_IOERR_SHMLOCK, "SQLITE_IOERR_SHMLOCK"},
    CodeName{SQLITE_IOERR_SHMMAP, "SQLITE_IOERR_SHMMAP"},
    CodeName{SQLITE_READONLY_DBMOVED, "SQLITE_READONLY_DBMOVED"},
    CodeName{SQLITE_READONLY_DIRECTORY, "SQLITE_READONLY_DIRECTORY"},
};

std::string code_name(int code) {
  for (const int candidate : {code, code & 0xff}) {
    for (const CodeName& row : k_code_names) {
      if (row.code == candidate) {
        return std::string(row.name);
      }
    }
  }
  return fmt::format("SQLite code {}", code);
}

ErrorCode error_code(int code) {
  switch (code & 0xff) {
  case SQLITE_BUSY:
  case SQLITE_LOCKED:
  case SQLITE_PROTOCOL:
    return ErrorCode::busy;
  case SQLITE_CORRUPT:
  case SQLITE_NOTADB:
  case SQLITE_ERROR:
    return ErrorCode::corrupt;
  case SQLITE_MISUSE:
  case SQLITE_RANGE:
  case SQLITE_INTERNAL:
  case SQLITE_CONSTRAINT:
  case SQLITE_MISMATCH:
    return ErrorCode::internal;
  default:
    return ErrorCode::io;
  }
}

Error sqlite_error(sqlite3* database, int code) {
  // The connection's own text says more, but only when it is about this code.
  const bool own = database != nullptr && sqlite3_extended_errcode(database) == code;
  return {error_code(code),
          fmt::format("{} ({})", own ? sqlite3_errmsg(database) : sqlite3_errstr(code),
                      code_name(code))};
}

int clamped(std::chrono::milliseconds timeout) {
  return static_cast<int>(std::clamp<std::chrono::milliseconds::rep>(
      timeout.count(), 0, std::numeric_limits<int>::max()));
}

/// "file:PATH?immutable=1", which SQLite decodes again.
std::string unchanging_uri(const std::filesystem::path& path) {
  std::string uri = "file:";
  for (const char character : path.native()) {
    const bool plain = (character >= 'a' && character <= 'z') ||
                       (character >= 'A' && character <= 'Z') ||
                       (character >= '0' && character <= '9') || character == '/';
    uri += plain ? std::string(1, character)
                 : fmt::format("%{:02x}", static_cast<unsigned char>(character));
  }
  return uri + "?immutable=1";
}

} // namespace

void Query::Reset::operator()(sqlite3_stmt* statement) const noexcept {
  // The codes repeat what step has said.
  sqlite3_reset(statement);
  sqlite3_clear_bindings(statement);
}

void Query::check(int code) noexcept {
  if (m_failure == SQLITE_OK) {
    m_failure = code;
  }
}

Query& Query::bind(int parameter, std::int64_t value) {
  check(sqlite3_bind_int64(m_statement.get(), parameter, value));
  return *this;
}

Query& Query::bind(int parameter, double value) {
  check(sqlite3_bind_double(m_statement.get(), parameter, value));
  return *this;
}

// A null pointer would bind NULL, not an empty value.
Query& Query::bind(int parameter, std::string_view value) {
  check(sqlite3_bind_text64(m_statement.get(), parameter, value.empty() ? "" : value.data(),
                            value.size(), SQLITE_STATIC, SQLITE_UTF8));
  return *this;
}

Query& Query::bind(int parameter, std::span<const std::byte> value) {
  const void* data = value.empty() ? "" : static_cast<const void*>(value.data());
  check(sqlite3_bind_blob64(m_statement.get(), parameter, data, value.size(), SQLITE_STATIC));
  return *this;
}

Result<bool> Query::step() {
  const int code = m_failure != SQLITE_OK ? m_failure : sqlite3_step(m_statement.get());
  if (code == SQLITE_ROW) {
    return true;
  }
  if (code == SQLITE_DONE) {
    return false;
  }
  return sqlite_error(sqlite3_db_handle(m_statement.get()), code);
}

Status Query::run() {
  while (true) {
    CWASM_TRY_ASSIGN(const bool row, step());
    if (!row) {
      return ok();
    }
  }
}

void Query::reset() noexcept { sqlite3_reset(m_statement.get()); }

bool Query::is_null(int column) const {
  return sqlite3_column_type(m_statement.get(), column) == SQLITE_NULL;
}

std::int64_t Query::integer(int column) const {
  return sqlite3_column_int64(m_statement.get(), column);
}

double Query::real(int column) const { return sqlite3_column_double(m_statement.get(), column); }

std::string_view Query::text(int column) const {
  const auto bytes_of_text = bytes(column);
  return {reinterpret_cast<const char*>(bytes_of_text.data()), bytes_of_text.size()};
}

std::span<const std::byte> Query::bytes(int column) const {
  const void* data = sqlite3_column_blob(m_statement.get(), column);
  const int size = sqlite3_column_bytes(m_statement.get(), column);
  return {static_cast<const std::byte*>(data),
          data == nullptr ? 0 : static_cast<std::size_t>(size)};
}

void Database::Close::operator()(sqlite3* database) const noexcept { sqlite3_close_v2(database); }

void Database::Finalize::operator()(sqlite3_stmt* statement) const noexcept {
  sqlite3_finalize(statement);
}

Result<Database> Database::open(const std::filesystem::path& path,
                                std::chrono::milliseconds busy_timeout, Opening opening) {
  // Whoever holds a Database serializes its use, so SQLite's own mutexes would be a second time.
  int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE | SQLITE_OPEN_EXRESCODE;
  const bool writes = opening == Opening::for_writing;
  const bool changes = opening != Opening::unchanging;
  flags |= writes ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
  flags |= changes ? 0 : SQLITE_OPEN_URI;
  sqlite3* raw = nullptr;
  const int code =
      sqlite3_open_v2(changes ? path.c_str() : unchanging_uri(path).c_str(), &raw, flags, nullptr);
  Database database(raw); // also of a failed open: it must be closed
  if (code != SQLITE_OK) {
    return sqlite_error(raw, code);
  }
  database.set_busy_timeout(busy_timeout);
  CWASM_TRY(database.harden());
  if (writes && database.is_read_only()) {
    return Error(ErrorCode::io, fmt::format("{} is not writable", path.native()));
  }
  return database;
}

bool Database::is_read_only() const noexcept {
  return sqlite3_db_readonly(m_database.get(), "main") != 0;
}

/// The file is data, whoever wrote it: no code of its own runs, and no row of it is huge.
Status Database::harden() {
  struct Setting {
    int option;
    int on;
  };
  constexpr std::array k_settings = {
      Setting{SQLITE_DBCONFIG_DEFENSIVE, 1},   Setting{SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
      Setting{SQLITE_DBCONFIG_ENABLE_VIEW, 0}, Setting{SQLITE_DBCONFIG_ENABLE_TRIGGER, 0},
      Setting{SQLITE_DBCONFIG_DQS_DML, 0},     Setting{SQLITE_DBCONFIG_DQS_DDL, 0},
      Setting{SQLITE_DBCONFIG_ENABLE_FKEY, 1}, Setting{SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1},
  };
  for (const Setting& setting : k_settings) {
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-vararg,hicpp-vararg): SQLite's interface.
    const int code = sqlite3_db_config(m_database.get(), setting.option, setting.on, nullptr);
    if (code != SQLITE_OK) {
      return sqlite_error(m_database.get(), code);
    }
  }
  set_limits();
  return ok();
}

void Database::set_limits() noexcept {
  struct Limit {
    int what;
    int most;
  };
  // Some times what our own statements need; the schema's constraints count too.
  constexpr std::array k_limits = {
      Limit{SQLITE_LIMIT_LENGTH, 1 << 20},
      Limit{SQLITE_LIMIT_SQL_LENGTH, 1 << 16},
      Limit{SQLITE_LIMIT_COLUMN, 64},
      Limit{SQLITE_LIMIT_EXPR_DEPTH, 50},
      Limit{SQLITE_LIMIT_COMPOUND_SELECT, 8},
      Limit{SQLITE_LIMIT_VDBE_OP, 25'000},
      Limit{SQLITE_LIMIT_FUNCTION_ARG, 16},
      Limit{SQLITE_LIMIT_ATTACHED, 0},
      Limit{SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 64},
      Limit{SQLITE_LIMIT_VARIABLE_NUMBER, 64},
      Limit{SQLITE_LIMIT_TRIGGER_DEPTH, 8},
      Limit{SQLITE_LIMIT_WORKER_THREADS, 0},
  };
  for (const Limit& limit : k_limits) {
    sqlite3_limit(m_database.get(), limit.what, limit.most);
  }
  // A file that is cut under a mapping of it ends the process; read, it is an error.
  sqlite3_int64 mapped = 0;
  sqlite3_file_control(m_database.get(), "main", SQLITE_FCNTL_MMAP_SIZE, &mapped);
}

Status Database::check_version() {
  if (!m_expected_version) {
    return ok();
  }
  CWASM_TRY_ASSIGN(auto version, query("PRAGMA user_version"));
  CWASM_TRY(version.step());
  if (version.integer(0) == *m_expected_version) {
    return ok();
  }
  return Error(ErrorCode::unsupported,
               fmt::format("another version of cwasm has brought the index from version {} to {} "
                           "meanwhile; nothing is written to it any longer",
                           *m_expected_version, version.integer(0)));
}

Status Database::define(const RealFunction& function) {
  const auto call = [](sqlite3_context* context, int count, sqlite3_value** values) {
    const auto* self = static_cast<const RealFunction*>(sqlite3_user_data(context));
    std::array<double, RealFunction::k_most_arguments> numbers{};
    const auto given = std::span(values, static_cast<std::size_t>(count));
    std::transform(given.begin(), given.end(), numbers.begin(), sqlite3_value_double);
    sqlite3_result_double(context, self->compute(std::span(numbers).first(given.size())));
  };
  constexpr int k_flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY;
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast): SQLite hands it back, it does not write.
  auto* self = const_cast<RealFunction*>(&function);
  const int code = sqlite3_create_function_v2(m_database.get(), function.name, function.arguments,
                                              k_flags, self, call, nullptr, nullptr, nullptr);
  return code == SQLITE_OK ? ok() : Status(sqlite_error(m_database.get(), code));
}

Status Database::execute(const char* sql) {
  const int code = sqlite3_exec(m_database.get(), sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) {
    return sqlite_error(m_database.get(), code);
  }
  return ok();
}

Result<Query> Database::query(const char* sql) {
  auto& statement = m_statements[sql];
  if (!statement) {
    sqlite3_stmt* raw = nullptr;
    const int code =
        sqlite3_prepare_v3(m_database.get(), sql, -1, SQLITE_PREPARE_PERSISTENT, &raw, nullptr);
    if (code != SQLITE_OK) {
      return sqlite_error(m_database.get(), code);
    }
    statement.reset(raw);
  }
  return Query(statement.get());
}

Status Database::checkpoint() {
  const int code = sqlite3_wal_checkpoint_v2(m_database.get(), nullptr, SQLITE_CHECKPOINT_TRUNCATE,
                                             nullptr, nullptr);
  if (code != SQLITE_OK) {
    return sqlite_error(m_database.get(), code);
  }
  return ok();
}

void Database::set_log_limit(int pages) noexcept {
  sqlite3_wal_autocheckpoint(m_database.get(), pages);
}

void Database::set_busy_timeout(std::chrono::milliseconds timeout) noexcept {
  sqlite3_busy_timeout(m_database.get(), clamped(timeout));
}

bool Database::in_transaction() const noexcept {
  return sqlite3_get_autocommit(m_database.get()) == 0;
}

void do_not_count_memory() noexcept {
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-vararg,hicpp-vararg): SQLite's interface.
  sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

Result<Transaction> Transaction::begin(Database& database) {
  CWASM_TRY_ASSIGN(auto query, database.query("BEGIN IMMEDIATE"));
  CWASM_TRY(query.run());
  Transaction transaction(database);
  CWASM_TRY(database.check_version());
  return transaction;
}

Transaction::Transaction(Transaction&& other) noexcept
    : m_database(std::exchange(other.m_database, nullptr)) {}

Transaction::~Transaction() {
  // Some errors have made SQLite roll back by itself.
  if (m_database != nullptr && m_database->in_transaction()) {
    static_cast<void>(m_database->execute("ROLLBACK"));
  }
}

Status Transaction::commit() {
  CWASM_TRY_ASSIGN(auto query, m_database->query("COMMIT"));
  CWASM_TRY(query.run());
  m_database = nullptr;
  return ok();
}

} // namespace cwasm::cache
