/// One employee's decision laid open: what it faced, what it weighed, what it chose, and what would change its mind.
#pragma once

#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace goodhart {

/// A plan of efforts and what it is worth in one step, each part against doing nothing at all, in pay of a step. The
/// parts sum to `utility`.
struct Option {
  std::string name;
  std::vector<double> units;    ///< by activity
  std::vector<double> time;     ///< by activity, share of a step
  std::vector<double> reading;  ///< by metric: own individual reading in this step, as expected, without delay
  double care = 0;              ///< for the work itself
  std::vector<double> rewards;  ///< expected, by incentive, as far as efforts of this step move them
  double hours = 0;             ///< strain of hours away from the norm
  double tiredness = 0;         ///< strain of activities and between them
  double aversion = 0;          ///< conscience and hassle, after what peers do
  double trying = 0;            ///< what gaining access to activities promises for later
  double audits = 0;            ///< expected penalties and fines
  double setups = 0;            ///< what setting up takes besides time
  double later = 0;             ///< what is set up is reckoned to bring in later steps, discounted
  double utility = 0;
  bool games = false;
};

/// Where an incentive stands for the employee.
struct Stake {
  std::string name, scheme, metric;
  double target = std::numeric_limits<double>::quiet_NaN();  ///< its own, where there is one
  double stakes = 1;                                         ///< multiplier in force
  int open = 0, close = 0;  ///< steps of the window that efforts of this step are read in
  double so_far = 0;        ///< sum of its own readings in the window
  bool worthwhile = true;   ///< does the window close before the phase ends, as far as anybody knows?
};

/// A number at which gaming starts or stops, all else as it is.
struct Tipping {
  std::string what;          ///< "reward of quota", "target of quota", "expected penalty a unit"
  std::string incentive;     ///< empty for the penalty
  double now = 0;            ///< what it is
  std::optional<double> at;  ///< where it tips; nothing where it does not within what was tried
  double tried = 0;          ///< how far it was searched
  bool starts = false;       ///< gaming starts there; else it stops
};

/// All of it, for one employee before one step.
struct Explanation {
  int step = 0;
  std::string phase;  ///< empty where the policy has no phases
  std::size_t employee = 0;
  std::string group;  ///< empty without groups
  std::size_t team = 0;
  std::vector<std::string> trait_names;
  std::vector<double> traits;
  std::vector<std::string> closed;  ///< activities without access
  double budget = 0, norm = 0, due = 0;
  std::string behaviour;
  bool kept = false;        ///< did inertia keep the last step's efforts?
  double peers_gaming = 0;  ///< share of aversion to gaming that is gone because peers do it, largest of all
  std::vector<Stake> stakes;
  std::vector<Option>
      options;  ///< first none rewarded, then no gaming, then each incentive alone, then the best of all
  Option chosen;
  std::vector<Tipping> tippings;
};

}  // namespace goodhart
