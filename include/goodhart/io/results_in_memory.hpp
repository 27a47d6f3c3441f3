/// All that a results file holds, in memory: each variable's values of all runs in one block.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "goodhart/analysis/results.hpp"
#include "goodhart/engine/layout.hpp"
#include "goodhart/io/provenance.hpp"
#include "goodhart/scenario/scenario.hpp"

namespace goodhart {

/// The values of one variable over (policy, replicate, axes...), in C order. A variable with flags has `flags`, another
/// one `numbers`. Where a run failed, or was never taken, stands NaN, and -1 among flags.
struct ValueBlock {
  std::vector<std::size_t> shape;
  std::size_t run_size = 0;  ///< values of a run
  std::unique_ptr<double[]> numbers;
  std::unique_ptr<std::int8_t[]> flags;
};

/// The results of an experiment, run by run. What it holds is what ResultsWriter puts into a file: the same values, the
/// same bits of NaN, the same digest. Memory: eight bytes a number (one a flag), whatever the number of runs.
class ResultsInMemory {
 public:
  /// Room for all runs of an experiment, as if all had failed.
  explicit ResultsInMemory(const Scenario& scenario);

  /// Takes one run. Throws Bug where it does not fit.
  void take(const RunRecord& record);

  const Layout& layout() const { return layout_; }
  /// The block of a variable of a folder of the layout: shared, so that it may outlive these results. Null where an
  /// axis of the variable is empty: then no file holds the variable.
  std::shared_ptr<ValueBlock> block(std::size_t folder, std::size_t variable) const {
    return blocks_[folder][variable];
  }
  /// The seed of each run (policies x replicates); 0 where it was never taken.
  const std::vector<std::uint64_t>& seeds() const { return seeds_; }
  /// 0 where the run went well, 1 where it failed (policies x replicates).
  const std::vector<std::int8_t>& statuses() const { return statuses_; }
  /// What failed, in the order in which runs were taken.
  const std::vector<Failure>& failures() const { return failures_; }

  /// Puts back what another of the same scenario held: the bytes of seeds, of statuses and of each block in order.
  /// Throws UserError where they are of another size.
  void restore(const std::vector<std::string>& bytes, std::vector<Failure> failures);

  /// The content digest that a file of these results has (its recipe is in results_writer.hpp).
  std::string digest() const;

  /// One run, as it was taken; of a failed run the message alone.
  RunRecord record(std::size_t policy, std::size_t replicate) const;

  /// The root with its means, for comparisons. `name` is what they call the results.
  Results root(const std::string& name) const;

  /// Writes the results file that the program would have written of the same scenario, text and changes: see
  /// `provenance_of` for the texts, and ResultsWriter for what it throws.
  void write(const std::filesystem::path& file, const std::string& text, const std::string& name,
             const std::string& overrides) const;

 private:
  Scenario scenario_;
  Layout layout_;
  std::vector<std::vector<std::shared_ptr<ValueBlock>>> blocks_;
  std::vector<std::uint64_t> seeds_;
  std::vector<std::int8_t> statuses_;
  std::vector<Failure> failures_;
};

}  // namespace goodhart
