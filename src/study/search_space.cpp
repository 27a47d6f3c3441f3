/// Candidates of a search, and the points at which they are run.
#include "goodhart/study/search_space.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <iterator>
#include <map>
#include <set>

#include "conditions.hpp"
#include "goodhart/analysis/latin_hypercube.hpp"
#include "goodhart/core/document.hpp"
#include "goodhart/core/errors.hpp"
#include "goodhart/core/random.hpp"
#include "goodhart/scenario/edits.hpp"
#include "goodhart/scenario/read.hpp"
#include "goodhart/study/designs.hpp"
#include "reaches.hpp"

namespace goodhart {
namespace {

constexpr std::size_t kSampled = 16'384;  ///< candidates of all policies, where there are too many to look at each

Experiment experiment_of_search(const Scenario& scenario) {
  return scenario.experiment.value_or(Experiment());
}

std::vector<Varied> varied(const Named<Range>& ranges, bool lever) {
  std::vector<Varied> list;
  for (const auto& [path, range] : ranges) list.push_back({path, range.name(path), range, lever});
  return list;
}

/// The number that stands under a path; nothing where something else does.
std::optional<double> standing_at(const Node& document, const std::string& path) {
  const Node* node = find_path(document, path);
  return node ? as_number(*node) : std::nullopt;
}

std::vector<double> standing_of(const Node& document, const std::vector<Varied>& numbers) {
  std::vector<double> values;
  for (const Varied& number : numbers) values.push_back(standing_at(document, number.path).value_or(0));
  return values;
}

/// Only what a search runs: policies that are options and that a lever reaches, and the comparison policy.
Scenario reduced(Scenario scenario) {
  const std::vector<Varied> levers = varied(experiment_of_search(scenario).levers, true);
  std::vector<std::string> kept;
  for (std::size_t p = 0; p < scenario.policies.size(); ++p) {
    const auto& [name, policy] = scenario.policies.entries[p];
    const std::string& policy_name = name;
    const bool is_reached =
        std::any_of(levers.begin(), levers.end(), [&](const Varied& lever) { return reaches(lever, policy_name); });
    if ((is_reached && policy.is_option()) || static_cast<int>(p) == scenario.comparison()) kept.push_back(name);
  }
  keep_policies(scenario, kept);
  return scenario;
}

}  // namespace

// ---- Checks ----

std::vector<Diagnostic> check_search(const Scenario& scenario) {
  std::vector<Diagnostic> found;
  const auto error = [&](const std::string& path, const std::string& message) {
    Diagnostic& finding = found.emplace_back();
    finding.path = path;
    finding.message = message;
  };
  const Experiment experiment = experiment_of_search(scenario);
  const std::vector<Varied> levers = varied(experiment.levers, true);
  if (levers.empty()) {
    error("experiment", "names no number that leadership can choose; a search needs experiment.levers");
    return found;
  }
  const bool any_option = std::any_of(scenario.policies.begin(), scenario.policies.end(), [&](const auto& entry) {
    return entry.value.is_option() &&
           std::any_of(levers.begin(), levers.end(), [&](const Varied& lever) { return reaches(lever, entry.name); });
  });
  if (!any_option) {
    error("experiment.levers", "stand in references alone, which are never recommended; a search needs an option");
  }
  const Node model = resolved_model(scenario);
  const std::map<const Node*, NumberField> fields = number_fields(model);
  for (const Varied& lever : levers) {
    const std::string at = "experiment.levers." + lever.path;
    const auto field = fields.find(find_path(model, lever.path));
    if (field != fields.end() && field->second.whole && !lever.range.is_grid()) {
      error(at, "takes whole numbers only; give it values, or a step, so that studies take those alone");
    }
    if (!standing_at(model, lever.path)) error(at, "is no plain number in the scenario, so a search cannot set it");
  }
  return found;
}

// ---- Worlds ----

namespace {

void demand_whole_numbers(const Node& document, const std::vector<Varied>& numbers, const SearchWorlds& worlds) {
  const std::map<const Node*, NumberField> fields = number_fields(document);
  std::vector<Diagnostic> found;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const auto field = fields.find(find_path(document, numbers[i].path));
    const bool fits = field == fields.end() || !field->second.whole ||
                      std::all_of(worlds.values[i].begin(), worlds.values[i].end(),
                                  [](double value) { return value == std::floor(value); });
    if (fits) continue;
    found.emplace_back().path = "experiment.vary." + numbers[i].path;
    found.back().message = "takes whole numbers only, and a world has another; give it values, or a step";
  }
  if (!found.empty()) throw UserError(found);
}

}  // namespace

