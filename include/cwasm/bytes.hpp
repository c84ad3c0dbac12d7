#pragma once

#include <cstddef>
#include <memory>
#include <span>

namespace cwasm {

/// A view of bytes and whatever keeps them alive (a mapping, a buffer). Cheap to copy; the view is
/// valid for as long as any copy lives. The bytes never change. Safe to share between threads.
struct Bytes {
  std::shared_ptr<const void> owner;
  std::span<const std::byte> view;
};

} // namespace cwasm
