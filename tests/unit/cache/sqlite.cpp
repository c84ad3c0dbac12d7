#include "cache_fixture.hpp"

#include "cache/sqlite.hpp"

#include <fstream>

using namespace cwasm;
using cache::Database;
using cache::Transaction;

namespace {

constexpr std::chrono::milliseconds k_wait{10};
constexpr const char* k_count = "SELECT count(*) FROM t";
constexpr const char* k_insert = "INSERT INTO t VALUES (?1, ?2, ?3, ?4)";

Database open_with_table(const std::filesystem::path& path) {
  auto database = cwasm::test::or_throw(Database::open(path, k_wait));
  REQUIRE(database.execute("CREATE TABLE t(i INTEGER UNIQUE, r REAL, s TEXT, b BLOB) STRICT"));
  return database;
}

std::int64_t rows(Database& database) {
  auto query = database.query(k_count);
  REQUIRE(query);
  REQUIRE(query->step());
  return query->integer(0);
}

Status insert(Database& database, std::int64_t value) {
  auto query = database.query(k_insert);
  REQUIRE(query);
  return query->bind(1, value).run();
}

} // namespace

TEST_CASE("values come back as they were bound") {
  auto database = open_with_table(cwasm::test::scratch_directory() / "a.db");
  const std::string text("a\0b", 3);
  {
    auto query = database.query(k_insert);
    REQUIRE(query);
    query->bind(1, std::int64_t{-5}).bind(2, 0.25).bind(3, text);
    query->bind(4, std::as_bytes(std::span(text)));
    REQUIRE(query->run());
  }
  auto query = database.query("SELECT i, r, s, b, NULL FROM t");
  REQUIRE(query);
  REQUIRE(query->step().value_or(false));
  CHECK(query->integer(0) == -5);
  CHECK(query->real(1) == 0.25);
  CHECK(query->text(2) == text);
  CHECK(query->bytes(3).size() == 3);
  CHECK(query->is_null(4));
  CHECK_FALSE(query->is_null(3));
  CHECK_FALSE(query->step().value_or(true));
}

TEST_CASE("an empty text and no bytes are not NULL") {
  auto database = open_with_table(cwasm::test::scratch_directory() / "a.db");
  {
    auto query = database.query(k_insert);
    REQUIRE(query);
    REQUIRE(query->bind(3, std::string_view()).bind(4, std::span<const std::byte>()).run());
  }
  auto query = database.query("SELECT s, b FROM t");
  REQUIRE(query);
  REQUIRE(query->step().value_or(false));
  CHECK_FALSE(query->is_null(0));
  CHECK_FALSE(query->is_null(1));
}

TEST_CASE("a transaction that is not committed never was") {
  auto database = open_with_table(cwasm::test::scratch_directory() / "a.db");
  {
    auto transaction = Transaction::begin(database);
    REQUIRE(transaction);
    REQUIRE(insert(database, 1));
  }
  CHECK(rows(database) == 0);
  CHECK_FALSE(database.in_transaction());
  {
    auto transaction = Transaction::begin(database);
    REQUIRE(transaction);
    REQUIRE(insert(database, 1));
    REQUIRE(transaction->commit());
  }
  CHECK(rows(database) == 1);
}

TEST_CASE("a second writer is busy") {
  const auto path = cwasm::test::scratch_directory() / "a.db";
  auto first = open_with_table(path);
  auto second = Database::open(path, k_wait);
  REQUIRE(second);
  const auto transaction = Transaction::begin(first);
  REQUIRE(transaction);
  const auto refused = Transaction::begin(*second);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code() == ErrorCode::busy);
  CHECK(refused.error().message() == "database is locked (SQLITE_BUSY)");
}

TEST_CASE("SQLite's codes become ours, by name") {
  const auto directory = cwasm::test::scratch_directory();
  auto database = open_with_table(directory / "a.db");
  const auto sql = database.query("SELECT x FROM nowhere");
  REQUIRE_FALSE(sql);
  CHECK(sql.error().code() == ErrorCode::corrupt);
  CHECK(sql.error().message() == "no such table: nowhere (SQLITE_ERROR)");
  REQUIRE(insert(database, 1));
  const auto twice = insert(database, 1);
  REQUIRE_FALSE(twice);
  CHECK(twice.error().code() == ErrorCode::internal);
  CHECK(twice.error().message() == "UNIQUE constraint failed: t.i (SQLITE_CONSTRAINT)");
  const auto nowhere = Database::open(directory / "no" / "a.db", k_wait);
  REQUIRE_FALSE(nowhere);
  CHECK(nowhere.error().code() == ErrorCode::io);
  std::ofstream(directory / "b.db") << std::string(5000, 'x');
  auto garbage = Database::open(directory / "b.db", k_wait);
  REQUIRE(garbage);
  const auto read = garbage->execute("SELECT * FROM t");
  REQUIRE_FALSE(read);
  CHECK(read.error().code() == ErrorCode::corrupt);
  CHECK(read.error().message() == "file is not a database (SQLITE_NOTADB)");
}

TEST_CASE("a value beyond the limits is an error of the run") {
  auto database = open_with_table(cwasm::test::scratch_directory() / "a.db");
  const std::string huge(2 << 20, 'x');
  auto query = database.query(k_insert);
  REQUIRE(query);
  const auto refused = query->bind(3, huge).run();
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message() == "string or blob too big (SQLITE_TOOBIG)");
}
