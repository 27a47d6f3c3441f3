/// Opening, changing and running a scenario, a few replicates at a time.
#include "bench.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "goodhart/analysis/averages.hpp"
#include "goodhart/analysis/counterfactuals.hpp"
#include "goodhart/analysis/number_words.hpp"
#include "goodhart/analysis/run.hpp"
#include "goodhart/core/document.hpp"
#include "goodhart/core/errors.hpp"
#include "goodhart/engine/experiment.hpp"
#include "goodhart/engine/prepare.hpp"
#include "goodhart/io/yaml.hpp"
#include "goodhart/report/comparison.hpp"
#include "goodhart/report/policy_words.hpp"
#include "goodhart/scenario/edits.hpp"
#include "goodhart/scenario/read.hpp"

namespace goodhart_lab {

using goodhart::Comparison;
using goodhart::Diagnostic;
using goodhart::Layout;
using goodhart::Means;
using goodhart::Node;
using goodhart::NumberField;
using goodhart::Place;
using goodhart::Range;
using goodhart::RunRecord;
using goodhart::Scenario;
using goodhart::UserError;

namespace {

constexpr int kMostDots = 400;

// ---- Opening ----

/// What is too large for a tab, in a sentence; empty where nothing is.
std::string too_large(const Scenario& scenario) {
  const double employees = scenario.setting.population.size;
  const double steps = static_cast<double>(scenario.time.steps) + scenario.time.before;
  const double work = employees * steps * static_cast<double>(scenario.policies.size());
  if (employees > kMostEmployees) {
    return fmt::format("has {} employees, and the lab takes at most {}; the program has no such bound", employees,
                       kMostEmployees);
  }
  if (work > kMostWork) {
    return fmt::format(
        "makes {:.3g} decisions in a replicate (employees, steps and policies multiplied), and the lab takes at most "
        "{:.3g}; the program has no such bound",
        work, kMostWork);
  }
  return "";
}

// ---- Levers ----

/// Calls `see(path, node)` for each scalar below a node. Items of lists go by their names, as in --set.
template <class See>
void for_each_scalar(const Node& node, const std::string& path, const See& see) {
  const auto below = [&](const std::string& name) { return path.empty() ? name : path + "." + name; };
  if (node.kind == Node::Kind::scalar) return see(path, node);
  for (const goodhart::Member& member : node.members) {
    // A policy's `incentives` is left out of paths.
    for_each_scalar(member.value, member.key == "incentives" ? path : below(member.key), see);
  }
  if (node.kind != Node::Kind::list) return;
  const std::vector<std::string> names = goodhart::item_names(node);
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    const Node& item = node.items[i];
    const std::string name = names[i].empty() ? std::to_string(i) : names[i];
    const bool is_choice = item.kind == Node::Kind::map && item.members.size() == 1;
    for_each_scalar(is_choice ? item.members.front().value : item, below(name), see);
  }
}

std::string last_of(const std::string& path) {
  return path.substr(path.rfind('.') + 1);
}

/// Is it a number of a policy that leadership moves in meetings?
bool is_policy_number(const std::string& path) {
  static const std::set<std::string> kNames = {"target", "reward", "rate", "penalty", "prize", "bonus", "fine"};
  return path.starts_with("policies.") && path.find(".leadership.") == path.npos &&
         path.find(".override.") == path.npos && path.find(".targets.") == path.npos && kNames.contains(last_of(path));
}

/// Targets first, then rewards, then whatever else.
int order_of(const std::string& path) {
  const std::string name = last_of(path);
  return name == "target" ? 0 : name == "reward" || name == "prize" || name == "bonus" ? 1 : name == "rate" ? 2 : 3;
}

// ---- Rewriting ----

/// The byte at which a place of a text lies, or npos. Columns count characters.
std::size_t offset_of(const std::string& text, const Place& place) {
  std::size_t at = 0;
  for (int line = 1; line < place.line; ++line) {
    at = text.find('\n', at);
    if (at == text.npos) return at;
    ++at;
  }
  for (int column = 1; column < place.column && at < text.size(); ++column) {
    ++at;
    while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) ++at;
  }
  return at;
}