SearchWorlds sampled_worlds(const Scenario& scenario, int count) {
  SearchWorlds worlds;
  worlds.from = fmt::format("{} {} sampled from the ranges in doubt", count, count == 1 ? "world" : "worlds");
  worlds.values = sampled_values(scenario, count);
  return worlds;
}

std::size_t SearchSpace::world_of(std::uint32_t replicate) const {
  const double u = Draws(scenario_.seed, Purpose::world, "search").uniform(replicate, 0, 0);
  return static_cast<std::size_t>(u * static_cast<double>(worlds_.count()));
}

std::vector<VariedValue> SearchSpace::settings_of(std::uint32_t replicate) const {
  std::vector<VariedValue> settings;
  if (worlds_.count() == 0) return settings;
  const std::size_t world = world_of(replicate);
  for (std::size_t i = 0; i < doubted_.size(); ++i) settings.push_back({&doubted_[i], worlds_.values[i][world]});
  return settings;
}

// ---- Candidates ----

SearchSpace::SearchSpace(const Scenario& scenario, SearchWorlds worlds)
    : scenario_(scenario), worlds_(std::move(worlds)) {
  if (const auto found = check_search(scenario); !found.empty()) throw UserError(found);
  const Experiment whole = *scenario.experiment;
  const Node document = resolved(scenario);
  scenario_ = reduced(scenario);
  varying_ = varied(whole.vary, false);
  if (worlds_.count() > 0) {
    demand_whole_numbers(resolved_model(scenario), varying_, worlds_);
    // Numbers of policies that are not run are nowhere to be set.
    std::vector<std::vector<double>> kept;
    for (std::size_t i = 0; i < varying_.size(); ++i) {
      if (!scenario_.experiment->vary.find(varying_[i].path)) continue;
      doubted_.push_back(varying_[i]);
      kept.push_back(std::move(worlds_.values[i]));
    }
    worlds_.values = std::move(kept);
    if (doubted_.empty()) {
      Diagnostic nothing;
      nothing.path = "experiment.vary";
      nothing.message = "has only numbers of policies that a search does not run, so worlds change nothing";
      throw UserError(std::vector<Diagnostic>(1, nothing));
    }
  }
  levers_ = varied(scenario_.experiment->levers, true);
  standing_ = standing_of(document, levers_);
  scenario_.experiment->where = whole.where;
  // A condition may name numbers of policies that are not run: these stand, too.
  for (const Varied& lever : varied(whole.levers, true)) {
    const bool is_kept =
        std::any_of(levers_.begin(), levers_.end(), [&](const Varied& kept) { return kept.name == lever.name; });
    if (!is_kept) varying_.push_back(lever);
  }
  for (const auto& entry : scenario_.policies) {
    std::vector<std::size_t>& own = by_policy_.emplace_back();
    std::vector<std::size_t>& free = free_by_policy_.emplace_back();
    for (std::size_t l = 0; entry.value.is_option() && l < levers_.size(); ++l) {
      if (reaches(levers_[l], entry.name)) own.push_back(l);
    }
    std::copy_if(own.begin(), own.end(), std::back_inserter(free),
                 [&](std::size_t l) { return !levers_[l].range.is_grid(); });
  }
  as_it_is_ = standing_of(document, varying_);

  std::size_t policies = 0;
  for (const std::vector<std::size_t>& own : by_policy_) {
    if (own.empty()) continue;
    ++policies;
    double combinations = 1;
    bool any_sampled = false;
    for (const std::size_t l : own) {
      if (levers_[l].range.is_grid()) combinations *= static_cast<double>(levers_[l].range.grid().size());
      any_sampled = any_sampled || !levers_[l].range.is_grid();
    }
    in_all_ += combinations * (any_sampled ? static_cast<double>(kPoints) : 1.0);
  }
  const bool too_many = in_all_ > static_cast<double>(kMost);
  std::size_t share = kSampled;
  while (share > kSampled / policies) share /= 2;  // Sobol' points are even where they are a power of two
  const std::function<bool(const LeverChoice&)> is_allowed = allowed();
  std::set<LeverChoice> known;
  std::size_t before_where = 0;
  for (std::size_t p = 0; p < by_policy_.size(); ++p) {
    if (by_policy_[p].empty()) continue;
    for (LeverChoice& choice : choices_of(p, too_many ? share : kPoints, too_many)) {
      if (!known.insert(choice).second) continue;
      ++before_where;
      if (is_allowed(choice)) candidates_.push_back(std::move(choice));
    }
  }
  if (!too_many) in_all_ = static_cast<double>(candidates_.size());
  if (candidates_.empty()) {
    Diagnostic none_left;
    none_left.path = "experiment.where";
    none_left.message = fmt::format("leaves none of {} candidates", before_where);
    throw UserError(std::vector<Diagnostic>(1, none_left));
  }
}

