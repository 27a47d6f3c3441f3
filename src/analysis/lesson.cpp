/// Running lessons, computing answers, and reading predictions.
#include "goodhart/analysis/lesson.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "goodhart/core/document.hpp"
#include "goodhart/core/errors.hpp"

namespace goodhart {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr int kMostDrawn = 1000;  // employees in a histogram

bool draws_readings(const Lesson& lesson) {
  return std::any_of(lesson.questions.begin(), lesson.questions.end(),
                     [](const LessonQuestion& question) { return question.picture == "histogram"; });
}

/// The variables of the results that the questions are about.
std::vector<std::string> variables_of(const Lesson& lesson) {
  std::vector<std::string> names;
  for (const LessonQuestion& question : lesson.questions) {
    const bool of_group = question.group || !question.groups.empty();
    const std::string name = of_group ? "group_" + question.of : question.of;
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
  return names;
}

/// Adds the readings of a run's last recorded step.
void add_readings(const Layout& layout, const RunRecord& record, std::vector<std::vector<double>>& by_metric) {
  for (std::size_t f = 0; f < layout.folders.size(); ++f) {
    const Folder& folder = layout.folders[f];
    if (folder.name != "employees") continue;
    std::size_t employees = 0;
    for (const Coordinate& coordinate : folder.coordinates) {
      if (coordinate.name == "employee") employees = coordinate.size();
    }
    for (std::size_t v = 0; v < folder.variables.size(); ++v) {
      if (folder.variables[v].name != "reading") continue;
      const std::vector<double>& values = record.data[f][v];
      const std::size_t metrics = by_metric.size(), last = values.size() - employees * metrics;
      for (std::size_t i = last; i < values.size(); ++i) by_metric[(i - last) % metrics].push_back(values[i]);
    }
  }
}

double mean_of(const std::vector<double>& values) {
  double sum = 0, count = 0;
  for (const double value : values) {
    if (std::isnan(value)) continue;
    sum += value;
    count += 1;
  }
  return count == 0 ? kNaN : sum / count;
}

std::size_t position_of(const std::vector<std::string>& names, const std::string& name) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) throw Bug("lesson: there is no " + name);
  return static_cast<std::size_t>(found - names.begin());
}

/// Small letters, without spaces at the ends.
std::string plain(const std::string& text) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == text.npos) return "";
  std::string out = text.substr(begin, text.find_last_not_of(" \t\r\n") + 1 - begin);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return out;
}

std::variant<Prediction, std::string> read_direction(const std::string& text) {
  const std::pair<int, std::vector<std::string>> words[] = {
      {1, {"up", "u", "rises", "rise", "more", "higher", "+"}},
      {-1, {"down", "d", "falls", "fall", "less", "lower", "-"}},
      {0, {"same", "s", "stays", "stay", "equal", "="}},
  };
  for (const auto& [direction, list] : words) {
    if (std::find(list.begin(), list.end(), text) != list.end()) return Prediction{.direction = direction, .order = {}};
  }
  return "answer up, down or same";
}

std::variant<Prediction, std::string> read_order(const LessonQuestion& question, const std::string& text) {
  const std::vector<std::string>& names = question.groups.empty() ? question.policies : question.groups;
  std::vector<std::string> letters;
  for (std::size_t i = 0; i < names.size(); ++i) letters.emplace_back(1, static_cast<char>('a' + i));
  std::string spaced;
  for (const char c : text) spaced += c == ',' || c == '>' ? ' ' : c;
  std::vector<std::string> words;
  for (std::size_t begin = spaced.find_first_not_of(' '); begin != spaced.npos;) {
    const std::size_t end = std::min(spaced.find(' ', begin), spaced.size());
    words.push_back(spaced.substr(begin, end - begin));
    begin = spaced.find_first_not_of(' ', end);
  }
  // cab is c a b, where no one is called so.
  if (words.size() == 1 && words[0].size() == names.size() && names.size() > 1) {
    const std::string all = words[0];
    words.clear();
    for (const char c : all) words.emplace_back(1, c);
  }
  const std::string wanted = "answer with all of " + listed(letters, "and") + ", the highest first, as in " + [&] {
    std::string example;
    for (auto letter = letters.rbegin(); letter != letters.rend(); ++letter)
      example += (example.empty() ? "" : " ") + *letter;
    return example;
  }();
  Prediction prediction;
  for (const std::string& word : words) {
    auto found = std::find(names.begin(), names.end(), word);
    std::size_t at = static_cast<std::size_t>(found - names.begin());
    if (found == names.end()) {
      at = static_cast<std::size_t>(std::find(letters.begin(), letters.end(), word) - letters.begin());
      if (at == letters.size()) return "'" + word + "' is none of them; " + wanted;
    }
    if (std::find(prediction.order.begin(), prediction.order.end(), at) != prediction.order.end())
      return names[at] + " stands twice; " + wanted;
    prediction.order.push_back(at);
  }
  if (prediction.order.size() != names.size()) return wanted;
  return prediction;
}

std::variant<Prediction, std::string> read_number(const std::string& text) {
  std::string digits = text;
  while (!digits.empty() && (digits.back() == '%' || digits.back() == ' ')) digits.pop_back();
  if (digits.starts_with("+")) digits.erase(0, 1);
  const std::optional<double> number = as_number(Node::scalar(digits));
  if (!number || !std::isfinite(*number)) return "answer with a number, as in 12.5";
  return Prediction{.number = *number, .order = {}};
}

}  // namespace

