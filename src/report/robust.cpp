/// Sentences, tables and JSON of how options do over worlds.
#include "goodhart/report/robust.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "data.hpp"
#include "goodhart/core/document.hpp"
#include "goodhart/report/diagnostics.hpp"
#include "numbers.hpp"

namespace goodhart {
namespace {

using Json = nlohmann::ordered_json;

/// "belief is above 0.3", "belief is between 0.1 and 0.3".
std::string limit_text(const WorldOutcomes& worlds, const Limit& limit) {
  const std::string& label = worlds.inputs[limit.input].label;
  if (limit.above && limit.below) {
    return fmt::format("{} is between {} and {}", label, number(*limit.above), number(*limit.below));
  }
  return fmt::format("{} is {} {}", label, limit.above ? "above" : "below",
                     number(*(limit.above ? limit.above : limit.below)));
}

std::string limits_text(const WorldOutcomes& worlds, const Box& box) {
  std::vector<std::string> parts;
  for (const Limit& limit : box.limits) parts.push_back(limit_text(worlds, limit));
  return listed(parts, "and");
}

std::string share_of(std::size_t part, std::size_t whole) {
  return share(static_cast<double>(part) / static_cast<double>(whole));
}

/// A box as a sentence.
std::string box_text(const WorldOutcomes& worlds, const OptionRobustness& option, const Box& box, bool first) {
  return fmt::format("{} where {}: {} of those worlds ({} of {}), and {} of all its failures.",
                     first ? "It fails" : "Of the other worlds, it fails", limits_text(worlds, box),
                     share_of(box.failures, box.points), box.failures, box.points,
                     share_of(box.failures, option.failures));
}

/// Where an option fails, a sentence each.
std::vector<std::string> places_text(const WorldOutcomes& worlds, const RobustnessFindings& findings,
                                     const OptionRobustness& option) {
  std::vector<std::string> places;
  for (const Box& box : option.boxes) places.push_back(box_text(worlds, option, box, places.empty()));
  if (!places.empty() || option.failures == 0) return places;
  if (option.failures == findings.worlds) {
    places.emplace_back("It fails in every world, so there is no place to name.");
  } else if (option.failures < kFewestFailures) {
    places.push_back(fmt::format("That are too few to say where: at least {} are needed.", kFewestFailures));
  } else if (findings.worlds - option.failures < kFewestFailures) {
    places.emplace_back("There are too few worlds in which it does not fail to say what sets them apart.");
  } else {
    places.emplace_back(
        "No part of the ranges stands out from what shuffled failures show, too; more worlds may tell.");
  }
  return places;
}

std::string summary_text(const RobustReport& report, const WorldOutcomes& worlds, const RobustnessFindings& findings,
                         const OptionRobustness& option) {
  std::string text = fmt::format("fails in {} of {} worlds", option.failures, findings.worlds);
  if (worlds.has_requirements) {
    text += fmt::format("; meets {} in {} of {}",
                        report.require.empty() ? "what is required" : listed(report.require, "and"), option.meets,
                        findings.worlds);
  }
  return text;
}

std::string failing_text(const WorldOutcomes& worlds, const RobustnessFindings& findings) {
  std::string text;
  if (findings.regret) {
    text = fmt::format("where another option is better by more than {}", number(*findings.regret));
  } else if (worlds.comparison < worlds.options.size()) {
    text = "where it is worse than " + worlds.options[worlds.comparison].label;
  }
  if (worlds.has_requirements)
    text += std::string(text.empty() ? "" : ", and ") + "where it does not meet what is required";
  if (text.empty()) {
    return "Nothing is said to be a failure: --regret R, or experiment.robust.regret, says how far below the best "
           "option "
           "is too far.";
  }
  return "An option fails " + text + ".";
}

std::string finding_text(const WorldOutcomes& worlds, const RobustnessFindings& findings) {
  const OptionRobustness& safe = findings.options[findings.least_worst];
  const std::string& name = worlds.options[findings.least_worst].label;
  if (safe.best == findings.worlds) {
    return fmt::format("{} is best in all of the {} worlds", name, findings.worlds);
  }
  const OptionRobustness& average = findings.options[findings.least_mean];
  const bool is_average = !(average.mean < safe.mean);
  if (is_average && findings.most_often_best == findings.least_worst) {
    return fmt::format("{} loses least, in the worst of the {} worlds and on average, and is best most often", name,
                       findings.worlds);
  }
  if (is_average) {
    return fmt::format("{} loses least, in the worst of the {} worlds and on average", name, findings.worlds);
  }
  return fmt::format("{} loses least in the worst of the {} worlds; {} loses least on average", name, findings.worlds,
                     worlds.options[findings.least_mean].label);
}

std::string short_of(const WorldOutcomes& worlds, const RobustnessFindings& findings, std::size_t o) {
  const OptionRobustness& option = findings.options[o];
  return fmt::format(
      "{} falls short of the best option by {} on average, by at most {} in nine of ten worlds, and by {} "
      "in the worst.",
      capitalised(worlds.options[o].label), number(option.mean), number(option.ninety), number(option.worst));
}

std::string figures_text(const WorldOutcomes& worlds, const RobustnessFindings& findings) {
  std::string text = short_of(worlds, findings, findings.least_worst);
  const std::size_t next = findings.least_mean != findings.least_worst ? findings.least_mean : findings.order[1];
  return text + " " + short_of(worlds, findings, next);
}

/// The numbers that boxes of an option are about, each once.
std::vector<std::string> numbers_in(const WorldOutcomes& worlds, const OptionRobustness& option) {
  std::vector<std::string> labels;
  for (const Box& box : option.boxes) {
    for (const Limit& limit : box.limits) {
      const std::string& label = worlds.inputs[limit.input].label;
      if (std::find(labels.begin(), labels.end(), label) == labels.end()) labels.push_back(label);
    }
  }
  return labels;
}

std::string advice_text(const WorldOutcomes& worlds, const RobustnessFindings& findings) {
  const std::size_t safe = findings.least_worst;
  const OptionRobustness& option = findings.options[safe];
  const std::string& name = worlds.options[safe].label;
  std::string text =
      option.best == findings.worlds
          ? fmt::format("Choose {}: in none of the worlds that were looked at is another option better.", name)
          : fmt::format("Where nothing more is known about the world, choose {}.", name);
  if (option.failures > 0 && !option.boxes.empty()) {
    text += fmt::format(" Find out {} first: {}", listed(numbers_in(worlds, option), "and"),
                        "that decides whether it fails. ") +
            box_text(worlds, option, option.boxes.front(), true);
  } else if (option.failures > 0) {
    text += fmt::format(" It fails in {} of {} worlds, and nothing says beforehand in which.", option.failures,
                        findings.worlds);
  }
  if (findings.least_mean != safe && findings.options[findings.least_mean].mean < option.mean) {
    const std::vector<std::string> labels = numbers_in(worlds, findings.options[findings.least_mean]);
    text += fmt::format(" Choose {} if a loss of {} can be borne", worlds.options[findings.least_mean].label,
                        number(findings.options[findings.least_mean].worst));
    text += labels.empty() ? "."
                           : ", or once it is known that " + listed(labels, "and") +
                                 (labels.size() == 1 ? " is" : " are") + " not where it fails.";
  }
  if (!worlds.has_requirements) return text;
  std::size_t most = safe;
  for (std::size_t o = 0; o < findings.options.size(); ++o) {
    if (findings.options[o].meets > findings.options[most].meets) most = o;
  }
  if (most != safe) {
    text += fmt::format(" {} meets what is required more often: in {} worlds, and {} in {}.",
                        capitalised(worlds.options[most].label), findings.options[most].meets, name, option.meets);
  }
  return text;
}

std::string limits_of_this(const RobustReport& report, const WorldOutcomes& worlds,
                           const RobustnessFindings& findings) {
  std::string text =
      fmt::format("These are the {} worlds that were looked at, {}: the worst of them is not the worst case.",
                  findings.worlds, report.given ? "as they were given" : "taken from ranges that are assumed");
  const bool has_luck = std::any_of(worlds.worlds.begin(), worlds.worlds.end(), [](const WorldOutcomes::World& world) {
    return !world.outcomes.empty() && world.outcomes.front().size() > 1;
  });
  text += has_luck ? " Means over replicates are compared; where options are as good, luck makes one of them look "
                     "better, so small regrets are partly luck."
                   : " Each world was looked at once, so regrets are partly luck.";
  if (findings.left_out > 0) {
    text += fmt::format(" {} world{} left out, as not every option has a run there that succeeded.", findings.left_out,
                        findings.left_out == 1 ? " is" : "s are");
  }
  return text;
}

std::string worst_text(const Estimate& regret, double worst) {
  if (!regret.has_interval()) return number(worst);
  const int decimals = decimals_of(regret);
  return fixed(worst, decimals) + half_width(regret, 1, decimals);
}

}  // namespace

RobustWords words_of(const RobustReport& report, const WorldOutcomes& worlds, const RobustnessFindings& findings) {
  RobustWords words;
  words.finding = finding_text(worlds, findings);
  words.figures = figures_text(worlds, findings);
  words.advice = advice_text(worlds, findings);
  words.failing = failing_text(worlds, findings);
  words.limits = limits_of_this(report, worlds, findings);
  for (const OptionRobustness& option : findings.options) {
    words.options.push_back({summary_text(report, worlds, findings, option), places_text(worlds, findings, option)});
  }
  return words;
}

std::string to_text(const RobustReport& report, const WorldOutcomes& worlds, const RobustnessFindings& findings) {
  const RobustWords words = words_of(report, worlds, findings);
  std::string text = fmt::format("{}: {} worlds, {} options; {}\n\n", harmless_line(report.source), findings.worlds,
                                 worlds.options.size(), harmless_line(worlds.outcome));
  text += wrapped(harmless_line(capitalised(words.finding)) + ".") + "\n";
  text += wrapped(harmless_line(words.advice)) + "\n";
  std::size_t widest = 6;
  for (const WorldOutcomes::Option& option : worlds.options) widest = std::max(widest, columns_of(option.label));
  text += fmt::format("  {}  {:>18}  {:>9}  {:>9}  {:>8}  {:>8}\n", padded("regret", widest), "worst", "90 %", "mean",
                      "best in", "fails in");
  for (const std::size_t o : findings.order) {
    const OptionRobustness& option = findings.options[o];
    const std::string name = harmless_line(worlds.options[o].label);
    const std::string worst = worst_text(option.worst_regret, option.worst);
    text += fmt::format("  {}  {}{}  {:>9}  {:>9}  {:>8}  {:>8}\n", padded(name, widest),
                        std::string(width_of(worst) < 18 ? 18 - width_of(worst) : 0, ' '), worst, number(option.ninety),
                        number(option.mean), option.best, option.failures);
  }
  text += "\n" + wrapped(harmless_line(words.failing));
  for (const std::size_t o : findings.order) {
    if (findings.options[o].failures == 0 && !worlds.has_requirements) continue;
    text += "\n" + wrapped(harmless_line(worlds.options[o].label + " " + words.options[o].summary + "."));
    for (const std::string& place : words.options[o].places) text += wrapped(harmless_line(place), "  ", "  ");
  }
  return text + "\n" +
         wrapped(
             "Regret is by how much the mean outcome is below that of the best option in the same world, ± 95 % of "
             "that world by itself. " +
             words.limits);
}

std::string to_json(const RobustReport& report, const WorldOutcomes& worlds, const RobustnessFindings& findings) {
  const RobustWords words = words_of(report, worlds, findings);
  Json json{{"study", "robust"},
            {"source", report.source},
            {"content_digest", report.digest.empty() ? Json(nullptr) : Json(report.digest)},
            {"outcome", worlds.outcome},
            {"require", report.require},
            {"worlds", findings.worlds},
            {"left_out", findings.left_out},
            {"regret", findings.regret ? Json(*findings.regret) : Json(nullptr)},
            {"comparison",
             worlds.comparison < worlds.options.size() ? Json(worlds.options[worlds.comparison].name) : Json(nullptr)},
            {"finding", words.finding},
            {"advice", words.advice},
            {"failing", words.failing}};
  Json options = Json::array();
  for (const std::size_t o : findings.order) {
    const OptionRobustness& option = findings.options[o];
    const WorldOutcomes::World& worst = worlds.worlds[option.worst_world];
    Json inputs = Json::object();
    for (std::size_t i = 0; i < worlds.inputs.size(); ++i) inputs[worlds.inputs[i].name] = worst.inputs[i];
    Json one{{"option", worlds.options[o].name},
             {"label", worlds.options[o].label},
             {"regret",
              {{"worst", option.worst},
               {"worst_low", option.worst_regret.low},
               {"worst_high", option.worst_regret.high},
               {"ninety", option.ninety},
               {"mean", option.mean}}},
             {"worst_world", {{"number", worst.number}, {"inputs", inputs}}},
             {"best_in", option.best},
             {"surely_best_in", option.surely_best},
             {"meets_in", worlds.has_requirements ? Json(option.meets) : Json(nullptr)},
             {"fails_in", option.failures},
             {"summary", words.options[o].summary},
             {"places", words.options[o].places}};
    Json boxes = Json::array();
    for (const Box& box : option.boxes) {
      Json limits = Json::array();
      for (const Limit& limit : box.limits) {
        limits.push_back({{"input", worlds.inputs[limit.input].name},
                          {"label", worlds.inputs[limit.input].label},
                          {"above", limit.above ? Json(*limit.above) : Json(nullptr)},
                          {"below", limit.below ? Json(*limit.below) : Json(nullptr)}});
      }
      boxes.push_back({{"limits", limits},
                       {"worlds", box.points},
                       {"failures", box.failures},
                       {"share_of_worlds", static_cast<double>(box.failures) / static_cast<double>(box.points)},
                       {"share_of_failures", static_cast<double>(box.failures) / static_cast<double>(option.failures)},
                       {"chance", box.chance()}});
    }
    one["boxes"] = boxes;
    options.push_back(one);
  }
  json["options"] = options;
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string to_csv(const WorldOutcomes& worlds, const RobustnessFindings& findings) {
  std::string text =
      "option,worst,worst_low,worst_high,worst_world,ninety,mean,best_in,surely_best_in,meets_in,fails_in,worlds\n";
  for (const std::size_t o : findings.order) {
    const OptionRobustness& option = findings.options[o];
    text += fmt::format("{},{},{},{},{},{},{},{},{},{},{},{}\n", csv_cell(worlds.options[o].name),
                        csv_cell(option.worst), csv_cell(option.worst_regret.low), csv_cell(option.worst_regret.high),
                        worlds.worlds[option.worst_world].number, csv_cell(option.ninety), csv_cell(option.mean),
                        option.best, option.surely_best, worlds.has_requirements ? std::to_string(option.meets) : "",
                        option.failures, findings.worlds);
  }
  return text;
}

}  // namespace goodhart
