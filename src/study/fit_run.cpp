/// Points of a fit, run, and the statistics of their runs.
#include "goodhart/study/fit_run.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <mutex>
#include <utility>

#include <fmt/format.h>

#include "conditions.hpp"
#include "goodhart/core/errors.hpp"
#include "goodhart/engine/outputs.hpp"
#include "goodhart/engine/single_run.hpp"
#include "goodhart/scenario/expression.hpp"

namespace goodhart {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kFewest = 5;  ///< readings on either side of a share

const Fit& fit_of(const Scenario& scenario) {
  return *scenario.experiment->fit;
}

int last_step(const Scenario& scenario, const Statistic& data) {
  return data.to.value_or(scenario.time.steps - 1);
}

/// The results of a step that have one value.
std::vector<std::string> outcome_names() {
  std::vector<std::string> names;
  for (const StepOutput& output : kStepOutputs) {
    if (output.over == Over::all) names.emplace_back(output.name);
  }
  return names;
}

/// A statistic of one run, step by step.
class Watched {
 public:
  Watched(const Scenario& scenario, const Statistic& data)
      : from_(data.from.value_or(0)), to_(last_step(scenario, data)), tally_(data.between) {
    if (data.outcome) {
      const std::vector<std::string> names = outcome_names();
      formula_ = std::make_unique<Formula>(*data.outcome, names);
      sums_.assign(names.size(), 0.0);
      counts_.assign(names.size(), 0);
    } else {
      metric_ = scenario.setting.metrics.index(data.mean ? *data.mean : *data.share);
    }
  }

  void see(int step, const SingleRun& run) {
    if (step < from_ || step > to_) return;
    if (!formula_) return tally_.add(run.simulation().reading(metric_));
    std::size_t at = 0;
    for (const StepOutput& output : kStepOutputs) {
      if (output.over != Over::all) continue;
      const double value = output.of(run.means()).front();
      if (!std::isnan(value)) {
        sums_[at] += value;
        ++counts_[at];
      }
      ++at;
    }
  }

  double value() const {
    if (!formula_) return tally_.value();
    std::vector<double> means;
    for (std::size_t i = 0; i < sums_.size(); ++i) {
      means.push_back(counts_[i] == 0 ? kNaN : sums_[i] / static_cast<double>(counts_[i]));
    }
    return (*formula_)(means);
  }

 private:
  int from_, to_;
  ReadingTally tally_;
  int metric_ = -1;
  std::unique_ptr<Formula> formula_;
  std::vector<double> sums_;
  std::vector<std::size_t> counts_;
};

/// The scenario without all that a fit leaves as it is: levers, and conditions on the numbers that vary.
Scenario without_levers(Scenario scenario) {
  scenario.experiment->levers.entries.clear();
  scenario.experiment->where.reset();
  scenario.experiment->design.reset();
  scenario.experiment->keep.reset();
  return scenario;
}

/// A sweep whose points are these rows of values.
Study study_at(Scenario scenario, const std::vector<Varied>& inputs, std::vector<std::vector<double>> rows) {
  FileDesign file;
  file.name = "particles";
  file.inputs.emplace();
  for (const Varied& input : inputs) file.inputs->push_back(input.name);
  file.rows = std::move(rows);
  scenario.experiment->design = std::move(file);
  scenario.replicates = 1;
  return Study(Study::Verb::sweep, scenario);
}

std::vector<Diagnostic> finding(const std::string& path, const std::string& message) {
  std::vector<Diagnostic> found(1);
  found.front().path = path;
  found.front().message = message;
  return found;
}

}  // namespace

// ---- Readings ----

void ReadingTally::add(std::span<const double> readings) {
  for (const double reading : readings) {
    if (std::isnan(reading)) continue;
    sum_ += reading;
    ++readings_;
    if (between_ && reading >= (*between_)[0] && reading < (*between_)[1]) ++inside_;
  }
}

double ReadingTally::value() const {
  if (readings_ == 0) return kNaN;
  return (between_ ? static_cast<double>(inside_) : sum_) / static_cast<double>(readings_);
}