std::vector<LeverChoice> SearchSpace::choices_of(std::size_t policy, std::size_t sampled_points,
                                                 bool all_sampled) const {
  std::vector<std::size_t> gridded, sampled;
  for (const std::size_t l : by_policy_[policy]) {
    (levers_[l].range.is_grid() && !all_sampled ? gridded : sampled).push_back(l);
  }
  std::vector<LeverChoice> samples;
  if (sampled.empty()) {
    samples.push_back({policy, standing_});
  } else {
    const SobolSequence sobol(sampled.size());
    for (std::size_t i = 0; i < sampled_points; ++i) {
      LeverChoice& choice = samples.emplace_back(LeverChoice{policy, standing_});
      for (std::size_t d = 0; d < sampled.size(); ++d) {
        const Varied& lever = levers_[sampled[d]];
        const Scrambling scrambling(scenario_.seed, lever.path);
        choice.values[sampled[d]] = value_at(sampled[d], midpoint(scrambling(sobol.bits(i, d), 0)));
      }
    }
  }
  // The last lever turns fastest, samples slowest.
  std::vector<LeverChoice> choices;
  for (const LeverChoice& sample : samples) {
    std::vector<LeverChoice> here{sample};
    for (const std::size_t l : gridded) {
      std::vector<LeverChoice> more;
      const std::vector<double> grid = levers_[l].range.grid();
      for (const LeverChoice& choice : here) {
        for (const double value : grid) {
          more.push_back(choice);
          more.back().values[l] = value;
        }
      }
      here = std::move(more);
    }
    choices.insert(choices.end(), here.begin(), here.end());
  }
  return choices;
}

double SearchSpace::value_at(std::size_t lever, double share) const {
  const Range& range = levers_[lever].range;
  const double value = range.at(share);
  if (range.is_grid()) return value;
  return std::clamp(std::strtod(fmt::format("{:.6g}", value).c_str(), nullptr), range.low(), range.high());
}

std::function<bool(const LeverChoice&)> SearchSpace::allowed() const {
  std::vector<Varied> numbers = varying_;
  numbers.insert(numbers.end(), levers_.begin(), levers_.end());
  return [conditions = std::make_shared<const Conditions>(*scenario_.experiment, numbers),
          as_it_is = as_it_is_](const LeverChoice& choice) {
    std::vector<double> values = as_it_is;
    values.insert(values.end(), choice.values.begin(), choice.values.end());
    return conditions->hold(values);
  };
}

WorldOutcomes::Option SearchSpace::named(const LeverChoice& choice) const {
  std::vector<std::pair<std::string, double>> levers;
  for (const std::size_t l : by_policy_[choice.policy]) levers.emplace_back(levers_[l].name, choice.values[l]);
  return option_with(scenario_, choice.policy, levers);
}

// ---- Points ----

SearchPoints points_of(const SearchSpace& space, const std::vector<LeverChoice>& choices, int replicates) {
  Scenario scenario = space.scenario();
  scenario.replicates = replicates;
  Experiment& experiment = *scenario.experiment;
  experiment.vary.entries.clear();
  experiment.where.reset();
  experiment.keep.reset();  // a search looks at means alone
  FileDesign file;
  file.name = "candidates";
  file.inputs.emplace();
  for (const Varied& lever : space.levers()) file.inputs->push_back(lever.name);
  file.rows.emplace();
  std::map<std::vector<double>, std::size_t> numbers;
  const auto point = [&](const std::vector<double>& values) {
    const auto [found, is_new] = numbers.emplace(values, file.rows->size());
    if (is_new) file.rows->push_back(values);
    return found->second;
  };
  point(space.comparison().values);
  std::vector<std::size_t> points;
  for (const LeverChoice& choice : choices) points.push_back(point(choice.values));
  experiment.design = file;
  return {Study(Study::Verb::sweep, scenario), std::move(points)};
}

std::vector<LeverEnd> ends_of(const SearchSpace& space, const std::vector<LeverChoice>& choices,
                              const LeverChoice& choice) {
  std::vector<LeverEnd> ends;
  for (const std::size_t l : space.levers_of(choice.policy)) {
    double low = choice.values[l], high = low;
    for (const LeverChoice& other : choices) {
      if (other.policy != choice.policy) continue;
      low = std::min(low, other.values[l]);
      high = std::max(high, other.values[l]);
    }
    if (low == high) continue;
    if (choice.values[l] == low) ends.push_back({l, false});
    if (choice.values[l] == high) ends.push_back({l, true});
  }
  return ends;
}

}  // namespace goodhart
