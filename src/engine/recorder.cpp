/// From what a run shows to rows of variables. The order here is the order of the layout in layout.cpp.
#include "recorder.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "goodhart/core/errors.hpp"
#include "goodhart/core/random.hpp"

namespace goodhart {

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// How many values of a variable a run leaves.
std::size_t run_size(const Folder& folder, const Variable& variable) {
  std::size_t size = 1;
  for (const std::string& axis : variable.axes) {
    for (const Coordinate& coordinate : folder.coordinates) {
      if (coordinate.name == axis) size *= coordinate.size();
    }
  }
  return size;
}

}  // namespace

bool recorded(int step, int every, const Time& time) {
  return step % every == 0 || step == time.steps - 1;
}

std::vector<std::size_t> sampled_employees(const Scenario& scenario) {
  if (!scenario.record.employees) return {};
  const auto size = static_cast<std::size_t>(scenario.setting.population.size);
  const auto count = std::min(size, static_cast<std::size_t>(scenario.record.employees->sample));
  std::vector<std::size_t> sample(size);
  for (std::size_t i = 0; i < size; ++i) sample[i] = i;
  if (count < size) {
    const Draws draws(scenario.seed, Purpose::sample);
    std::vector<double> lot(size);
    for (std::size_t i = 0; i < size; ++i) lot[i] = draws.uniform(0, static_cast<std::uint32_t>(i), 0);
    const auto by_lot = [&](std::size_t a, std::size_t b) { return lot[a] < lot[b]; };
    std::nth_element(sample.begin(), sample.begin() + static_cast<std::ptrdiff_t>(count), sample.end(), by_lot);
    sample.resize(count);
    std::sort(sample.begin(), sample.end());
  }
  return sample;
}

Recorder::Recorder(const Scenario& scenario, const Layout& layout, int policy)
    : scenario_(scenario), layout_(layout), policy_(policy), sample_(sampled_employees(scenario)) {
  for (std::size_t p = 0; p < scenario.policies.size(); ++p) {
    const std::size_t names = scenario.policies.entries[p].value.incentive_names().size();
    if (p < static_cast<std::size_t>(policy)) first_incentive_ += static_cast<int>(names);
    incentives_ += names;
  }
  int at = first_incentive_;
  for (const Phase& phase : scenario.policies.entries[static_cast<std::size_t>(policy)].value.phases) {
    phase_at_.push_back(at);
    at += static_cast<int>(phase.incentives.size());
  }
  for (const Folder& folder : layout.folders) {
    auto& data = record_.data.emplace_back();
    for (const Variable& variable : folder.variables) data.emplace_back().reserve(run_size(folder, variable));
  }
  const Folder& root = layout.folders.front();
  for (const Variable& variable : root.variables) {
    Variable without_steps = variable;
    std::erase(without_steps.axes, "step");
    const std::size_t width = run_size(root, without_steps);
    widths_.push_back(width);
  }
  const auto width = std::accumulate(widths_.begin(), widths_.end(), std::size_t{0});
  sums_.assign(width, 0.0);
  counts_.assign(width, 0.0);
  row_.reserve(width);
}

void Recorder::see(const Simulation& run) {
  const int step = run.next_step() - 1;
  const bool keep = recorded(step, scenario_.record.every, scenario_.time);
  see_means(run);
  if (keep) {
    auto from = row_.begin();
    for (std::size_t v = 0; v < widths_.size(); ++v) {
      const auto to = from + static_cast<std::ptrdiff_t>(widths_[v]);
      record_.data[0][v].insert(record_.data[0][v].end(), from, to);
      from = to;
    }
  }
  if (step >= 0) {
    for (std::size_t i = 0; i < row_.size(); ++i) {
      const bool known = !std::isnan(row_[i]);
      sums_[i] += known ? row_[i] : 0.0;
      counts_[i] += known ? 1.0 : 0.0;
    }
  }
  if (scenario_.record.teams && keep) see_teams(run);
  if (scenario_.record.employees && recorded(step, scenario_.record.employees->every, scenario_.time))
    see_employees(run);
}

void Recorder::see_means(const Simulation& run) {
  const StepMeans& m = run.means();
  std::vector<double>& row = row_;
  row.clear();
  for (const double scalar :
       {m.value, m.contribution, m.net_value, m.surplus, m.utility, m.reward, m.cost, m.waste, m.measurement_cost,
        m.audit_cost, m.hiring_cost, m.bonus, m.net_after_bonuses, m.hours, m.gaming_share, m.gamers, m.value_sd}) {
    row.push_back(scalar);
  }
  for (const auto* list : {&m.effort, &m.doing, &m.access, &m.dashboard, &m.reading, &m.reading_sd, &m.alignment}) {
    row.insert(row.end(), list->begin(), list->end());
  }
  // Incentives of other policies, and of phases not in force, have no values.
  for (const auto* list : {&m.target, &m.stakes, &m.rate, &m.attained, &m.rewarded_contribution, &m.rewarded_reading,
                           &m.rewarded_gaming_share}) {
    const std::size_t from = row.size();
    row.resize(from + incentives_, kNaN);
    if (run.phase() < 0) continue;
    const auto first = static_cast<std::size_t>(phase_at_[static_cast<std::size_t>(run.phase())]);
    std::copy(list->begin(), list->end(), row.begin() + static_cast<std::ptrdiff_t>(from + first));
  }
  for (const double scalar : {m.headcount, m.exits, m.hires}) row.push_back(scalar);
  if (!scenario_.record.groups) return;
  for (const auto* list : {&m.group_value, &m.group_gaming_share, &m.group_effort})
    row.insert(row.end(), list->begin(), list->end());
}