// ---- Checks ----

std::vector<Diagnostic> check_fit(const Scenario& scenario) {
  if (!scenario.experiment || !scenario.experiment->fit) {
    return finding(
        scenario.experiment ? "experiment" : "",
        "has no data; a fit needs experiment.fit, as in fit: {policy: NAME, data: {dashboard: {mean: METRIC, "
        "value: 88.4}}}");
  }
  if (scenario.experiment->vary.empty()) {
    return finding("experiment", "says of no number that it is uncertain; a fit needs experiment.vary");
  }
  std::vector<Diagnostic> found;
  const int last = scenario.time.steps - 1;
  for (const auto& [name, data] : fit_of(scenario).data) {
    const bool late = data.to && *data.to > last;
    if (!late && data.from.value_or(0) <= last) continue;
    found.push_back(finding("experiment.fit.data." + name + (late ? ".to" : ".from"),
                            fmt::format("is beyond the last step of the run, which is {}", last))
                        .front());
  }
  return found;
}

std::vector<Diagnostic> check_observed(const Scenario& scenario) {
  std::vector<Diagnostic> found;
  for (const auto& [name, data] : fit_of(scenario).data) {
    if (!data.share) continue;
    const double readings =
        static_cast<double>(scenario.setting.population.size) * (last_step(scenario, data) - data.from.value_or(0) + 1);
    const double inside = *data.value * readings, outside = readings - inside;
    if (std::min(inside, outside) >= kFewest) continue;
    found.push_back(finding("experiment.fit.data." + name,
                            fmt::format("of {:.0f} readings only {:.3g} would lie {}; a share of so few is not "
                                        "Gaussian. Take a wider stretch, or more steps",
                                        readings, std::min(inside, outside),
                                        inside < outside ? "between these values" : "elsewhere"))
                        .front());
  }
  return found;
}

// ---- The run ----

std::size_t values_of_evaluation(const Scenario& scenario) {
  const std::size_t statistics = fit_of(scenario).data.size();
  return statistics * FitRules::usual(statistics).replicates;
}

FitRun::FitRun(const Scenario& scenario, TaskPool& pool, Watch watch, EvaluationLog* log)
    : scenario_(scenario), pool_(pool), watch_(std::move(watch)), log_(log) {
  for (const auto& found :
       {check_fit(scenario),
        scenario.experiment && scenario.experiment->fit ? check_observed(scenario) : std::vector<Diagnostic>()}) {
    if (!found.empty()) throw UserError(found);
  }
  for (const auto& [path, range] : scenario.experiment->vary) {
    inputs_.push_back({path, range.name(path), range, false});
  }
  rules_ = FitRules::usual(fit_of(scenario).data.size());
  rules_.points = static_cast<std::size_t>(fit_of(scenario).points);
  rules_.particles = static_cast<std::size_t>(fit_of(scenario).particles);
}

std::vector<double> FitRun::values_at(const std::vector<double>& shares) const {
  std::vector<double> values;
  for (std::size_t i = 0; i < inputs_.size(); ++i) values.push_back(inputs_[i].range.at(shares[i]));
  return values;
}

Study FitRun::study_of(const std::vector<Particle>& particles) const {
  std::vector<std::vector<double>> rows;
  for (const Particle& particle : particles) rows.push_back(values_at(particle.shares));
  return study_at(without_levers(scenario_), inputs_, std::move(rows));
}

FitFindings FitRun::run() {
  FitProblem problem{.inputs = inputs_.size(), .seed = scenario_.seed};
  for (const auto& [name, data] : fit_of(scenario_).data) {
    problem.observed.push_back(*data.value);
    problem.sd.push_back(data.sd);
    problem.allow.push_back(data.allow);
  }
  // Conditions that name a lever are about what is chosen; what stands is what the data came about under.
  Experiment worlds = *scenario_.experiment;
  if (worlds.where) {
    std::vector<std::string> names;
    for (const Varied& input : inputs_) names.push_back(input.name);
    std::erase_if(*worlds.where, [&](const std::string& text) { return check_expression(text, names).has_value(); });
  }
  const Conditions conditions(worlds, inputs_);
  problem.is_allowed = [&](const std::vector<double>& shares) { return conditions.hold(values_at(shares)); };
  return fit(problem, rules_, [&](const std::vector<std::vector<double>>& points, std::size_t first) {
    return simulate(points, first);
  });
}

