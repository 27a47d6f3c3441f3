/// Memory for what is needed for a moment only.
#pragma once

#include <cstddef>
#include <memory_resource>
#include <vector>

namespace goodhart {

/// A thread's own memory for what is put together and let go within one task. It keeps what it once took from the
/// system, so that work done again and again takes none.
inline std::pmr::memory_resource& scratch() {
  // By default it would keep no more than a few kilobytes of what is taken at once.
  static thread_local std::pmr::unsynchronized_pool_resource memory(
      {.max_blocks_per_chunk = 0, .largest_required_pool_block = 1 << 22});
  return memory;
}

/// Takes from and gives back to `scratch`. What it holds must be let go by the thread that put it there.
template <class T>
struct ScratchAllocator {
  using value_type = T;

  ScratchAllocator() = default;
  template <class Other>
  ScratchAllocator(const ScratchAllocator<Other>&) {}

  T* allocate(std::size_t count) { return static_cast<T*>(scratch().allocate(count * sizeof(T), alignof(T))); }
  void deallocate(T* what, std::size_t count) { scratch().deallocate(what, count * sizeof(T), alignof(T)); }

  friend bool operator==(const ScratchAllocator&, const ScratchAllocator&) { return true; }
};

/// A vector for a moment: as std::vector, but that its memory is the thread's own.
template <class T>
using ScratchVector = std::vector<T, ScratchAllocator<T>>;

}  // namespace goodhart
