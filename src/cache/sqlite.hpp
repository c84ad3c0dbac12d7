#pragma once

/// The door to SQLite: a connection, a run of a statement, a transaction.
///
/// Errors: BUSY, LOCKED and PROTOCOL are ErrorCode::busy; CORRUPT, NOTADB and ERROR (a schema that
/// is not ours) are corrupt; misuse and broken constraints are internal; all else is io. The
/// message carries SQLite's text and code name. Not for use from two threads at once.

#include <cwasm/error.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

struct sqlite3;
struct sqlite3_stmt;

namespace cwasm::cache {

/// One run of a prepared statement: bind, step, read columns. The end of its scope resets the
/// statement, which also ends the read transaction.
class Query {
public:
  /// Parameters count from 1. What SQLite says against a value is reported by the next step.
  Query& bind(int parameter, std::int64_t value);
  Query& bind(int parameter, double value);
  /// The text and the bytes must outlive the run.
  Query& bind(int parameter, std::string_view value);
  Query& bind(int parameter, std::span<const std::byte> value);

  /// True: there is a row to read. False: the statement is done.
  Result<bool> step();
  /// Steps to the end, ignoring rows.
  Status run();
  /// Runs again from the start, with the same parameters where they are not bound anew.
  void reset() noexcept;

  /// Columns count from 0. A value of another type reads as 0 or empty. Bytes and texts are valid
  /// until the next step.
  bool is_null(int column) const;
  std::int64_t integer(int column) const;
  double real(int column) const;
  std::string_view text(int column) const;
  std::span<const std::byte> bytes(int column) const;

private:
  friend class Database;
  struct Reset {
    void operator()(sqlite3_stmt* statement) const noexcept;
  };
  explicit Query(sqlite3_stmt* statement) noexcept : m_statement(statement) {}
  void check(int code) noexcept;

  std::unique_ptr<sqlite3_stmt, Reset> m_statement;
  int m_failure = 0;
};

/// A function of numbers for use in SQL. One that is registered must live as long as the program.
struct RealFunction {
  static constexpr std::size_t k_most_arguments = 8;
  const char* name;
  int arguments; ///< at most k_most_arguments
  double (*compute)(std::span<const double> values);
};

/// Creating the file when it is absent; beside others that write it, where their log and its shared
/// memory are there; or alone, where there is no log and nobody writes.
enum class Opening : std::uint8_t { for_writing, for_reading, unchanging };

/// A connection to a database file, defensive, with its statements kept prepared. Closing it does
/// not checkpoint the write-ahead log (see `checkpoint`).
class Database {
public:
  /// Unless it is for writing, nothing is created, and nothing written but marks in the shared
  /// memory (INDEX-shm), where this user may: they let writers know of readers.
  static Result<Database> open(const std::filesystem::path& path,
                               std::chrono::milliseconds busy_timeout,
                               Opening opening = Opening::for_writing);

  /// Makes the function known to this connection's statements, not to what the file's schema says.
  Status define(const RealFunction& function);
  /// Runs all statements of a script.
  Status execute(const char* sql);
  /// REQUIRES: `sql` is a constant (its address names the prepared statement), and no other run of
  /// it is going on.
  Result<Query> query(const char* sql);

  /// Moves the write-ahead log into the database file and empties it. ErrorCode::busy when others
  /// use it after the busy timeout; what could be moved is moved.
  Status checkpoint();
  /// After how many pages of the write-ahead log a commit moves them into the database file.
  void set_log_limit(int pages) noexcept;
  void set_busy_timeout(std::chrono::milliseconds timeout) noexcept;
  bool in_transaction() const noexcept;
  bool is_read_only() const noexcept;
  /// From here on a transaction of a file with another `user_version` is ErrorCode::unsupported:
  /// another program has changed what our statements were written for.
  void expect_version(std::int64_t version) noexcept { m_expected_version = version; }

private:
  friend class Transaction;
  struct Close {
    void operator()(sqlite3* database) const noexcept;
  };
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const noexcept;
  };
  explicit Database(sqlite3* database) noexcept : m_database(database) {}
  Status harden();
  void set_limits() noexcept;
  Status check_version();

  // Declared first, so that the statements go before the connection does.
  std::unique_ptr<sqlite3, Close> m_database;
  std::unordered_map<const char*, std::unique_ptr<sqlite3_stmt, Finalize>> m_statements;
  std::optional<std::int64_t> m_expected_version;
};

/// Tells SQLite not to count its memory, which takes a lock at each allocation. For the whole
/// process, so for a program that is SQLite's only user to say, before its first Database.
void do_not_count_memory() noexcept;

/// A write transaction, begun at once (BEGIN IMMEDIATE): while it lives no other process writes.
/// Rolled back at the end of its scope unless committed.
class Transaction {
public:
  static Result<Transaction> begin(Database& database);
  Transaction(Transaction&& other) noexcept;
  Transaction& operator=(Transaction&&) = delete;
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction();

  Status commit();

private:
  explicit Transaction(Database& database) noexcept : m_database(&database) {}
  Database* m_database;
};

} // namespace cwasm::cache