void Recorder::see_teams(const Simulation& run) {
  const Roster& roster = run.roster();
  const auto& setting = scenario_.setting;
  std::size_t folder = 0;
  while (layout_.folders[folder].name != "teams") ++folder;
  auto& out = record_.data[folder];
  for (std::size_t team = 0; team < roster.teams(); ++team) {
    const std::size_t begin = team * roster.team_size, end = begin + roster.members(team);
    const auto mean = [&](std::span<const double> column) {
      double sum = 0;
      for (std::size_t i = begin; i < end; ++i) sum += column[i];
      return sum / static_cast<double>(end - begin);
    };
    const double hours = mean(run.hours());
    std::size_t v = 0;
    out[v++].push_back(mean(run.value()));
    out[v++].push_back(hours == 0 ? kNaN : mean(run.gaming_time()) / hours);
    for (std::size_t k = 0; k < setting.activities.size(); ++k) {
      double sum = 0;
      for (std::size_t i = begin; i < end; ++i)
        sum += run.units(static_cast<int>(k))[i] * run.population().activities[k].time[i];
      out[v].push_back(sum / static_cast<double>(end - begin));
    }
    ++v;
    for (std::size_t j = 0; j < setting.metrics.size(); ++j) out[v].push_back(mean(run.reading(static_cast<int>(j))));
  }
}

void Recorder::see_employees(const Simulation& run) {
  const Roster& roster = run.roster();
  const Population& people = run.population();
  const auto& setting = scenario_.setting;
  std::size_t folder = 0;
  while (layout_.folders[folder].name != "employees") ++folder;
  auto& out = record_.data[folder];
  // Column by column, each into its place among `width` of a kind.
  const auto put = [&](std::size_t variable, std::size_t width, std::size_t place, auto&& value) {
    std::vector<double>& into = out[variable];
    const std::size_t from = into.size() - (place == 0 ? 0 : sample_.size() * width) + place;
    if (place == 0) into.resize(into.size() + sample_.size() * width);
    double* at = into.data() + from;
    for (const std::size_t i : sample_) {
      *at = value(i);
      at += width;
    }
  };
  const bool first = out[0].empty();
  std::size_t v = 0;
  if (!roster.groups.empty()) {
    if (first) put(v, 1, 0, [&](std::size_t i) { return static_cast<double>(roster.group_of(i)); });
    ++v;
  }
  if (first) put(v, 1, 0, [&](std::size_t i) { return static_cast<double>(roster.team_of(i)); });
  ++v;
  const std::size_t traits = people.traits.size(), activities = setting.activities.size(),
                    metrics = setting.metrics.size();
  for (std::size_t t = 0; t < traits; ++t) put(v, traits, t, [&](std::size_t i) { return people.traits[t][i]; });
  if (traits > 0) ++v;
  for (std::size_t k = 0; k < activities; ++k) {
    const auto units = run.units(static_cast<int>(k));
    put(v, activities, k, [&](std::size_t i) { return units[i] * people.activities[k].time[i]; });
  }
  ++v;
  put(v++, 1, 0, [&](std::size_t i) { return run.value()[i]; });
  put(v++, 1, 0, [&](std::size_t i) { return run.contribution()[i]; });
  for (std::size_t j = 0; j < metrics; ++j) {
    const auto reading = run.reading(static_cast<int>(j));
    put(v, metrics, j, [&](std::size_t i) { return reading[i]; });
  }
  ++v;
  put(v++, 1, 0, [&](std::size_t i) { return run.pay() * run.reward()[i]; });
  put(v++, 1, 0, [&](std::size_t i) { return run.utility()[i]; });
}

RunRecord Recorder::record(int replicate) {
  RunRecord record = std::move(record_);
  record.policy = policy_;
  record.replicate = replicate;
  record.seed = scenario_.seed;
  std::size_t at = 0;
  for (const std::size_t width : widths_) {
    std::vector<double>& averages = record.averages.emplace_back(width);
    for (double& average : averages) {
      average = counts_[at] == 0 ? kNaN : sums_[at] / counts_[at];
      if (std::isinf(average)) {
        throw RunError("the sum over all steps of " +
                       layout_.folders.front().variables[record.averages.size() - 1].name +
                       " is beyond the largest number that can be computed with; bound what it is made of");
      }
      ++at;
    }
  }
  for (std::size_t f = 0; f < layout_.folders.size(); ++f) {
    if (layout_.folders[f].name == "means") record.data[f] = record.averages;
  }
  return record;
}

}  // namespace goodhart
