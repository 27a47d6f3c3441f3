/// From what a run shows to rows of variables, which come from the tables of outputs.
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

/// How many values a variable has over its axes but the first `from`.
std::size_t size_over(const Folder& folder, const Variable& variable, std::size_t from) {
  std::size_t size = 1;
  for (std::size_t a = from; a < variable.axes.size(); ++a) {
    for (const Coordinate& coordinate : folder.coordinates) {
      if (coordinate.name == variable.axes[a]) size *= coordinate.size();
    }
  }
  return size;
}

/// The entry of a table that a variable of the layout is made from.
template <class Table>
auto* entry_of(const Table& table, const Variable& variable) {
  const auto found = std::find_if(std::begin(table), std::end(table),
                                  [&](const auto& output) { return output.name == variable.name; });
  if (found == std::end(table)) throw Bug("recorder: no output is called " + variable.name);
  return &*found;
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
    const Policy& one = scenario.policies.entries[p].value;
    std::size_t at = incentives_;
    for (const Phase& phase : one.phases) {
      if (p == static_cast<std::size_t>(policy)) phase_at_.push_back(at);
      at += phase.incentives.size();
    }
    incentives_ += one.incentive_names().size();
    if (p == static_cast<std::size_t>(policy)) lever_at_ = levers_;
    if (const auto* commit = commit_of(one)) levers_ += commit->levers.size();
  }
  for (const Folder& folder : layout.folders) {
    auto& data = record_.data.emplace_back();
    for (const Variable& variable : folder.variables) data.emplace_back().reserve(size_over(folder, variable, 0));
  }
  const Folder& root = layout.folders.front();
  for (const Variable& variable : root.variables) {
    outputs_.push_back(entry_of(kStepOutputs, variable));
    widths_.push_back(size_over(root, variable, 1));
  }
  const auto width = std::accumulate(widths_.begin(), widths_.end(), std::size_t{0});
  sums_.assign(width, 0.0);
  counts_.assign(width, 0.0);
  row_.reserve(width);
  of_employees_ = panel_of("employees", employee_outputs());
  of_teams_ = panel_of("teams", team_outputs());
}

Recorder::Panel Recorder::panel_of(const std::string& folder, std::span<const PanelOutput> table) const {
  Panel panel;
  while (panel.folder < layout_.folders.size() && layout_.folders[panel.folder].name != folder) ++panel.folder;
  if (panel.folder == layout_.folders.size()) return panel;
  const Folder& described = layout_.folders[panel.folder];
  for (const Variable& variable : described.variables) {
    panel.outputs.push_back(entry_of(table, variable));
    panel.widths.push_back(size_over(described, variable, panel.outputs.back()->once ? 1 : 2));
  }
  return panel;
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
  if (scenario_.record.teams && keep) {
    teams_.resize(run.roster().teams());
    std::iota(teams_.begin(), teams_.end(), std::size_t{0});
    see_each(run, of_teams_, teams_);
  }
  if (scenario_.record.employees && recorded(step, scenario_.record.employees->every, scenario_.time))
    see_each(run, of_employees_, sample_);
}

void Recorder::see_means(const Simulation& run) {
  const StepMeans& means = run.means();
  row_.clear();
  for (std::size_t v = 0; v < outputs_.size(); ++v) {
    const std::span<const double> values = outputs_[v]->of(means);
    if (outputs_[v]->over == Over::levers) {
      // Those of other policies have no values.
      const std::size_t from = row_.size();
      row_.resize(from + levers_, kNaN);
      std::copy(values.begin(), values.end(), row_.begin() + static_cast<std::ptrdiff_t>(from + lever_at_));
      continue;
    }
    if (outputs_[v]->over != Over::incentives) {
      row_.insert(row_.end(), values.begin(), values.end());
      continue;
    }
    // Incentives of other policies, and of phases not in force, have no values.
    const std::size_t from = row_.size();
    row_.resize(from + incentives_, kNaN);
    if (run.phase() < 0) continue;
    const std::size_t first = phase_at_[static_cast<std::size_t>(run.phase())];
    std::copy(values.begin(), values.end(), row_.begin() + static_cast<std::ptrdiff_t>(from + first));
  }
}

void Recorder::see_each(const Simulation& run, const Panel& panel, std::span<const std::size_t> who) {
  auto& out = record_.data[panel.folder];
  for (std::size_t v = 0; v < panel.outputs.size(); ++v) {
    const PanelOutput& output = *panel.outputs[v];
    if (output.once && !out[v].empty()) continue;
    // Column by column, each into its place among those of a kind.
    const std::size_t width = panel.widths[v], from = out[v].size();
    out[v].resize(from + who.size() * width);
    for (std::size_t place = 0; place < width; ++place) {
      double* at = out[v].data() + from + place;
      for (const std::size_t one : who) {
        *at = output.of(run, place, one);
        at += width;
      }
    }
  }
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
