/// What a sweep found, point by point and policy by policy.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "goodhart/analysis/estimates.hpp"
#include "goodhart/study/study.hpp"

namespace goodhart {

/// A policy at a point.
struct SweepRow {
  std::size_t point = 0, policy = 0;
  std::vector<double> inputs;  ///< values at the point
  Estimate outcome;            ///< over replicates
  Estimate gain;               ///< over the comparison policy, paired by replicate; none of that policy itself
  std::size_t failed = 0;      ///< runs
  std::optional<bool> meets;   ///< whether the means over replicates meet what is required
};

/// Calls `see` with every policy at every point, in order. What was run once for several points counts at each of them.
void for_each_row(const Study& study, const ReadUnit& read, const std::function<void(const SweepRow&)>& see);

/// The ends of what a policy's outcome was over the points.
struct SweepRange {
  std::string policy;
  std::optional<SweepRow> lowest,
      highest;  ///< by mean outcome, among points that meet what is required; the first of equals
};

std::vector<SweepRange> ranges_of(const Study& study, const ReadUnit& read);

/// How value and dashboards under a policy go with one lever, over all points at which it has a value.
struct SweepCurve {
  std::string lever, policy;
  std::vector<double> at;  ///< the lever's values, rising
  struct Line {
    std::string name;               ///< value, or the metric of a dashboard
    std::vector<Estimate> percent;  ///< of the comparison policy's mean at the same points
  };
  std::vector<Line> lines;
};

/// For each lever with a grid, and each policy that it reaches. Replicates are what intervals go by: each one's mean
/// over the points.
std::vector<SweepCurve> curves_of(const Study& study, const ReadUnit& read);

/// Which policy is best where two levers have their values, over all worlds.
struct SweepMap {
  std::string across, down;           ///< the levers
  std::vector<double> columns, rows;  ///< their values, rising
  struct Cell {
    std::string best;  ///< by mean outcome among options; empty where there is no point
    Estimate lead;     ///< over the next best, paired by replicate
  };
  std::vector<Cell> cells;  ///< [row][column]
};

/// Of the first two levers with a grid; nothing where there are fewer, or fewer than two options.
std::optional<SweepMap> map_of(const Study& study, const ReadUnit& read);

}  // namespace goodhart
