#pragma once

/// CWASM_EXPORT marks what a shared libcwasm offers; everything else is hidden.
#if defined(CWASM_STATIC)
#define CWASM_EXPORT
#elif defined(_WIN32)
#define CWASM_EXPORT __declspec(dllexport)
#else
#define CWASM_EXPORT __attribute__((visibility("default")))
#endif