std::optional<LessonRun> run_lesson(const Scenario& scenario, TaskPool& pool,
                                    const std::function<bool(const Progress&)>& keep_going) {
  if (!scenario.lesson) throw Bug("lesson: the scenario has none");
  Scenario recorded = scenario;
  recorded.record.teams = false;
  recorded.record.employees.reset();
  if (draws_readings(*scenario.lesson)) {
    // The last step is recorded in any case.
    recorded.record.employees =
        RecordEmployees{.every = scenario.time.steps, .sample = std::min(scenario.setting.population.size, kMostDrawn)};
  }
  const Layout layout = layout_of(recorded);
  LessonRun run{
      .averages = Averages(layout), .courses = Courses(layout, variables_of(*scenario.lesson)), .readings = {}};
  if (recorded.record.employees) {
    run.readings.assign(scenario.policies.size(), std::vector<std::vector<double>>(scenario.setting.metrics.size()));
  }
  const auto take = [&](const RunRecord& record) {
    run.averages.add(record);
    run.courses.add(record);
    if (!record.failure.empty()) {
      ++run.failed;
    } else if (!run.readings.empty()) {
      add_readings(layout, record, run.readings[static_cast<std::size_t>(record.policy)]);
    }
  };
  const Ending ending = run_experiment(recorded, layout, pool, take, keep_going);
  if (ending.interrupted) return std::nullopt;
  return run;
}

PlaceInResults place_of(const LessonQuestion& question, const Scenario& scenario, const Averages& averages,
                        const std::string& policy, const std::string& group) {
  PlaceInResults place{.variable = question.of};
  if (!group.empty()) {
    place.variable = "group_" + question.of;
    place.position = position_of(averages.names("group"), group);
  }
  const auto onto = [&](const std::string& axis, const std::string& name) {
    const std::vector<std::string>& names = averages.names(axis);
    place.position = place.position * names.size() + position_of(names, name);
  };
  if (question.of_metric()) onto("metric", question.metric.value());
  if (question.of_activity()) onto("activity", question.activity.value());
  if (question.of_incentive()) {
    const Policy* found = scenario.policies.find(policy);
    const std::vector<std::string> incentives = found ? found->incentive_names() : std::vector<std::string>();
    if (incentives.empty()) throw Bug("lesson: " + policy + " has no incentive");
    onto("incentive", policy + "/" + incentives.front());
  }
  return place;
}

Measured measured(const LessonQuestion& question, const Scenario& scenario, const LessonRun& run) {
  const std::vector<std::string>& policies = run.averages.names("policy");
  const auto level = [&](const std::string& policy, const std::string& group) {
    const PlaceInResults place = place_of(question, scenario, run.averages, policy, group);
    const std::size_t at = position_of(policies, policy);
    if (question.when == "end") return run.courses.mean(place.variable, at, place.position).back();
    return mean_of(run.averages.over_replicates(place.variable, at, place.position));
  };
  const bool compares = question.kind == "direction" || question.as != "level";
  Measured truth;
  truth.base = kNaN;
  if (compares) {
    truth.base_name =
        question.than.value_or(scenario.policies.entries[static_cast<std::size_t>(scenario.comparison())].name);
  }
  const auto add = [&](const std::string& name, const std::string& policy, const std::string& group) {
    double value = level(policy, group);
    if (compares) {
      truth.base = level(truth.base_name, group);
      if (question.as == "change") value -= truth.base;
      if (question.as == "percent") value = 100 * (value - truth.base) / std::fabs(truth.base);
    }
    truth.names.push_back(name);
    truth.values.push_back(value);
  };
  for (const std::string& group : question.groups) add(group, question.policies.front(), group);
  if (question.groups.empty()) {
    for (const std::string& policy : question.policies) add(policy, policy, question.group.value_or(""));
  }
  return truth;
}

std::variant<Prediction, std::string> read_prediction(const LessonQuestion& question, const std::string& text) {
  const std::string answer = plain(text);
  if (question.kind == "direction") return read_direction(answer);
  if (question.kind == "order") return read_order(question, answer);
  return read_number(answer);
}

double tolerance(const LessonQuestion& question, const Measured& truth) {
  if (question.within) return *question.within;
  double largest = std::isnan(truth.base) || question.kind != "direction" ? 0 : std::fabs(truth.base);
  for (const double value : truth.values) largest = std::max(largest, std::fabs(value));
  return (question.kind == "number" ? 0.1 : 0.01) * largest;
}

int direction_of(const LessonQuestion& question, const Measured& truth) {
  const double change = truth.values.front() - truth.base;
  if (std::fabs(change) <= tolerance(question, truth)) return 0;
  return change > 0 ? 1 : -1;
}

std::vector<std::size_t> order_of(const Measured& truth) {
  std::vector<std::size_t> order(truth.values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return truth.values[a] > truth.values[b]; });
  return order;
}

bool foretold(const LessonQuestion& question, const Measured& truth, const Prediction& prediction) {
  if (std::any_of(truth.values.begin(), truth.values.end(), [](double value) { return std::isnan(value); }))
    return false;
  const double near = tolerance(question, truth);
  if (question.kind == "direction") return prediction.direction == direction_of(question, truth);
  if (question.kind == "number") return std::fabs(prediction.number - truth.values.front()) <= near;
  // Nobody stands above one who is surely higher.
  for (std::size_t i = 0; i < prediction.order.size(); ++i) {
    for (std::size_t j = i + 1; j < prediction.order.size(); ++j) {
      if (truth.values[prediction.order[j]] - truth.values[prediction.order[i]] > near) return false;
    }
  }
  return true;
}

}  // namespace goodhart
