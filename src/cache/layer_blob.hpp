#pragma once

#include "cache/blob_store.hpp"

namespace cwasm::cache {

/// A blob of a layer, and what a hit of its entry saves.
struct LayerBlob {
  FoundBlob blob;
  double compile_seconds = 0.0;
};

} // namespace cwasm::cache