/// The text with a number replaced where it stands; nothing where it stands nowhere as a number of its own.
std::optional<std::string> replaced(const std::string& text, const std::string& name, const std::string& path,
                                    double value) {
  Node document = goodhart::parse_yaml(text, name);
  const Node* const node = goodhart::find_path(document, path);
  if (!node || node->quoted || !goodhart::as_number(*node)) return std::nullopt;
  const std::size_t at = offset_of(text, node->place);
  if (at == text.npos || text.compare(at, node->text.size(), node->text) != 0) return std::nullopt;
  std::string changed = text;
  changed.replace(at, node->text.size(), goodhart::number_text(value));
  // Only this number may differ, which an alias elsewhere would not allow.
  if (goodhart::set_path(document, path, Node::number(value))) return std::nullopt;
  if (goodhart::first_difference(document, goodhart::parse_yaml(changed, name))) return std::nullopt;
  return changed;
}

/// The group whose share a path is, or nothing.
bool is_share(const std::string& path) {
  return path.starts_with("population.groups.") && path.ends_with(".share");
}

Range range_of(const Scenario& scenario, const std::string& path) {
  if (scenario.experiment) {
    for (const auto* list : {&scenario.experiment->vary, &scenario.experiment->levers}) {
      if (const Range* range = list->find(path)) return *range;
    }
  }
  return {};
}

// ---- Running ----

/// The scenario as the bench runs it: no teams, and of the employees those that are drawn as dots, at the last step.
Scenario recorded(const Scenario& scenario, bool crowd) {
  Scenario told = scenario;
  told.record.teams = false;
  told.record.employees.reset();
  if (crowd) {
    told.record.employees = goodhart::RecordEmployees{.every = scenario.time.steps,
                                                      .sample = std::min(scenario.setting.population.size, kMostDots)};
  }
  return told;
}

std::vector<std::string> course_names() {
  return {"value", "net_value", "gaming_share", "dashboard", "effort", "target", "hours"};
}

double mean_of(const std::vector<double>& values) {
  return goodhart::mean_of(values);
}

}  // namespace

Opened open(const std::string& text, const std::string& name) {
  Opened opened;
  try {
    opened.scenario = goodhart::prepared(goodhart::parse_yaml(text, name), {}, {}, &opened.diagnostics);
  } catch (const UserError& error) {
    opened.diagnostics = error.diagnostics();
    if (opened.diagnostics.empty()) {
      opened.diagnostics.push_back({Diagnostic::Severity::error, Place{.source = name}, "", error.what()});
    }
    return opened;
  }
  if (const std::string trouble = too_large(*opened.scenario); !trouble.empty()) {
    opened.diagnostics.push_back(
        {Diagnostic::Severity::error, Place{.source = name, .line = 1, .column = 1}, "", trouble});
    opened.scenario.reset();
  }
  return opened;
}

std::vector<Lever> levers_of(const Scenario& scenario) {
  const Node document = goodhart::resolved(scenario);
  const std::map<const Node*, NumberField> fields = goodhart::number_fields(document);
  std::vector<Lever> of_policies, of_worlds;
  std::set<std::string> known;
  const auto add = [&](const std::string& path, const Range* range) {
    const Node* const node = goodhart::find_path(document, path);
    const std::optional<double> value = node ? goodhart::as_number(*node) : std::nullopt;
    if (!value || !std::isfinite(*value) || !known.insert(path).second) return;
    Lever lever;
    lever.path = path;
    lever.label = goodhart::number_words(scenario, path);
    lever.value = *value;
    lever.policy = goodhart::policy_of_path(path);
    lever.stated = range != nullptr;
    const double thrice = *value == 0 ? 1 : std::stod(fmt::format("{:.12g}", 3 * *value));
    lever.low = range ? range->low() : std::min(0.0, thrice);
    lever.high = range ? range->high() : std::max(0.0, thrice);
    if (const auto field = fields.find(node); field != fields.end()) {
      lever.whole = field->second.whole;
      lever.low = std::max(lever.low, field->second.low);
      lever.high = std::min(lever.high, field->second.high);
      if (field->second.above && lever.low <= field->second.low) lever.low = std::min(lever.value, lever.high) / 20;
    }
    if (lever.high > lever.low) (lever.policy.empty() ? of_worlds : of_policies).push_back(lever);
  };
  if (scenario.experiment) {
    for (const auto* list : {&scenario.experiment->levers, &scenario.experiment->vary}) {
      for (const auto& [path, range] : *list) add(path, &range);
    }
  }
  for_each_scalar(document, "", [&](const std::string& path, const Node& node) {
    if (is_policy_number(path) && goodhart::find_path(document, path) == &node) add(path, nullptr);
  });
  std::stable_sort(of_policies.begin(), of_policies.end(),
                   [](const Lever& a, const Lever& b) { return order_of(a.path) < order_of(b.path); });
  of_policies.insert(of_policies.end(), of_worlds.begin(), of_worlds.end());
  return of_policies;
}

