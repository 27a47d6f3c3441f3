/// The answer in sentences: what was found, how sure it is, what it costs, what would reverse it, what comes next.
#include "answer.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "causes.hpp"
#include "goodhart/core/document.hpp"
#include "numbers.hpp"

namespace goodhart {
namespace {

/// " (77.7 to 79.3)"; nothing where there is no interval, or where it is narrower than the digits shown.
std::string between(double low, double high, int decimals) {
  if (std::isnan(low) || fixed(low, decimals) == fixed(high, decimals)) return "";
  return " (" + fixed(low, decimals) + " to " + fixed(high, decimals) + ")";
}

bool is_in_pay(const Comparison& comparison) {
  return std::string_view(perspective_of(comparison).variable) == "utility";
}

/// "USD 12.3", or "1.2 % of pay" where options are ranked for the employees.
std::string amount(const Comparison& comparison, double value) {
  if (is_in_pay(comparison)) return per_cent(100 * value) + " of pay";
  return (comparison.currency == "money" ? "" : comparison.currency + " ") + number(value);
}

/// The same with its interval.
std::string amount(const Comparison& comparison, double value, double low, double high) {
  if (is_in_pay(comparison)) {
    const int decimals = percent_decimals(100 * value);
    return fixed(100 * value, decimals) + " %" + between(100 * low, 100 * high, decimals) + " of pay";
  }
  if (std::fabs(value) < kTiny) return amount(comparison, value);
  const int decimals = decimals_of(Estimate{.mean = value, .low = low, .high = high, .n = 2});
  const std::string unit = comparison.currency == "money" ? "" : comparison.currency + " ";
  return unit + fixed(value, decimals) + between(low, high, decimals);
}

/// “outcome bonus”, “trust” and “quota”: options by their places in the ranking.
std::string options_of(const Comparison& comparison, std::size_t first, std::size_t last) {
  std::vector<std::string> names;
  for (std::size_t rank = first; rank < last; ++rank) names.push_back(called(comparison, comparison.ranking[rank]));
  return listed(names, "and");
}

/// How many options, from the best on, have the very same outcome.
std::size_t same_as_best(const Comparison& comparison) {
  std::size_t same = 1;
  while (same < comparison.ranking.size() && same_as_next(comparison.policies[comparison.ranking[same - 1]])) ++same;
  return same;
}

/// What the difference comes to in all, or for one where that cannot be said: "USD 8.72 million more net value a year".
std::string more(const Comparison& comparison, double difference) {
  const Total total = total_of(comparison);
  const std::string what = (difference < 0 ? " less " : " more ") + std::string(perspective_of(comparison).label) + " ";
  if (total.factor == 0) {
    return amount(comparison, std::fabs(difference)) + what + "per employee and " + comparison.unit;
  }
  return money(comparison, std::fabs(difference) * total.factor) + what + total.span;
}

std::string finding_of(const Comparison& comparison) {
  const std::string label = perspective_of(comparison).label;
  if (comparison.ranking.empty()) return "Every policy is a reference, so there is no option to recommend.";
  const std::size_t best = comparison.ranking[0], base = comparison.comparison;
  const std::string first = called(comparison, best);
  if (std::isnan(comparison.ranked_by().effects[best].level.mean)) {
    return "No run succeeded, so there is nothing to compare.";
  }
  if (comparison.policies.size() == 1) return first + " alone was run, so there is nothing to compare it with.";
  if (comparison.ranking.size() == 1) return first + " is the only option, so there is nothing to choose from.";
  const std::size_t same = same_as_best(comparison);
  if (comparison.replicates < 2) {
    return same > 1 ? fmt::format("In the only replicate, {} have the same {}.", options_of(comparison, 0, same), label)
                    : fmt::format("In the only replicate, {} has the highest {}.", first, label);
  }
  const std::size_t tied = tied_with_best(comparison);
  if (same == tied && same > 1) return fmt::format("{} have the same {}.", options_of(comparison, 0, same), label);
  if (tied > 1) return fmt::format("{} cannot be told apart by {}.", options_of(comparison, 0, tied), label);
  const double difference = comparison.ranked_by().effects[best].change.difference.mean;
  if (is_in_pay(comparison)) {
    return best == base ? fmt::format("{} is best for the employees.", first)
                        : fmt::format("{} is best for the employees: a gain worth {} against {}.", first,
                                      amount(comparison, difference), called(comparison, base));
  }
  if (best == base) {
    return fmt::format("{} is best: {}, the next, brings {}.", first, called(comparison, comparison.ranking[1]),
                       more(comparison, -comparison.policies[best].to_next.mean));
  }
  const Interval& sure = comparison.ranked_by().effects[best].simultaneous;
  if (!(sure.low > 0) && !(sure.high < 0)) return fmt::format("{} is the best option by {}.", first, label);
  return fmt::format("{} brings {} than {}.", first, more(comparison, difference), called(comparison, base));
}

/// The finding's numbers for one employee and step, and how sure they are.
std::string figures_of(const Comparison& comparison) {
  if (comparison.ranking.empty()) return "";
  const std::size_t best = comparison.ranking[0], base = comparison.comparison;
  const Effect& effect = comparison.ranked_by().effects[best];
  const std::string label = perspective_of(comparison).label;
  if (std::isnan(effect.level.mean)) return "";
  const std::string head = fmt::format("per employee and {}", comparison.unit);
  if (comparison.ranking.size() == 1) {
    return fmt::format("Its {} is {} {}.", label, amount(comparison, effect.level.mean), head);
  }
  const Estimate& lead = comparison.policies[best].to_next;
  const std::string second = called(comparison, comparison.ranking[1]);
  if (comparison.replicates < 2) {
    return fmt::format(
        "{} is {} {} under {} and {} under {}. One replicate cannot say how sure that is; it takes at "
        "least 2.",
        is_in_pay(comparison) ? "Utility" : capitalised(label), amount(comparison, effect.level.mean), head,
        called(comparison, best), amount(comparison, comparison.ranked_by().effects[comparison.ranking[1]].level.mean),
        second);
  }
  const std::size_t tied = tied_with_best(comparison), same = same_as_best(comparison);
  if (same > 1) {
    return fmt::format("The {} of {} is {} {}.", label, options_of(comparison, 0, same),
                       amount(comparison, effect.level.mean), head);
  }
  if (tied > 1) {
    return fmt::format("{} leads {} by {} {}, which may be noise.", called(comparison, best), second,
                       amount(comparison, lead.mean), head);
  }
  // Against the comparison policy a difference has the interval that it has in the tables.
  Interval sure{.low = lead.low, .high = lead.high};
  if (comparison.ranking[1] == base) sure = effect.simultaneous;
  if (best == base) {
    const Interval& below = comparison.ranked_by().effects[comparison.ranking[1]].simultaneous;
    sure = {.low = -below.high, .high = -below.low};
  }
  std::string text = fmt::format("That is, {}, ", head);
  if (best != base && comparison.ranking[1] != base) {
    const Change& change = effect.change;
    const bool less = change.difference.mean < 0;
    const Interval& ends = effect.simultaneous;
    text += fmt::format("{}{} {} than under {}, and ",
                        less ? amount(comparison, -change.difference.mean, -ends.high, -ends.low)
                             : amount(comparison, change.difference.mean, ends.low, ends.high),
                        std::fabs(change.percent.mean) < kTooManyPercent ? " or " + per_cent(change.percent.mean) : "",
                        less ? "less" : "more", called(comparison, base));
  }
  text += fmt::format("{} more than under {}{}.", amount(comparison, lead.mean, sure.low, sure.high), second,
                      best == base ? "" : ", the next best");
  if (text.find(" (") == text.npos) return text;
  return text + fmt::format(" In brackets are 95 % intervals over {} replicates.", comparison.replicates);
}

/// The metrics that worsen under the best option.
std::string harm_of(const Comparison& comparison) {
  if (comparison.ranking.size() < 2 || comparison.harms.empty()) return "";
  const std::size_t best = comparison.ranking[0];
  std::vector<std::string> worse;
  for (const Harm& harm : comparison.harms) {
    worse.push_back(
        moves("the dashboard of " + harm.label, comparison, comparison.outcome("dashboard", harm.metric), best));
  }
  return fmt::format("But under {}, compared with {}, {}.", called(comparison, best),
                     called(comparison, comparison.comparison), listed(worse, "and"));
}

std::vector<std::string> others_of(const Comparison& comparison) {
  std::vector<std::string> said;
  if (comparison.ranking.size() < 2) return said;
  for (const OtherAccount& other : comparison.other_accounts) {
    const bool alone = comparison.replicates < 2;  // nothing is sure, and nothing else can be said either
    if (!other.surely && !alone) continue;
    const Perspective& account = kPerspectives[other.perspective];
    said.push_back(fmt::format("{} {}, {} is better than {} (by {}).", alone ? "There, for" : "For", account.whose,
                               called(comparison, other.best), called(comparison, comparison.ranking[0]),
                               account.label));
  }
  return said;
}

std::string worlds_of(const Comparison& comparison) {
  if (!comparison.worlds || comparison.ranking.size() < 2) return "";
  const Worlds& worlds = *comparison.worlds;
  const std::size_t numbers = worlds.paths.size();
  if (worlds.tried == 0) return worlds.failed == 0 ? "" : "None of the sampled worlds could be run.";
  const int held = worlds.best[comparison.ranking[0]];
  std::string text = fmt::format("{} is best in {}{} sampled worlds{}, each with other values of the {} in doubt",
                                 called(comparison, comparison.ranking[0]),
                                 held == worlds.tried ? "all " : fmt::format("{} of ", held), worlds.tried,
                                 worlds.from.empty() ? "" : " of " + worlds.from,
                                 numbers == 1 ? "number" : fmt::format("{} numbers", numbers));
  std::vector<std::string> others;
  for (const std::size_t p : comparison.ranking) {
    if (p != comparison.ranking[0] && worlds.best[p] > 0) {
      others.push_back(fmt::format("{} in {}", called(comparison, p), worlds.best[p]));
    }
  }
  if (!others.empty()) text += "; " + listed(others, "and");
  text += ".";
  if (!worlds.turns_on_label.empty() && held < worlds.tried) {
    text += fmt::format(" Its lead depends most on {}: the higher that is, the {} the lead.", worlds.turns_on_label,
                        worlds.correlation > 0 ? "larger" : "smaller");
  }
  if (worlds.failed > 0) {
    text += fmt::format(" {} could not be run.", counted(static_cast<std::size_t>(worlds.failed), "more world"));
  }
  return text;
}

/// Why the gap of some option cannot be said in per cent; empty where each can.
std::string no_per_cent(const Comparison& comparison) {
  for (const std::size_t p : comparison.ranking) {
    for (const Divergence& divergence : comparison.policies[p].divergences) {
      if (has_gap(divergence)) continue;
      const bool of_value = std::fabs(divergence.inflation.mean) < kTooManyPercent;
      const Outcome& outcome =
          of_value ? comparison.outcome("value") : comparison.outcome("dashboard", divergence.metric);
      const double base = outcome.effects[comparison.comparison].level.mean;
      return fmt::format(
          "How far the dashboard of {} and value part cannot be said in per cent, because {} is {} under {}.",
          divergence.label, of_value ? "value" : "that dashboard", outcome.share ? share(base) : number(base),
          called(comparison, comparison.comparison));
    }
  }
  return "";
}

/// The option under which the gap is largest, where one surely is.
std::string gap_of(const Comparison& comparison) {
  if (comparison.policies.size() < 2) return "";
  if (std::isnan(comparison.outcome("net_value").effects[comparison.comparison].level.mean)) return "";  // no run
  const std::string base = called(comparison, comparison.comparison);
  const std::optional<Comparison::Widest> widest = comparison.widest_gap();
  if (!widest) {
    if (comparison.replicates < 2) return "Whether dashboard and value come apart cannot be told from one replicate.";
    const std::string why = no_per_cent(comparison);
    return why.empty() ? "Under no option does a dashboard clearly rise further than value, compared with " + base + "."
                       : why;
  }
  const PolicyComparison& policy = comparison.policies[widest->policy];
  const Divergence& divergence = policy.divergences[widest->divergence];
  const std::string why =
      gaming_sentence({split_of(policy, "dashboard", divergence.metric), split_of(policy, "value")});
  const std::string falls = comparison.worlds && comparison.worlds->tried > 0
                                ? fmt::format(" (value falls in {} of {} sampled worlds)",
                                              comparison.worlds->value_falls[widest->policy], comparison.worlds->tried)
                                : "";
  const std::string games = gaming_words(comparison, widest->policy);
  return fmt::format("Under {}, compared with {}, {} while {}{}; {}.{}", called(policy), base,
                     moves("the dashboard of " + divergence.label, comparison,
                           comparison.outcome("dashboard", divergence.metric), widest->policy),
                     moves("value", comparison, comparison.outcome("value"), widest->policy), falls, games,
                     why.empty() ? "" : " " + why);
}

/// The strongest reversal of the ranking that was found by changing one number.
std::string unless_of(const Comparison& comparison) {
  if (comparison.ranking.size() < 2) return "";
  if (comparison.levers.empty()) return "";
  const std::string first = called(comparison, comparison.ranking[0]),
                    second = called(comparison, comparison.ranking[1]);
  if (comparison.lever_replicates < 2) {
    return "Whether changing a number of the scenario reverses the ranking cannot be told from one replicate.";
  }
  const std::size_t tried = comparison.levers.size();
  const Lever& lever = comparison.levers.front();
  if (comparison.policies[comparison.ranking[0]].to_next.holds_zero()) {
    return fmt::format("Between {} and {} there is no ranking to reverse; their difference depends most on {}.", first,
                       second, lever.label);
  }
  if (!lever.flips()) {
    return tried == 1 ? fmt::format("The one number that was changed, {}, does not reverse the ranking of {} over {}.",
                                    lever.label, first, second)
                      : fmt::format(
                            "{} of the {} numbers that were changed, one at a time, reverses the ranking of {} "
                            "over {}; {} matters most.",
                            tried == 2 ? "Neither" : "None", tried, first, second, lever.label);
  }
  const bool low = lever.at_low.high < 0 && !(lever.at_high.mean < lever.at_low.mean);
  const Estimate& there = low ? lever.at_low : lever.at_high;
  std::string text = fmt::format(
      "Unless {} is {:.6g} rather than {:.6g}: then {} is better than {}, by {} per employee "
      "and {}.",
      lever.label, low ? lever.low : lever.high, lever.value, second, first, amount(comparison, -there.mean),
      comparison.unit);
  const auto flips =
      std::count_if(comparison.levers.begin(), comparison.levers.end(), [](const Lever& one) { return one.flips(); });
  if (tried > 1) {
    text += fmt::format(" Of {} numbers that were changed, one at a time, {} the ranking.", tried,
                        flips == 1                                    ? "this one alone reverses"
                        : flips == static_cast<std::ptrdiff_t>(tried) ? (tried == 2 ? "both reverse" : "all reverse")
                                                                      : fmt::format("{} reverse", flips));
  }
  return text;
}

std::string not_counted_of(const Comparison& comparison) {
  std::string text;
  if (!comparison.ranking.empty() && comparison.perspective == 0) {
    const double bonus = comparison.outcome("bonus").effects[comparison.ranking[0]].level.mean;
    if (bonus != 0 && !std::isnan(bonus)) {
      text = fmt::format("The bonuses themselves: {} per employee and {} under {}. ", amount(comparison, bonus),
                         comparison.unit, called(comparison, comparison.ranking[0]));
    }
  }
  return text + "What the scenario does not model: " + listed(comparison.left_out, "and") + ".";
}

/// What to do next: settle what the answer hangs on, or try it.
std::string next_of(const Comparison& comparison) {
  if (comparison.ranking.size() < 2) return "";
  const std::string first = called(comparison, comparison.ranking[0]);
  if (comparison.replicates < 2) return "Run more replicates (--replicates 16), so that differences have intervals.";
  if (tied_with_best(comparison) > 1) {
    return same_as_best(comparison) > 1
               ? "Choose between them by what is not counted here."
               : "Run more replicates (--until 0.001), or choose between them by what is not counted here.";
  }
  const auto fact = std::find_if(comparison.levers.begin(), comparison.levers.end(),
                                 [](const Lever& one) { return one.flips() && !one.path.starts_with("policies."); });
  if (fact != comparison.levers.end()) {
    const Lever& lever = *fact;
    return fmt::format(
        "Find out {} before anything is decided: the ranking depends on it within {} ({:.6g} to "
        "{:.6g}). Then put what you found into the scenario and compare again.",
        lever.label, lever.stated ? "the range that the scenario states" : "20 % to either side", lever.low,
        lever.high);
  }
  if (!comparison.levers.empty() && comparison.levers.front().flips()) {
    return fmt::format("Compare other values of {}, which can be chosen: the ranking depends on it.",
                       comparison.levers.front().label);
  }
  if (comparison.worlds && comparison.worlds->tried > comparison.worlds->best[comparison.ranking[0]] &&
      !comparison.worlds->turns_on_label.empty()) {
    return fmt::format(
        "Find out {} before anything is decided: the ranking depends on it most. Then put what you found "
        "into the scenario and compare again.",
        comparison.worlds->turns_on_label);
  }
  if (comparison.levers.empty() && comparison.untried.empty() && !comparison.worlds) {
    return "Compare without --quick: it says what would reverse this answer.";
  }
  if (comparison.ranking[0] == comparison.comparison) {
    return "Put your own numbers into the scenario and compare again, before another option is taken.";
  }
  return fmt::format(
      "Put your own numbers into the scenario and compare again; then try {} in a part of the "
      "organisation, and judge it there by value and not by the dashboard.",
      first);
}

}  // namespace

std::string called(const PolicyComparison& policy) {
  return "“" + policy.label + "”";
}

std::string called(const Comparison& comparison, std::size_t policy) {
  return called(comparison.policies[policy]);
}

const Perspective& perspective_of(const Comparison& comparison) {
  return kPerspectives[comparison.perspective];
}

std::string counted(std::size_t count, const std::string& unit) {
  return fmt::format("{} {}{}", count, unit, count == 1 ? "" : "s");
}

std::string money(const Comparison& comparison, double value) {
  const double size = std::fabs(value);
  std::string text;
  if (size >= 1e6 && size < 1e15) {
    const bool billions = size >= 1e9;
    const double millions = size / (billions ? 1e9 : 1e6);
    text = fixed(millions, decimals_of(millions)) + (billions ? " billion" : " million");
  } else if (size >= 1000 && size < 1e6) {
    const double unit = std::pow(10, std::floor(std::log10(size)) - 2);
    text = fixed(std::round(size / unit) * unit, 0);
  } else {
    text = number(size);
  }
  return (comparison.currency == "money" ? "" : comparison.currency + " ") + (value < 0 ? "-" : "") + text;
}

std::optional<double> steps_in_a_year(const std::string& unit) {
  constexpr std::pair<std::string_view, double> kKnown[] = {
      {"week", 52}, {"month", 12}, {"quarter", 4}, {"half-year", 2}, {"year", 1}};
  for (const auto& [name, steps] : kKnown) {
    if (unit == name) return steps;
  }
  return std::nullopt;
}

Total total_of(const Comparison& comparison) {
  if (comparison.averaged_steps != comparison.all_steps) return {};
  const std::optional<double> year = steps_in_a_year(comparison.unit);
  const auto steps = static_cast<double>(comparison.all_steps);
  if (year && steps >= *year) return {comparison.employees * *year, "a year"};
  return {comparison.employees * steps, "over " + counted(comparison.all_steps, comparison.unit)};
}

Change shown_change(const Effect& effect) {
  Change change = effect.change;
  change.difference.low = effect.simultaneous.low;
  change.difference.high = effect.simultaneous.high;
  const double scale = 100 / std::fabs(change.comparison);
  change.percent.low = scale * effect.simultaneous.low;
  change.percent.high = scale * effect.simultaneous.high;
  return change;
}

std::string moves(const std::string& noun, const Comparison& comparison, const Outcome& outcome, std::size_t policy) {
  const Change change = shown_change(outcome.effects[policy]);
  const Estimate& difference = change.difference;
  if (std::isnan(difference.mean)) return "of " + noun + " nothing is known";
  if (difference.has_interval() && difference.holds_zero() && difference.half_width() > 0) {
    return noun + " does not measurably change";
  }
  const double percent = change.percent.mean;
  if (std::fabs(percent) < kTold || difference.mean == 0) return noun + " hardly changes";
  const std::string verb = difference.mean > 0 ? " rises" : " falls";
  if (std::fabs(percent) < kTooManyPercent) return noun + verb + " by " + per_cent(percent);
  const auto told = [&](double level) { return outcome.share ? share(level) : number(level); };
  const std::string from = told(outcome.effects[comparison.comparison].level.mean),
                    to = told(outcome.effects[policy].level.mean);
  return from == to ? noun + " hardly changes" : noun + verb + " from " + from + " to " + to;
}

std::string gaming_words(const Comparison& comparison, std::size_t policy) {
  const double hours = comparison.outcome("gaming_share").effects[policy].level.mean;
  const double money =
      comparison.outcome("waste").effects[policy].level.mean / comparison.outcome("cost").effects[policy].level.mean;
  const double gamers = comparison.outcome("gamers").effects[policy].level.mean;
  if (!(hours > 0) && !(gamers > 0)) return "nobody games";
  if (!(hours >= kNoShare) && !(gamers >= kNoShare)) return "hardly anybody games";
  std::string text = (hours >= kNoShare ? share(hours) : "less than 0.1 %") + " of hours";
  if (money >= kNoShare) text += " and " + share(money) + " of the cost";
  text += " go into gaming";
  if (gamers >= kNoShare) text += ", by " + share(gamers) + " of the employees";
  return text;
}

bool same_as_next(const PolicyComparison& policy) {
  return policy.to_next.mean == 0 && !(policy.to_next.low < 0) && !(policy.to_next.high > 0);
}

std::size_t tied_with_best(const Comparison& comparison) {
  std::size_t tied = 1;
  while (tied < comparison.ranking.size() && comparison.policies[comparison.ranking[tied - 1]].to_next.holds_zero()) {
    ++tied;
  }
  return tied;
}

bool has_gap(const Divergence& divergence) {
  return std::fabs(divergence.inflation.mean) < kTooManyPercent &&
         std::fabs(divergence.real_change.mean) < kTooManyPercent && !std::isnan(divergence.gap.mean);
}

std::optional<int> apart_from(const Divergence& divergence) {
  return divergence.gap.mean >= kTold ? divergence.parted : std::nullopt;
}

std::string gap_words(const Comparison& comparison, const Divergence& divergence) {
  const Estimate& gap = divergence.gap;
  if (!has_gap(divergence) || !gap.has_interval() || gap.holds_zero() || std::fabs(gap.mean) < kTold) return "";
  const int decimals = percent_decimals(gap.mean);
  std::string text = fmt::format("{} {} points{}", gap.mean > 0 ? "a gap of" : "the dashboard lags by",
                                 fixed(std::fabs(gap.mean), decimals), half_width(gap, 1, decimals));
  if (const std::optional<int> step = apart_from(divergence)) {
    text += fmt::format(", open for good from {} {} on", comparison.unit, *step);
  }
  return text;
}

Answer answer_of(const Comparison& comparison) {
  return {.finding = finding_of(comparison),
          .figures = figures_of(comparison),
          .harm = harm_of(comparison),
          .others = others_of(comparison),
          .worlds = worlds_of(comparison),
          .gap = gap_of(comparison),
          .unless = unless_of(comparison),
          .not_counted = not_counted_of(comparison),
          .next = next_of(comparison)};
}

}  // namespace goodhart
