/// Blocks of values that runs are put into, and out of which files, digests and comparisons are made.
#include "goodhart/io/results_in_memory.hpp"

#include <algorithm>
#include <cstring>
#include <functional>
#include <numeric>
#include <utility>

#include "content_digest.hpp"
#include "goodhart/core/errors.hpp"
#include "goodhart/engine/experiment.hpp"
#include "goodhart/io/results_writer.hpp"
#include "plain_values.hpp"

namespace goodhart {
namespace {

void require(bool condition, const std::string& what) {
  if (!condition) throw Bug("results in memory: " + what);
}

/// The shape of a variable, or nothing where one of its axes is empty.
std::vector<std::size_t> shape_of(const Folder& folder, const Variable& variable) {
  std::vector<std::size_t> shape{folder.coordinates[0].size(), folder.coordinates[1].size()};
  for (const std::string& axis : variable.axes) {
    const auto found = std::find_if(folder.coordinates.begin(), folder.coordinates.end(),
                                    [&](const Coordinate& coordinate) { return coordinate.name == axis; });
    require(found != folder.coordinates.end(), variable.name + " names no coordinate by " + axis);
    if (found->size() == 0) return {};
    shape.push_back(found->size());
  }
  return shape;
}

std::shared_ptr<ValueBlock> make_block(const Folder& folder, const Variable& variable) {
  auto block = std::make_shared<ValueBlock>();
  block->shape = shape_of(folder, variable);
  if (block->shape.empty()) return nullptr;
  block->run_size = std::accumulate(block->shape.begin() + 2, block->shape.end(), std::size_t{1}, std::multiplies<>());
  const std::size_t size = block->shape[0] * block->shape[1] * block->run_size;
  if (variable.flags.empty()) {
    block->numbers = std::make_unique_for_overwrite<double[]>(size);
    std::fill_n(block->numbers.get(), size, kNaN);
  } else {
    block->flags = std::make_unique_for_overwrite<std::int8_t[]>(size);
    std::fill_n(block->flags.get(), size, std::int8_t{kNoFlag});
  }
  return block;
}

}  // namespace

ResultsInMemory::ResultsInMemory(const Scenario& scenario) : scenario_(scenario), layout_(layout_of(scenario)) {
  for (const Folder& folder : layout_.folders) {
    auto& blocks = blocks_.emplace_back();
    for (const Variable& variable : folder.variables) blocks.push_back(make_block(folder, variable));
  }
  const auto& runs = layout_.folders.front().coordinates;
  seeds_.assign(runs[0].size() * runs[1].size(), 0);
  statuses_.assign(seeds_.size(), 1);
}

void ResultsInMemory::take(const RunRecord& record) {
  const std::size_t replicates = layout_.folders.front().coordinates[1].size();
  const std::size_t run =
      static_cast<std::size_t>(record.policy) * replicates + static_cast<std::size_t>(record.replicate);
  require(record.policy >= 0 && record.replicate >= 0 && static_cast<std::size_t>(record.replicate) < replicates &&
              run < seeds_.size(),
          "a run outside the layout");
  seeds_[run] = record.seed;
  statuses_[run] = record.failure.empty() ? 0 : 1;
  if (!record.failure.empty()) {
    const std::string& policy = scenario_.policies.entries[static_cast<std::size_t>(record.policy)].name;
    failures_.push_back({policy, record.replicate, record.failure});
    return;
  }
  require(record.data.size() == blocks_.size(), "a run with too few or too many folders");
  for (std::size_t f = 0; f < blocks_.size(); ++f) {
    require(record.data[f].size() == blocks_[f].size(), "a run with too few or too many variables");
    for (std::size_t v = 0; v < blocks_[f].size(); ++v) {
      if (!blocks_[f][v]) continue;
      ValueBlock& block = *blocks_[f][v];
      const Variable& variable = layout_.folders[f].variables[v];
      const std::vector<double>& values = record.data[f][v];
      require(values.size() == block.run_size, variable.name + " has too few or too many values");
      for (std::size_t i = 0; i < values.size(); ++i) {
        if (block.flags) {
          block.flags[run * block.run_size + i] = number_of_flag(variable, values[i]);
        } else {
          block.numbers[run * block.run_size + i] = is_odd(values[i]) ? kNaN : values[i];
        }
      }
    }
  }
}

void ResultsInMemory::restore(const std::vector<std::string>& bytes, std::vector<Failure> failures) {
  std::size_t at = 0;
  const auto put = [&](void* values, std::size_t size) {
    if (at >= bytes.size() || bytes[at].size() != size) {
      throw UserError("these results do not fit their scenario: another version of goodhart made them");
    }
    std::memcpy(values, bytes[at++].data(), size);
  };
  put(seeds_.data(), sizeof(std::uint64_t) * seeds_.size());
  put(statuses_.data(), statuses_.size());
  for (auto& blocks : blocks_) {
    for (const std::shared_ptr<ValueBlock>& block : blocks) {
      if (!block) continue;
      const std::size_t size = seeds_.size() * block->run_size;
      if (block->flags) {
        put(block->flags.get(), size);
      } else {
        put(block->numbers.get(), sizeof(double) * size);
      }
    }
  }
  failures_ = std::move(failures);
}

std::string ResultsInMemory::digest() const {
  ContentDigest digest;
  const auto& runs = layout_.folders.front().coordinates;
  for (std::size_t f = 0; f < layout_.folders.size(); ++f) {
    const Folder& folder = layout_.folders[f];
    const std::string prefix = folder.name.empty() ? "" : folder.name + "/";
    for (const Coordinate& coordinate : folder.coordinates) {
      if (coordinate.size() > 0) digest.add(prefix + coordinate.name, coordinate);
    }
    digest.begin(prefix + "seed", {runs[0].size(), runs[1].size()});
    digest.add_values(std::vector<std::int64_t>(seeds_.begin(), seeds_.end()));
    digest.begin(prefix + "status", {runs[0].size(), runs[1].size()});
    digest.add_values(statuses_);
    for (std::size_t v = 0; v < folder.variables.size(); ++v) {
      if (!blocks_[f][v]) continue;
      const ValueBlock& block = *blocks_[f][v];
      digest.begin(prefix + folder.variables[v].name, block.shape);
      const std::size_t size = seeds_.size() * block.run_size;
      if (block.flags) {
        digest.add_values(std::span(std::as_const(block.flags).get(), size));
      } else {
        digest.add_values(std::span(std::as_const(block.numbers).get(), size));
      }
    }
  }
  return digest.finish();
}

RunRecord ResultsInMemory::record(std::size_t policy, std::size_t replicate) const {
  const std::size_t replicates = layout_.folders.front().coordinates[1].size(), run = policy * replicates + replicate;
  RunRecord record;
  record.policy = static_cast<int>(policy);
  record.replicate = static_cast<int>(replicate);
  record.seed = seeds_[run];
  if (statuses_[run] != 0) {
    record.failure = "this run has no results";
    for (const Failure& failure : failures_) {
      if (failure.policy == scenario_.policies.entries[policy].name && failure.replicate == record.replicate) {
        record.failure = failure.message;
      }
    }
  }
  for (std::size_t f = 0; f < blocks_.size(); ++f) {
    auto& data = record.data.emplace_back();
    for (const std::shared_ptr<ValueBlock>& block : blocks_[f]) {
      std::vector<double>& values = data.emplace_back();
      if (!block) continue;
      values.resize(block->run_size);
      for (std::size_t i = 0; i < values.size(); ++i) {
        const std::size_t at = run * block->run_size + i;
        values[i] = !block->flags ? block->numbers[at] : block->flags[at] < 0 ? kNaN : block->flags[at];
      }
    }
    if (layout_.folders[f].name == "means") record.averages = data;
  }
  return record;
}

Results ResultsInMemory::root(const std::string& name) const {
  Results results;
  results.name = name;
  results.digest = digest();
  results.program = program_text();
  results.scenario = scenario_;
  results.layout.folders = {layout_.folders.front()};
  results.averages = Averages(results.layout);
  const auto& runs = layout_.folders.front().coordinates;
  for (std::size_t r = 0; r < runs[1].size(); ++r) {
    for (std::size_t p = 0; p < runs[0].size(); ++p) {
      RunRecord& run = results.held.emplace_back(record(p, r));
      run.data.resize(1);
      results.averages.add(run);
    }
  }
  return results;
}

void ResultsInMemory::write(const std::filesystem::path& file, const std::string& text, const std::string& name,
                            const std::string& overrides) const {
  ResultsWriter writer(file, layout_, attributes_of(scenario_));
  const auto& runs = layout_.folders.front().coordinates;
  for (std::size_t r = 0; r < runs[1].size(); ++r) {
    for (std::size_t p = 0; p < runs[0].size(); ++p) writer.write(record(p, r));
  }
  writer.finish(provenance_of(scenario_, text, name, overrides, failures_));
}

}  // namespace goodhart