Rewritten rewritten(const std::string& text, const Scenario& scenario, const std::string& path, double value) {
  const std::string name = "scenario";
  const Range range = range_of(scenario, path);
  Node whole = goodhart::resolved(scenario);
  if (const auto trouble = goodhart::set_number(whole, path, range, value)) throw UserError(path + ": " + *trouble);

  // What changes: the number itself, those that always have its value, and the shares of the other groups.
  std::vector<std::string> paths{path};
  if (range.also) paths.insert(paths.end(), range.also->begin(), range.also->end());
  if (is_share(path)) {
    for (const auto& group : scenario.setting.population.groups) {
      const std::string other = "population.groups." + group.name + ".share";
      if (other != path) paths.push_back(other);
    }
  }
  Rewritten done{.text = text};
  std::vector<goodhart::Edit> edits;
  for (const std::string& each : paths) {
    const Node* const node = goodhart::find_path(whole, each);
    const std::optional<double> number = node ? goodhart::as_number(*node) : std::nullopt;
    if (!number) throw UserError(each + ": leads to no number");
    edits.push_back({each, Node::number(*number), Place{.source = each}});
    if (done.whole) continue;
    if (auto changed = replaced(done.text, name, each, *number)) {
      done.text = std::move(*changed);
    } else {
      done.whole = true;
    }
  }
  if (done.whole) {
    Node document = goodhart::parse_yaml(text, name);
    std::vector<Diagnostic> found = goodhart::apply_edits(document, edits);
    if (!found.empty()) throw UserError(std::move(found));
    done.text = goodhart::to_yaml(document);
  }
  return done;
}

Scenario changed(const Scenario& scenario, const std::vector<Setting>& settings) {
  Node document = goodhart::resolved(scenario);
  for (const Setting& setting : settings) {
    if (const auto trouble =
            goodhart::set_number(document, setting.path, range_of(scenario, setting.path), setting.value)) {
      throw UserError(setting.path + ": " + *trouble);
    }
  }
  return goodhart::prepared(std::move(document));
}

Bench::Bench(Scenario scenario)
    : scenario_(std::move(scenario)),
      means_(goodhart::layout_of(recorded(scenario_, true)), static_cast<std::size_t>(scenario_.comparison())),
      courses_(goodhart::layout_of(recorded(scenario_, true)), course_names()),
      crowd_(scenario_.policies.size()) {}

void Bench::run(int count) {
  const int last = std::min(done_ + std::max(count, 0), scenario_.replicates);
  if (last == done_) return;
  Scenario part = recorded(scenario_, done_ == 0);
  part.replicates = last;
  const Layout layout = goodhart::layout_of(part);
  goodhart::run_experiment(
      part, layout, pool_,
      [&](const RunRecord& record) {
        courses_.add(record);
        RunRecord& kept = records_.emplace_back(record);
        kept.data.clear();
        if (!record.failure.empty()) {
          ++failed_;
        } else if (record.replicate == 0) {
          take_crowd(layout, record);
        }
      },
      [](const goodhart::Progress&) { return true; }, {.first_replicate = done_, .mechanisms = {}});
  done_ = last;
  // Of an experiment that has as many replicates as are done: none of them is missing.
  means_ = Means(layout, static_cast<std::size_t>(scenario_.comparison()));
  for (const RunRecord& record : records_) means_.add(record);
}