std::vector<Simulated> FitRun::simulate(const std::vector<std::vector<double>>& points, std::size_t first) {
  if (points.empty()) return {};
  const Fit& fit = fit_of(scenario_);
  std::vector<std::vector<double>> rows;
  for (const std::vector<double>& shares : points) rows.push_back(values_at(shares));
  const Study study = study_at(without_levers(scenario_), inputs_, std::move(rows));
  int last = 0;
  for (const auto& [name, data] : fit.data) last = std::max(last, last_step(scenario_, data));

  const std::string part =
      fmt::format("points {} to {}, {} replicates each", first + 1, first + points.size(), rules_.replicates);
  Progress progress;
  progress.runs_total = static_cast<int>(points.size() * rules_.replicates);
  progress.steps_total =
      static_cast<std::uint64_t>(progress.runs_total) * static_cast<std::uint64_t>(last + 1 + scenario_.time.before);
  std::mutex mutex;
  std::vector<Simulated> all(points.size(), Simulated(rules_.replicates, std::vector<double>(fit.data.size(), kNaN)));
  std::vector<std::string> failures(points.size());
  std::vector<std::size_t> failed(points.size(), 0);
  const auto note_progress = [&] {
    progress.runs_done += static_cast<int>(rules_.replicates);
    progress.steps_done = progress.steps_total * static_cast<std::uint64_t>(progress.runs_done) /
                          static_cast<std::uint64_t>(progress.runs_total);
    if (watch_) watch_(progress, part);
  };
  std::vector<std::size_t> to_run;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const Unit* known = log_ ? log_->find(static_cast<std::uint32_t>(first + i), 0) : nullptr;
    if (!known) {
      to_run.push_back(i);
      continue;
    }
    auto next = known->values.begin();
    for (std::vector<double>& of_replicate : all[i]) {
      for (double& value : of_replicate) value = *next++;
    }
    note_progress();
  }
  pool_.for_each(to_run.size(), [&](std::size_t place) {
    const std::size_t i = to_run[place];
    const Study::There there = study.at(i);
    if (!there.scenario) {
      failures[i] = there.fault;
      failed[i] = rules_.replicates;
    }
    TaskPool alone(1);
    // What leadership commits to is one thing for all replicates.
    const std::optional<Scenario> here =
        there.scenario ? std::optional(committed(*there.scenario, alone, fit.policy)) : std::nullopt;
    for (std::size_t r = 0; here && r < rules_.replicates; ++r) {
      try {
        SingleRun run(*here, fit.policy, kFitLuck + static_cast<std::uint32_t>((first + i) * rules_.replicates + r));
        std::vector<Watched> watched;
        for (const auto& [name, data] : fit.data) watched.emplace_back(*here, data);
        for (int step = 0; step <= last; ++step) {
          run.step();
          for (Watched& statistic : watched) statistic.see(step, run);
        }
        for (std::size_t k = 0; k < watched.size(); ++k) all[i][r][k] = watched[k].value();
      } catch (const RunError& error) {
        ++failed[i];
        if (failures[i].empty()) failures[i] = error.what();
      }
    }
    const std::lock_guard lock(mutex);
    if (log_ && failed[i] == 0) {
      Unit unit;
      unit.point = static_cast<std::uint32_t>(first + i);
      unit.status.push_back(RunStatus::ok);
      for (const std::vector<double>& of_replicate : all[i]) {
        for (const double value : of_replicate) unit.values.push_back(value);
      }
      log_->keep(unit);
    }
    note_progress();
  });
  runs_ += points.size() * rules_.replicates;
  for (std::size_t i = 0; i < points.size(); ++i) {
    failed_ += failed[i];
    if (failure_.empty()) failure_ = failures[i];
  }
  return all;
}

}  // namespace goodhart
