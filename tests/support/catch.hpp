#pragma once

// Debian 12 ships Catch2 2.13, others 3: the one place that knows the difference.
#if __has_include(<catch2/catch_test_macros.hpp>)
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#else
#include <catch2/catch.hpp>
#endif

#if defined(__clang__)
// INFO of Catch2 2 brings a semicolon of its own.
#pragma clang diagnostic ignored "-Wextra-semi-stmt"
#endif
