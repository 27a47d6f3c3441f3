/// Means and paired gains at the points of a sweep.
#include "goodhart/study/sweep.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <utility>

namespace goodhart {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// The units of points, of which the last two are kept: those of a point, and of the one that stands for its world.
class Units {
 public:
  Units(const Study& study, const ReadUnit& read) : study_(study), read_(read) {}

  const std::vector<std::optional<Unit>>& of(std::size_t point, bool is_base) {
    auto& [number, units] = kept_[is_base ? 1 : 0];
    if (number != point + 1) {
      units.clear();
      for (std::size_t r = 0; r < study_.replicates_of_point(); ++r) units.push_back(read_(point, r));
      number = point + 1;
    }
    return units;
  }

 private:
  const Study& study_;
  const ReadUnit& read_;
  std::pair<std::size_t, std::vector<std::optional<Unit>>> kept_[2];
};

}  // namespace

void for_each_row(const Study& study, const ReadUnit& read, const std::function<void(const SweepRow&)>& see) {
  const Experiment& experiment = *study.scenario().experiment;
  const OutcomeFormula outcome(experiment.outcome, study);
  std::vector<OutcomeFormula> require;
  for (std::size_t i = 0; experiment.require && i < experiment.require->size(); ++i) {
    require.emplace_back((*experiment.require)[i], study);
  }
  const auto comparison = static_cast<std::size_t>(study.scenario().comparison());
  Units units(study, read);
  for (std::size_t point = 0; point < study.points(); ++point) {
    std::vector<std::vector<double>> outcomes;
    std::vector<SweepRow> rows;
    for (std::size_t policy = 0; policy < study.scenario().policies.size(); ++policy) {
      SweepRow& row = rows.emplace_back();
      row.point = point;
      row.policy = policy;
      row.inputs = study.values(point);
      const std::size_t base = study.base(point, policy);
      std::vector<double>& of_policy = outcomes.emplace_back();
      std::vector<double> sums(study.width(), 0.0);
      double good = 0;
      for (const std::optional<Unit>& unit : units.of(base, base != point)) {
        const RunStatus how = unit ? unit->status[policy] : RunStatus::not_run;
        row.failed += how == RunStatus::failed ? 1 : 0;
        of_policy.push_back(kNaN);
        if (how != RunStatus::ok) continue;
        const double* values = unit->values.data() + policy * study.width();
        of_policy.back() = outcome(values);
        for (std::size_t w = 0; w < sums.size(); ++w) sums[w] += values[w];
        good += 1;
      }
      row.outcome = estimate(of_policy);
      if (require.empty() || good == 0) continue;
      for (double& sum : sums) sum /= good;
      row.meets = true;
      for (const OutcomeFormula& condition : require) row.meets = *row.meets && condition(sums.data()) > 0;
    }
    for (SweepRow& row : rows) {
      if (row.policy != comparison) row.gain = compare(outcomes[row.policy], outcomes[comparison]).difference;
      see(row);
    }
  }
}

std::vector<SweepRange> ranges_of(const Study& study, const ReadUnit& read) {
  std::vector<SweepRange> ranges;
  for (const auto& entry : study.scenario().policies) ranges.push_back({entry.name, std::nullopt, std::nullopt});
  for_each_row(study, read, [&](const SweepRow& row) {
    if (row.outcome.n == 0 || (row.meets && !*row.meets)) return;
    SweepRange& range = ranges[row.policy];
    if (!range.lowest || row.outcome.mean < range.lowest->outcome.mean) range.lowest = row;
    if (!range.highest || row.outcome.mean > range.highest->outcome.mean) range.highest = row;
  });
  return ranges;
}

// ---- Along levers ----

namespace {

/// Sums by replicate, and how many there were.
struct ByReplicate {
  std::vector<double> sum, count;
  void add(std::size_t replicate, std::size_t of, double value) {
    sum.resize(of, 0.0);
    count.resize(of, 0.0);
    if (std::isnan(value)) return;
    sum[replicate] += value;
    count[replicate] += 1;
  }
  std::vector<double> means() const {
    std::vector<double> means;
    for (std::size_t r = 0; r < sum.size(); ++r) means.push_back(count[r] == 0 ? kNaN : sum[r] / count[r]);
    return means;
  }
};

/// Indices of the levers that have a grid.
std::vector<std::size_t> grid_levers(const Study& study) {
  std::vector<std::size_t> levers;
  for (std::size_t i = 0; i < study.inputs().size(); ++i) {
    if (study.inputs()[i].lever && study.inputs()[i].range.is_grid()) levers.push_back(i);
  }
  return levers;
}

/// Calls `see` with each point, policy and replicate that ran well, and the values of the run.
void for_each_run(const Study& study, const ReadUnit& read,
                  const std::function<void(const std::vector<double>& inputs, std::size_t policy, std::size_t replicate,
                                           const double* values)>& see) {
  Units units(study, read);
  for (std::size_t point = 0; point < study.points(); ++point) {
    const std::vector<double> inputs = study.values(point);
    for (std::size_t policy = 0; policy < study.scenario().policies.size(); ++policy) {
      const std::size_t base = study.base(point, policy);
      const auto& of_point = units.of(base, base != point);
      for (std::size_t r = 0; r < of_point.size(); ++r) {
        if (!of_point[r] || of_point[r]->status[policy] != RunStatus::ok) continue;
        see(inputs, policy, r, of_point[r]->values.data() + policy * study.width());
      }
    }
  }
}

/// Where the value and the dashboards stand among the values of a run, and what they are called.
std::vector<std::pair<std::string, std::size_t>> value_and_dashboards(const Study& study) {
  std::vector<std::pair<std::string, std::size_t>> places;
  const Folder& means = study.means();
  for (std::size_t v = 0; v < means.variables.size(); ++v) {
    if (means.variables[v].name == "value") places.insert(places.begin(), {"value", study.offsets()[v]});
    if (means.variables[v].name != "dashboard") continue;
    for (std::size_t m = 0; m < study.scenario().setting.metrics.size(); ++m) {
      places.emplace_back(study.scenario().setting.metrics.entries[m].name, study.offsets()[v] + m);
    }
  }
  return places;
}

}  // namespace

