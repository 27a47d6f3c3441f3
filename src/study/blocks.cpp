/// Blocks of a study: what is left, how much that is, and handing it out.
#include "goodhart/study/blocks.hpp"

#include <utility>

namespace goodhart {
namespace {

std::size_t runs_of(const Study& study, const Block& block) {
  std::size_t policies = 0;
  for (std::size_t p = 0; p < study.scenario().policies.size(); ++p)
    policies += study.base(block.point, p) == block.point;
  return policies * block.count;
}

}  // namespace

std::vector<Block> pending_blocks(const Study& study, Shard shard, const std::vector<bool>& done) {
  std::vector<Block> pending;
  for (auto b = static_cast<std::size_t>(shard.index - 1); b < study.blocks();
       b += static_cast<std::size_t>(shard.of)) {
    const Block block = study.block(b);
    const std::size_t first =
        block.point * std::size_t{study.replicates_of_point()} - study.first_replicate(block.point);
    for (std::uint32_t r = block.first; r < block.first + block.count; ++r) {
      if (done[first + r]) continue;
      if (!pending.empty() && pending.back().point == block.point && pending.back().first + pending.back().count == r &&
          r > block.first) {
        ++pending.back().count;
      } else {
        pending.push_back({block.point, r, 1});
      }
    }
  }
  return pending;
}

Progress work_of(const Study& study, const std::vector<Block>& blocks) {
  Progress work;
  for (const Block& block : blocks) {
    const std::size_t runs = runs_of(study, block);
    work.runs_total += static_cast<int>(runs);
    work.steps_total += block.count * static_cast<std::uint64_t>(study.scenario().time.before) +
                        runs * static_cast<std::uint64_t>(study.scenario().time.steps);
  }
  return work;
}

bool cut_to_budget(std::vector<Block>& blocks, const Study& study, std::optional<std::int64_t> budget) {
  if (!budget) return false;
  std::size_t runs = 0, kept = 0;
  while (kept < blocks.size()) {
    runs += runs_of(study, blocks[kept]);
    if (kept > 0 && runs > static_cast<std::size_t>(*budget)) break;
    ++kept;
  }
  const bool spent = kept < blocks.size();
  blocks.resize(kept);
  return spent;
}

BlockQueue::BlockQueue(const Study& study, std::vector<Block> blocks)
    : study_(study), blocks_(std::move(blocks)), state_(work_of(study, blocks_)) {}

std::optional<Block> BlockQueue::take() {
  const std::lock_guard lock(mutex_);
  if (next_ == blocks_.size()) return std::nullopt;
  const Block block = blocks_[next_++];
  const Progress part = work_of(study_, {block});
  state_.runs_done += part.runs_total;
  state_.steps_done += part.steps_total;
  return block;
}

Progress BlockQueue::state() {
  const std::lock_guard lock(mutex_);
  return state_;
}

}  // namespace goodhart
