/// How options do over worlds: by how much each falls short of the best there is in a world, and where it fails.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "goodhart/analysis/estimates.hpp"
#include "goodhart/study/boxes.hpp"

namespace goodhart {

struct Scenario;
class Study;

/// What came out under each of several options in each of several worlds, wherever it is from.
struct WorldOutcomes {
  /// A number that differs between worlds.
  struct Input {
    std::string name;   ///< short, as a column is called
    std::string label;  ///< in words that fit into a sentence as a noun
  };
  /// What leadership can choose: a policy, with the values of levers where it has some.
  struct Option {
    std::string name;   ///< "quota", "quota target=105 reward=0.05"
    std::string label;  ///< for people
  };
  struct World {
    std::size_t number = 0;      ///< of its first point, or its place in the table
    std::vector<double> inputs;  ///< values
    /// [option][replicate]: replicates with the same number have the same luck; NaN where a run failed.
    std::vector<std::vector<double>> outcomes;
    std::vector<std::optional<bool>> meets;  ///< by option: whether it meets what is required; nothing where unknown
  };

  std::string outcome;  ///< what is looked at
  std::vector<Input> inputs;
  std::vector<Option> options;
  std::size_t comparison = 0;     ///< the option that is worse than which one fails, where there is no limit of regret;
                                  ///< as many as there are options where it is not among them
  bool has_requirements = false;  ///< is anything required?
  std::optional<double> regret{};  ///< the limit that their scenario has, where it has one
  std::vector<World> worlds;
  std::uint64_t seed = 1;  ///< of what is drawn to tell boxes from noise
};

/// How many worlds Sobol' points make of a scenario's ranges where nobody says.
inline constexpr std::int64_t kUsualWorlds = 64;

/// What is to be changed of a scenario, each as "PATH=VALUE" in YAML, so that a sweep of it goes over worlds alone, its
/// levers as they stand: over as many worlds as are given; else as `experiment.design` says, else `kUsualWorlds`.
/// `name` is what the scenario is called in messages. Throws UserError where nothing is uncertain, where there are
/// fewer than two options, and where a number of worlds is given that grids say already.
std::vector<std::string> changes_for_worlds(const Scenario& scenario, const std::string& name,
                                            std::optional<std::int64_t> worlds);

/// The same, over worlds that are given: `design` is what `experiment.design` says of them, in YAML.
std::vector<std::string> changes_for_worlds(const Scenario& scenario, const std::string& name,
                                            const std::string& design);

/// A policy with the values of levers, by what they are called.
WorldOutcomes::Option option_with(const Scenario& scenario, std::size_t policy,
                                  const std::vector<std::pair<std::string, double>>& levers);

/// The outcome of one run of a study, or whether a policy meets what is required at a point: nothing where not known.
using ReadOutcome = std::function<double(std::size_t point, std::size_t policy, std::size_t replicate)>;
using ReadMeets = std::function<std::optional<bool>(std::size_t point, std::size_t policy)>;

/// The worlds of a sweep: points with the same values of all that varies are one world, and a policy with each setting
/// of the levers that reach it is an option of its own. References are none. `policies`: only these, where there are
/// any. Throws UserError where no world has two options, as when levers are sampled together with the world.
WorldOutcomes worlds_of(const Study& study, const ReadOutcome& outcome, const ReadMeets& meets,
                        const std::vector<std::string>& policies = {});

/// How an option does.
struct OptionRobustness {
  // Regret: by how much the mean outcome is below that of the best option in the same world; over worlds.
  double worst = 0, ninety = 0, mean = 0;  ///< `ninety`: what regret is at most in nine of ten worlds
  std::size_t worst_world = 0;             ///< the place of the first such world in WorldOutcomes::worlds
  Estimate worst_regret;                   ///< there, paired by replicate
  std::vector<double> regrets;             ///< of each world that counts
  std::size_t best = 0;                    ///< worlds in which none is better
  std::size_t surely_best = 0;             ///< in which it is told from all others, at 95 % of each world by itself
  std::size_t meets = 0;                   ///< worlds in which it meets what is required
  std::size_t failures = 0;                ///< worlds in which it fails
  std::vector<std::size_t> failing;        ///< their places
  std::vector<Box> boxes;                  ///< where
};

/// What is found over worlds. Counts are of the worlds that were looked at.
struct RobustnessFindings {
  std::size_t worlds = 0;          ///< that count
  std::size_t left_out = 0;        ///< in which an option has no run that succeeded, or none at all
  std::optional<double> regret;    ///< more than this is a failure; else being worse than the comparison
  std::vector<std::size_t> place;  ///< of the worlds that count, in WorldOutcomes::worlds
  std::vector<OptionRobustness> options;
  std::vector<std::size_t> order;  ///< options by worst regret, then by mean regret, then as they stand
  std::size_t least_worst = 0, least_mean = 0, most_often_best = 0;  ///< options; the first of equals
};

/// In each world, an option's outcome is its mean over the replicates in which no option's run failed, so that all have
/// the same luck. A difference that is only rounding is none.
///
/// An option fails where its regret is above `regret`, else above what their scenario says; without that, where its
/// mean is below that of the comparison option; and where it does not meet what is required. Boxes say where
/// (`failing_boxes`).
///
/// Throws UserError where there are fewer than two options, or no world counts.
RobustnessFindings robustness_of(const WorldOutcomes& worlds, std::optional<double> regret);

}  // namespace goodhart