std::vector<SweepCurve> curves_of(const Study& study, const ReadUnit& read) {
  const auto places = value_and_dashboards(study);
  const auto comparison = static_cast<std::size_t>(study.scenario().comparison());
  std::vector<SweepCurve> curves;
  for (const std::size_t lever : grid_levers(study)) {
    // [value of the lever][policy][what is drawn]
    std::map<double, std::vector<std::vector<ByReplicate>>> sums;
    for_each_run(study, read,
                 [&](const std::vector<double>& inputs, std::size_t policy, std::size_t r, const double* values) {
                   auto& there = sums[inputs[lever]];
                   there.resize(study.scenario().policies.size(), std::vector<ByReplicate>(places.size()));
                   for (std::size_t l = 0; l < places.size(); ++l) {
                     there[policy][l].add(r, study.replicates_of_point(), values[places[l].second]);
                   }
                 });
    for (std::size_t policy = 0; policy < study.scenario().policies.size(); ++policy) {
      if (policy == comparison || !study.is_reached(policy)) continue;
      SweepCurve& curve = curves.emplace_back();
      curve.lever = study.inputs()[lever].name;
      curve.policy = study.scenario().policies.entries[policy].name;
      for (const auto& place : places) curve.lines.push_back({place.first, {}});
      for (const auto& [value, there] : sums) {
        curve.at.push_back(value);
        for (std::size_t l = 0; l < places.size(); ++l) {
          // Paired by replicate: both meet the same random draws, so most of the noise is not in the interval.
          Estimate index = compare(there[policy][l].means(), there[comparison][l].means()).percent;
          for (double* end : {&index.mean, &index.low, &index.high}) *end += 100;
          curve.lines[l].percent.push_back(index);
        }
      }
    }
  }
  return curves;
}

std::optional<SweepMap> map_of(const Study& study, const ReadUnit& read) {
  const std::vector<std::size_t> levers = grid_levers(study);
  std::vector<std::size_t> options;
  for (std::size_t p = 0; p < study.scenario().policies.size(); ++p) {
    if (study.scenario().policies.entries[p].value.is_option()) options.push_back(p);
  }
  if (levers.size() < 2 || options.size() < 2) return std::nullopt;
  const OutcomeFormula outcome(study.scenario().experiment->outcome, study);
  std::map<std::pair<double, double>, std::vector<ByReplicate>> sums;
  std::set<double> columns, rows;
  for_each_run(study, read,
               [&](const std::vector<double>& inputs, std::size_t policy, std::size_t r, const double* values) {
                 const double across = inputs[levers[0]], down = inputs[levers[1]];
                 columns.insert(across);
                 rows.insert(down);
                 auto& there = sums[{down, across}];
                 there.resize(study.scenario().policies.size());
                 there[policy].add(r, study.replicates_of_point(), outcome(values));
               });
  SweepMap map{study.inputs()[levers[0]].name,
               study.inputs()[levers[1]].name,
               {columns.begin(), columns.end()},
               {rows.begin(), rows.end()},
               {}};
  for (const double down : map.rows) {
    for (const double across : map.columns) {
      SweepMap::Cell& cell = map.cells.emplace_back();
      const auto found = sums.find({down, across});
      if (found == sums.end()) continue;
      std::vector<std::pair<double, std::size_t>> order;
      for (const std::size_t p : options) {
        const double mean = mean_of(found->second[p].means());
        if (!std::isnan(mean)) order.emplace_back(-mean, p);
      }
      std::sort(order.begin(), order.end());
      if (order.empty()) continue;
      cell.best = study.scenario().policies.entries[order[0].second].name;
      if (order.size() < 2) continue;
      cell.lead = compare(found->second[order[0].second].means(), found->second[order[1].second].means()).difference;
    }
  }
  return map;
}

}  // namespace goodhart
