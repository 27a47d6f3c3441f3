/// A study: one scenario at many points, each under its policies on the same luck. What its points are, what is run for
/// each, and in which order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "goodhart/core/document.hpp"
#include "goodhart/engine/experiment.hpp"
#include "goodhart/scenario/scenario.hpp"
#include "goodhart/study/designs.hpp"

namespace goodhart {

/// A number that a study changes.
struct Varied {
  std::string path;
  std::string name;  ///< its `as`, else the path
  Range range;
  bool lever = false;  ///< chosen by leadership; else a matter of the world
};

/// A number that is set at a point beside those that the study changes.
struct VariedValue {
  const Varied* number;
  double value;
};

/// How a run went.
enum class RunStatus : std::uint8_t { ok = 0, failed = 1, not_run = 2 };

/// What is run as one piece: a point on one replicate, under all its policies.
struct Unit {
  std::uint32_t point = 0, replicate = 0;
  std::vector<RunStatus> status;  ///< by policy
  std::vector<double> values;     ///< [policy][Study::width()]; NaN where the run did not succeed
  std::string message;            ///< the first failure; empty where there is none

  bool operator==(const Unit& other) const;  ///< the same bits
};

/// What is prepared and handed out together: a stretch of replicates of a point.
struct Block {
  std::uint32_t point = 0, first = 0, count = 0;
};

/// Points, their runs, and their order, all functions of the scenario.
///
/// A sweep's points are every combination of the values of grids (inputs with `step`, `points` or `values`) with each
/// sample of the other inputs, which the design takes; `where` leaves some out. Samples turn slowest, then what varies,
/// then levers, each in the order written. A policy that no lever reaches is run at the first point of each world only
/// (`base`). Replicates are taken in rounds of 8 over all points, so that what an interruption leaves is balanced.
///
/// A sensitivity's points are rows of A, B and, for each input, A with B's value of it; or Morris's trajectories. Its
/// inputs are what varies; levers stay as they are. A row has two replicates, and the next row others.
class Study {
 public:
  enum class Verb { sweep, sensitivity };
  static constexpr std::size_t kMostPoints = 10'000'000;
  static constexpr std::uint32_t kRound = 8;  ///< replicates of a point in a round of a sweep

  /// Throws UserError with what `check_study` finds.
  Study(Verb verb, const Scenario& scenario);

  Verb verb() const { return verb_; }
  const Scenario& scenario() const { return scenario_; }
  const std::vector<Varied>& inputs() const { return inputs_; }
  std::size_t points() const { return points_; }
  /// The value of each input at a point.
  std::vector<double> values(std::size_t point) const;

  /// Of a sensitivity: the share of each input's range (`Range::at`) at a point.
  std::vector<double> shares(std::size_t point) const;
  /// How many points of a sensitivity belong together, on the same luck: A, B and one for each input, or a trajectory.
  std::size_t points_of_row() const { return inputs_.size() + (sobol_ ? 2 : 1); }

  /// The replicates of all points: a sweep's, or how many all rows of a sensitivity have.
  std::uint32_t replicates() const { return replicates_; }
  /// All units in the order in which they are run, a block at a time.
  std::size_t blocks() const;
  Block block(std::size_t number) const;
  /// Those of a point.
  std::uint32_t first_replicate(std::size_t point) const;
  std::uint32_t replicates_of_point() const;
  std::size_t units() const { return points_ * replicates_of_point(); }
  std::size_t runs() const;

  /// The point at which a policy is run for this one: itself, or the first of its world.
  std::size_t base(std::size_t point, std::size_t policy) const;
  /// Is a policy run at every point? Else no lever reaches it.
  bool is_reached(std::size_t policy) const { return reached_[policy]; }

  /// The scenario at a point, without what varies, and with what else is set; or why it cannot be run.
  struct There {
    std::optional<Scenario> scenario;
    std::string fault;
  };
  There at(std::size_t point, const std::vector<VariedValue>& beside = {}) const;
  /// The same with all that the scenario records, not the means alone.
  There recorded_at(std::size_t point) const;

  /// What `run_arms` is to run for a block. Safe from several threads.
  Arm arm(const Block& block, const std::vector<VariedValue>& beside = {}) const;
  /// The units of a block from its records.
  std::vector<Unit> units_of(const Block& block, const Arm& arm, const std::vector<RunRecord>& records) const;

  /// What is kept of a run: the means over time of the root's variables, one after the other, and behind them their
  /// values at each recorded step, where a sweep keeps them.
  const Folder& means() const { return *means_; }
  std::size_t width() const { return (series_ ? series_offsets_ : offsets_).back(); }
  /// Where the means of each variable begin; at the end where the last one ends.
  const std::vector<std::size_t>& offsets() const { return offsets_; }
  /// The variables over time; null where they are not kept.
  const Folder* series() const { return series_; }
  /// Where the values of each of them begin; at the end the width.
  const std::vector<std::size_t>& series_offsets() const { return series_offsets_; }

 private:
  void lay_out_sweep();
  void lay_out_sensitivity();
  std::vector<double> sweep_values(std::size_t sample, std::size_t combination) const;

  Verb verb_;
  Scenario scenario_;
  Record record_;  ///< as the scenario has it
  Node document_;  ///< resolved, without its experiment
  std::vector<Varied> inputs_;
  std::shared_ptr<const Layout> layout_;
  const Folder* means_ = nullptr;
  const Folder* series_ = nullptr;
  std::vector<std::size_t> offsets_, series_offsets_;
  std::size_t points_ = 0;
  std::uint32_t replicates_ = 0;

  // Of a sweep.
  std::vector<std::vector<double>> grids_;    ///< by input; empty where it is sampled
  std::vector<std::vector<double>> columns_;  ///< shares of a Latin hypercube, or the values of a file, by input
  std::size_t combinations_ = 1;
  std::vector<std::uint32_t> kept_;  ///< numbers of points before `where`, where it leaves some out
  std::vector<std::uint32_t> base_;  ///< of each point, where some policies are run once a world
  std::vector<bool> reached_;        ///< by policy: does a lever change it?
  // Of both.
  std::unique_ptr<SobolSequence> sobol_;
  std::vector<Scrambling> scramblings_;
  std::vector<std::vector<std::size_t>> dealt_;  ///< dimensions of a sensitivity's points, by scramble
  bool from_file_ = false, hypercube_ = false;
};

/// What is wrong with the studies of a scenario, with paths: formulas that name no result, inputs that need a grid or a
/// design, a file that does not fit, points that are none or too many. `verb` is left out to look at what all have in
/// common.
std::vector<Diagnostic> check_study(const Scenario& scenario, std::optional<Study::Verb> verb);

/// The unit of a point and of its replicate, counted from 0; nothing where it has not been run.
using ReadUnit = std::function<std::optional<Unit>(std::size_t point, std::size_t replicate)>;

/// A formula or a condition over the results of a run that have one value for a step: net_value - reward.
class OutcomeFormula {
 public:
  OutcomeFormula(const std::string& text, const Study& study);
  /// Its value for the values of one run (Study::width() of them).
  double operator()(const double* values) const;

 private:
  struct Formulas;
  std::shared_ptr<Formulas> formula_;
  std::vector<std::size_t> places_;
};

}  // namespace goodhart
