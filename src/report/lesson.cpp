/// The sentences and pictures of a lesson.
#include "goodhart/report/lesson.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "goodhart/core/document.hpp"
#include "goodhart/report/diagnostics.hpp"
#include "numbers.hpp"

namespace goodhart {
namespace {

constexpr std::size_t kBar = 40;        // signs of the longest bar
constexpr std::size_t kCourse = 48;     // signs of a line over time
constexpr std::size_t kHistogram = 16;  // rows

/// What a question is about, in words: "the dashboard of score", "the share of hours in gaming of quick".
std::string subject(const LessonQuestion& question, const Scenario& scenario) {
  static const std::pair<const char*, const char*> kWords[] = {
      {"value", "value produced per employee"},
      {"net_value", "net value per employee"},
      {"net_after_bonuses", "net value after bonuses, per employee"},
      {"hours", "hours worked, in full steps"},
      {"gaming_share", "share of hours in gaming"},
      {"gamers", "share of employees who game"},
      {"reward", "rewards paid per employee"},
      {"utility", "utility of an employee"},
      {"cost", "cost of activities per employee"},
      {"target", "target in force"},
      {"attained", "share of employees who are rewarded"},
  };
  std::string words = question.of;
  for (const auto& [name, text] : kWords) {
    if (question.of == name) words = text;
  }
  if (question.of_metric()) words = "dashboard of " + *question.metric;
  if (question.of_activity()) words = "time spent on " + *question.activity + ", in full steps";
  if (question.group) words += ", group " + *question.group;
  const std::string& base =
      question.than.value_or(scenario.policies.entries[static_cast<std::size_t>(scenario.comparison())].name);
  words += question.when == "end" ? ", in the last " + scenario.time.unit : "";
  if (question.as == "change") words += ": change from " + base;
  if (question.as == "percent") words += ": change from " + base + " in per cent";
  return words;
}

/// A text of a scenario in lines; the end of its last line is ours.
std::string told(std::string text, const std::string& lead, const std::string& indent) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  return wrapped(text, lead, indent);
}

const char* direction_word(int direction) {
  return direction > 0 ? "up" : direction < 0 ? "down" : "same";
}

std::string listed_order(const Measured& truth, const std::vector<std::size_t>& order) {
  std::string text;
  for (const std::size_t at : order) text += (text.empty() ? "" : ", ") + truth.names[at];
  return text;
}

/// A result with as many decimals as show a difference of `near`, which decides whether an answer is right.
std::string amount(const LessonQuestion& question, double value, double near) {
  if (std::isnan(value)) return "no value";
  const int enough = near > 0 && near < 1 ? std::min(6, static_cast<int>(std::ceil(-std::log10(near)))) : 0;
  if (question.as == "percent") return with_sign(value, std::max(enough, percent_decimals(value))) + " %";
  const int decimals = std::max(enough, decimals_of(std::fabs(value)));
  if (question.as == "change") return with_sign(value, decimals);
  return std::fabs(value) < kTiny ? number(value) : fixed(value, decimals);
}

/// Bars of what is asked, with what it is compared with.
std::string bars_of(const LessonQuestion& question, const Measured& truth, Signs signs) {
  const double near = tolerance(question, truth);
  std::vector<std::pair<std::string, double>> rows;
  if (question.kind == "direction") rows.emplace_back(truth.base_name, truth.base);
  for (std::size_t i = 0; i < truth.names.size(); ++i) rows.emplace_back(truth.names[i], truth.values[i]);
  std::size_t widest = 0, numbers = 0;
  double largest = 0;
  for (const auto& [name, value] : rows) {
    widest = std::max(widest, width_of(name));
    numbers = std::max(numbers, width_of(amount(question, value, near)));
    if (std::isfinite(value)) largest = std::max(largest, std::fabs(value));
  }
  std::string text;
  for (const auto& [name, value] : rows) {
    const std::string told = amount(question, value, near), drawn = bar(value, largest, kBar, signs);
    text += "    " + padded(name, widest) + "  " + std::string(numbers - width_of(told), ' ') + told +
            (drawn.empty() ? "" : "  " + drawn) + "\n";
  }
  return text;
}

/// The policies that a question names and the one that it compares with, each once.
std::vector<std::string> policies_of(const LessonQuestion& question, const Measured& truth) {
  std::vector<std::string> names;
  if (!truth.base_name.empty()) names.push_back(truth.base_name);
  for (const std::string& name : question.policies) {
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
  return names;
}

/// What is asked, over time, a line for each policy.
std::string course_of(const LessonQuestion& question, const Scenario& scenario, const Measured& truth,
                      const LessonRun& run, Signs signs) {
  std::vector<std::string> names;
  std::vector<std::vector<double>> lines;
  const auto add = [&](const std::string& name, const std::string& policy, const std::string& group) {
    const PlaceInResults place = place_of(question, scenario, run.averages, policy, group);
    names.push_back(name);
    lines.push_back(
        run.courses.mean(place.variable, static_cast<std::size_t>(scenario.policies.index(policy)), place.position));
  };
  for (const std::string& group : question.groups) add(group, question.policies.front(), group);
  for (const std::string& policy : policies_of(question, truth)) {
    const Policy* found = scenario.policies.find(policy);
    const bool untold = question.of_incentive() && (!found || found->incentive_names().empty());
    if (question.groups.empty() && !untold) add(policy, policy, question.group.value_or(""));
  }
  const auto range = range_of(lines);
  std::size_t widest = 0;
  for (const std::string& name : names) widest = std::max(widest, width_of(name));
  std::string text;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].empty()) continue;
    const std::string drawn = sparkline(lines[i], range, kCourse, signs);
    text += "    " + padded(names[i], widest) + "  " + (drawn.empty() ? "" : drawn + "  ") +
            from_to(lines[i].front(), lines[i].back()) + "\n";
  }
  if (run.courses.steps().size() > 1) {
    text +=
        fmt::format("    over {} {}s; all lines have one scale\n", run.courses.steps().back() + 1, scenario.time.unit);
  }
  return text;
}