void Bench::take_crowd(const Layout& layout, const RunRecord& record) {
  for (std::size_t f = 0; f < layout.folders.size(); ++f) {
    const goodhart::Folder& folder = layout.folders[f];
    if (folder.name != "employees") continue;
    std::vector<std::int64_t> numbers;
    for (const goodhart::Coordinate& axis : folder.coordinates) {
      if (axis.name == "employee") numbers = std::get<std::vector<std::int64_t>>(axis.values);
    }
    std::vector<Dot>& dots = crowd_[static_cast<std::size_t>(record.policy)];
    dots.assign(numbers.size(), {});
    const auto& activities = scenario_.setting.activities;
    const auto& groups = scenario_.setting.population.groups;
    for (std::size_t v = 0; v < folder.variables.size(); ++v) {
      const std::vector<double>& values = record.data[f][v];
      // Of the last step: values over employees, and over activities or metrics within an employee.
      const auto row = [&](std::size_t width) { return values.size() - numbers.size() * width; };
      for (std::size_t i = 0; i < numbers.size(); ++i) {
        dots[i].employee = numbers[i];
        if (folder.variables[v].name == "contribution") dots[i].contribution = values[row(1) + i];
        if (folder.variables[v].name == "group" && !groups.empty()) {
          dots[i].group = groups.entries[static_cast<std::size_t>(values[row(1) + i])].name;
        }
        if (folder.variables[v].name == "reading") {
          const std::size_t width = scenario_.setting.metrics.size();
          const auto from = values.begin() + static_cast<std::ptrdiff_t>(row(width) + i * width);
          dots[i].readings.assign(from, from + static_cast<std::ptrdiff_t>(width));
        }
        if (folder.variables[v].name == "effort") {
          for (std::size_t k = 0; k < activities.size(); ++k) {
            if (activities.entries[k].value.gaming) {
              dots[i].gaming += values[row(activities.size()) + i * activities.size() + k];
            }
          }
        }
      }
    }
  }
}

Comparison Bench::compared(bool causes) {
  const auto always = [](const goodhart::Progress&) { return true; };
  const goodhart::Results results = goodhart::run_in_memory(scenario_, pool_, always, "the lab").value();
  Comparison comparison = goodhart::compared(results);
  if (causes) goodhart::add_causes(comparison, results, pool_, always);
  for (std::size_t p = 0; p < comparison.policies.size(); ++p) {
    comparison.policies[p].words = goodhart::policy_words(scenario_, scenario_.policies.entries[p].value);
  }
  goodhart::put_into_words(comparison);
  return comparison;
}

Point point_of(const Scenario& scenario, const std::vector<Setting>& settings, const std::string& policy,
               std::size_t metric, int replicates) {
  Scenario there = changed(scenario, settings);
  const std::string base = there.policies.entries[static_cast<std::size_t>(there.comparison())].name;
  goodhart::keep_policies(there, {base, policy});
  there = recorded(there, false);
  there.replicates = std::min(replicates, there.replicates);
  const Layout layout = goodhart::layout_of(there);
  goodhart::Averages averages(layout);
  goodhart::TaskPool pool(1);
  goodhart::run_experiment(
      there, layout, pool, [&](const RunRecord& record) { averages.add(record); },
      [](const goodhart::Progress&) { return true; });
  const auto of = static_cast<std::size_t>(there.policies.index(policy));
  const auto than = static_cast<std::size_t>(there.policies.index(base));
  return {.value = averages.over_replicates("value", of),
          .net_value = averages.over_replicates("net_value", of),
          .dashboard = averages.over_replicates("dashboard", of, metric),
          .value_base = mean_of(averages.over_replicates("value", than)),
          .net_base = mean_of(averages.over_replicates("net_value", than)),
          .dashboard_base = mean_of(averages.over_replicates("dashboard", than, metric))};
}

}  // namespace goodhart_lab
