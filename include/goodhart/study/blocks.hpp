/// The work of a study in pieces: what of it is left, and handing it out to whoever asks.
#pragma once

#include <cstddef>
#include <mutex>
#include <optional>
#include <vector>

#include "goodhart/engine/experiment.hpp"
#include "goodhart/study/study.hpp"

namespace goodhart {

/// Which part of a study a process does: blocks of units number index, index + of, ... (index counts from 1).
struct Shard {
  int index = 1, of = 1;
};

/// The stretches of a shard's blocks that are not done, in order. `done` is by unit, point by point.
std::vector<Block> pending_blocks(const Study& study, Shard shard, const std::vector<bool>& done);

/// How much there is to do for these blocks.
Progress work_of(const Study& study, const std::vector<Block>& blocks);

/// Keeps the blocks that a budget of runs allows, at least one. Says whether that leaves some out.
bool cut_to_budget(std::vector<Block>& blocks, const Study& study, std::optional<std::int64_t> budget);

/// Blocks that are handed out one by one, to any number of threads and processes: whoever is done asks for the next.
class BlockQueue {
 public:
  BlockQueue(const Study& study, std::vector<Block> blocks);

  /// The next block; nothing where all are taken.
  std::optional<Block> take();
  /// How much has been taken: a little more than is done.
  Progress state();

 private:
  const Study& study_;
  std::vector<Block> blocks_;
  std::mutex mutex_;
  std::size_t next_ = 0;
  Progress state_;
};

}  // namespace goodhart