/// The readings of single employees in the last step, under each policy.
std::string histograms_of(const LessonQuestion& question, const Scenario& scenario, const Measured& truth,
                          const LessonRun& run, Signs signs) {
  const auto metric = static_cast<std::size_t>(scenario.setting.metrics.index(question.metric.value()));
  std::string text;
  for (const std::string& policy : policies_of(question, truth)) {
    const auto at = static_cast<std::size_t>(scenario.policies.index(policy));
    text += fmt::format("    {} of single employees under {}, in the last {}\n", *question.metric, policy,
                        scenario.time.unit);
    text += histogram(run.readings.at(at).at(metric), kHistogram, kBar, signs, "      ");
  }
  return text;
}

}  // namespace

std::string lesson_opening(const Scenario& scenario) {
  return harmless(scenario.title + "\n\n" + told(scenario.lesson->story, "", ""));
}

std::string lesson_question(const Scenario& scenario, std::size_t number) {
  const LessonQuestion& question = scenario.lesson->questions.at(number - 1);
  std::string text = told(question.ask, fmt::format("{}. ", number), "   ");
  if (question.kind == "direction") {
    text += "   Answer up, down or same.\n";
  } else if (question.kind == "number") {
    text += wrapped("Answer with a number: " + subject(question, scenario) + ".", "   ", "   ");
  } else {
    const std::vector<std::string>& names = question.groups.empty() ? question.policies : question.groups;
    for (std::size_t i = 0; i < names.size(); ++i) {
      text += fmt::format("   {}  {}\n", static_cast<char>('a' + i), names[i]);
    }
    text += "   Answer with the letters, the highest first.\n";
  }
  return harmless(text);
}

std::string lesson_result(const Scenario& scenario, std::size_t number, const Prediction& expected,
                          const LessonRun& run, Signs signs) {
  const LessonQuestion& question = scenario.lesson->questions.at(number - 1);
  const Measured truth = measured(question, scenario, run);
  std::string you, it;
  if (question.kind == "direction") {
    you = direction_word(expected.direction);
    it = direction_word(direction_of(question, truth));
  } else if (question.kind == "number") {
    you = amount(question, expected.number, tolerance(question, truth));
    it = amount(question, truth.values.front(), tolerance(question, truth));
  } else {
    you = listed_order(truth, expected.order);
    it = listed_order(truth, order_of(truth));
  }
  const bool known = std::none_of(truth.values.begin(), truth.values.end(), [](double v) { return std::isnan(v); });
  std::string text = told(question.ask, fmt::format("{}. ", number), "   ");
  text += fmt::format("   You: {}. Result: {}. {}\n", you, known ? it : "no run has a value",
                      !known                                ? "Not counted."
                      : foretold(question, truth, expected) ? "Right."
                                                            : "Not so.");
  text += wrapped(subject(question, scenario) + ":", "   ", "   ");
  text += question.picture == "course"      ? course_of(question, scenario, truth, run, signs)
          : question.picture == "histogram" ? histograms_of(question, scenario, truth, run, signs)
                                            : bars_of(question, truth, signs);
  if (question.kind != "direction" && question.picture != "bars") text += bars_of(question, truth, signs);
  if (question.kind == "order") {
    const double near = tolerance(question, truth);
    if (near > 0) text += fmt::format("   Less than {} apart counts as the same.\n", goodhart::number(near));
  } else if (question.kind == "number") {
    text += fmt::format("   Within {} counts as right.\n", goodhart::number(tolerance(question, truth)));
  } else {
    text +=
        fmt::format("   A change of at most {} counts as the same.\n", goodhart::number(tolerance(question, truth)));
  }
  return harmless(text + told(question.because, "   ", "   "));
}

std::string lesson_next(const Scenario& scenario, const std::string& file) {
  const LessonNext& next = scenario.lesson->next;
  std::string text = told(next.look, "Next: ", "  ");
  text += "  goodhart run " + file;
  for (const auto& [path, value] : next.set) text += " --set " + path + "=" + number_text(value);
  return harmless(text + "\n");
}

}  // namespace goodhart
