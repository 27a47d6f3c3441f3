/// How a step goes over its employees: blocks of strips, each before a worker's sheet.
#pragma once

#include <algorithm>
#include <cstddef>

#include "sheet.hpp"

namespace goodhart {

/// Below this many blocks a step is not worth sharing out over cores.
inline constexpr std::size_t kFewBlocks = 16;

/// Lays the strip of `count` employees from `begin` on before a worker.
void lay(State& state, Sheet& sheet, std::size_t begin, std::size_t count);

/// Calls `stage(block)` for each block, on several cores where there are many.
template <class Stage>
void over_blocks(const Run& run, const Stage& stage) {
  const std::size_t blocks = run.state.sums.size();
  if (blocks < kFewBlocks) {
    for (std::size_t b = 0; b < blocks; ++b) stage(b);
  } else {
    run.constants.pool.for_each(blocks, stage);
  }
}

/// Calls `stage(sheet, block)` for each strip of each block.
template <class Stage>
void over_strips(const Run& run, const Stage& stage) {
  over_blocks(run, [&](std::size_t block) {
    const std::size_t end = std::min((block + 1) * kBlock, run.state.roster.size);
    Sheet& sheet = run.constants.sheet();
    for (std::size_t begin = block * kBlock; begin < end; begin += kStrip) {
      lay(run.state, sheet, begin, std::min(kStrip, end - begin));
      stage(sheet, block);
    }
  });
}

}  // namespace goodhart
