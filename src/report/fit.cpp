/// Sentences, tables and JSON of what a fit found.
#include "goodhart/report/fit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "columns.hpp"
#include "data.hpp"
#include "goodhart/analysis/number_words.hpp"
#include "goodhart/core/document.hpp"
#include "goodhart/report/diagnostics.hpp"
#include "numbers.hpp"

namespace goodhart {
namespace {

using Json = nlohmann::ordered_json;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kNarrowed = 0.8;  ///< of the prior's spread: what is left of a number that the data say something of
constexpr double kLoaded = 0.3;    ///< of a direction of length 1: what counts as part of it
constexpr double kSeldom = 0.05;   ///< a posterior predictive p below which a statistic is named

const Fit& fit_of(const FitRun& run) {
  return *run.scenario().experiment->fit;
}

std::string input_words(const FitRun& run, std::size_t input) {
  const Varied& varied = run.inputs()[input];
  return varied.range.as ? varied.name : number_words(run.scenario(), varied.path);
}

std::string words_of_statistic(const FitRun& run, const Statistic& data) {
  std::string what;
  if (data.outcome) {
    what = *data.outcome;
  } else if (data.mean) {
    what = "mean of " + *data.mean;
  } else {
    what = fmt::format("share of {} from {:.6g} to below {:.6g}", *data.share, (*data.between)[0], (*data.between)[1]);
  }
  const int last = run.scenario().time.steps - 1;
  const int from = data.from.value_or(0), to = data.to.value_or(last);
  if (from == 0 && to == last) return what;
  return from == to ? fmt::format("{} in step {}", what, from) : fmt::format("{} in steps {} to {}", what, from, to);
}

std::string range_text(double low, double high) {
  return from_to(low, high);
}

std::string narrowing_text(const Narrowing& narrowing) {
  return fmt::format("{} (before {})", range_text(narrowing.low, narrowing.high),
                     range_text(narrowing.prior_low, narrowing.prior_high));
}

// ---- Sentences ----

std::string finding_text(const FitRun& run, const FitFindings& found) {
  if (found.is_too_few) return "Too few points come near these data to say what they allow";
  if (!found.is_possible) return "Nothing that was looked at produces these data";
  const std::vector<Narrowing> all = narrowings_of(run, found);
  const auto most = static_cast<std::size_t>(
      std::min_element(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.left < b.left; }) -
      all.begin());
  if (all[most].left > kNarrowed) return "The data say little of the numbers in doubt";
  return fmt::format("The data put {} between {} and {}", input_words(run, most), number(all[most].low),
                     number(all[most].high));
}

std::string impossible_text(const FitRun& run, const FitFindings& found) {
  const auto& data = fit_of(run).data.entries;
  std::size_t points = 0;
  for (const FitFindings::Wave& wave : found.waves) points += wave.points;
  if (found.off.empty()) return "The conditions (experiment.where) leave no point of the ranges.";
  std::vector<std::string> off;
  for (std::size_t k = 0; k < data.size(); ++k) {
    if (std::fabs(found.off[k]) < run.rules().implausible) continue;
    off.push_back(std::isfinite(found.off[k])
                      ? fmt::format("{} is {:.2g} standard deviations too {}", data[k].name, std::fabs(found.off[k]),
                                    found.off[k] > 0 ? "high" : "low")
                      : fmt::format("{} is not what was observed, and never varies or has no value", data[k].name));
  }
  if (off.empty()) {
    return fmt::format(
        "Of {} points in the ranges some come near in each statistic by itself, but in none do all of them come out "
        "together.",
        with_commas(points));
  }
  return fmt::format(
      "Of {} points in the ranges none comes within {} standard deviations of all statistics. At the "
      "closest, {}.",
      with_commas(points), run.rules().implausible, listed(off, "and"));
}

std::string too_few_text(const FitFindings& found) {
  return fmt::format(
      "Of the {} of the last wave, {} can make the data, and what was found comes from {} of them. Ranges from so few "
      "would be those of the points, not of the data, so none are told.",
      plural(found.waves.back().points, "point", "points"), found.survivors, found.ancestors);
}

std::string figures_text(const FitRun& run, const FitFindings& found) {
  if (found.is_too_few) return too_few_text(found);
  if (!found.is_possible) return impossible_text(run, found);
  const std::vector<Narrowing> all = narrowings_of(run, found);
  std::vector<std::string> narrowed, others;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i].left <= kNarrowed) {
      narrowed.push_back(fmt::format("{}: {}", input_words(run, i), narrowing_text(all[i])));
    } else {
      others.push_back(input_words(run, i));
    }
  }
  std::string text;
  if (!narrowed.empty()) {
    text = "What the data narrow, with 95 % of the weight: " + listed(narrowed, "and") + ".";
  }
  if (!others.empty()) {
    text +=
        fmt::format("{}Of {} they say next to nothing by themselves.", text.empty() ? "" : " ", listed(others, "and"));
  }
  return text;
}

std::string open_text(const FitRun& run, const FitFindings& found) {
  if (!found.has_posterior()) return "";
  const OpenDirection open = open_direction(found.particles);
  std::vector<std::string> up, down;
  for (std::size_t i = 0; i < open.direction.size(); ++i) {
    if (std::fabs(open.direction[i]) < kLoaded) continue;
    (open.direction[i] > 0 ? up : down).push_back(input_words(run, i));
  }
  const std::string width = open.width >= 0.95
                                ? "is as wide as it was before"
                                : fmt::format("still has {} of the width it had before", share(open.width));
  if (down.empty() && up.size() == 1) {
    return fmt::format("What the data leave open most is {}: it {}.", up.front(), width);
  }
  return fmt::format("What the data leave open most is a direction, which {}: {} up{}.", width, listed(up, "and"),
                     down.empty() ? " together" : fmt::format(" with {} down", listed(down, "and")));
}

std::string misfit_text(const FitRun& run, const FitFindings& found) {
  if (!found.has_posterior()) return "";
  std::vector<std::string> seldom;
  const auto& data = fit_of(run).data.entries;
  for (std::size_t k = 0; k < data.size(); ++k) {
    if (found.predictive[k] < kSeldom) {
      seldom.push_back(fmt::format("{} (p = {:.2g})", data[k].name, found.predictive[k]));
    }
  }
  if (seldom.empty()) {
    return "Data such as these are what the model makes there: no statistic is at odds with it (posterior predictive p "
           "above 0.05).";
  }
  return fmt::format("Even there the model seldom makes {}: it lacks something, or the data do.",
                     listed(seldom, "and"));
}

std::string next_text(const FitReport& report, const FitFindings& found) {
  if (found.is_too_few) return "Look at more points (experiment.fit.points), or leave fewer numbers in doubt.";
  if (!found.is_possible) {
    return "Widen the ranges in experiment.vary where you are unsure, let more numbers vary, or say what the model "
           "leaves out (allow).";
  }
  if (report.results.empty()) return "";
  return fmt::format("Which policy to choose in the worlds that are left: goodhart robust {} --worlds {}.",
                     report.scenario, report.results);
}

std::vector<std::string> limits_text() {
  return {
      "The fit says which numbers of this model make such data, not that the model is right: another model may make "
      "the "
      "same data.",
      "It says nothing of any single person. The statistics are of everybody together, and so is what follows from "
      "them; nobody may be judged by it.",
      "Ranges are by the prior that experiment.vary writes down. Where the data say little, what is shown is that "
      "prior.",
      "The likelihood takes the statistics as Gaussian from one set of drawn people to the next, and population.size "
      "as "
      "the number of people that the data are of."};
}

// ---- Tables ----

std::string parameters_table(const FitRun& run, const FitFindings& found) {
  std::vector<std::vector<std::string>> rows{{"number", "before, 95 %", "after, 95 %", "spread left"}};
  const std::vector<Narrowing> all = narrowings_of(run, found);
  for (std::size_t i = 0; i < all.size(); ++i) {
    rows.push_back({harmless_line(run.inputs()[i].name), range_text(all[i].prior_low, all[i].prior_high),
                    range_text(all[i].low, all[i].high), share(all[i].left)});
  }
  return columns_text(rows);
}

std::string data_table(const FitReport& report, const FitRun& run, const FitFindings& found) {
  const auto& data = fit_of(run).data.entries;
  std::vector<std::vector<std::string>> rows;
  if (found.has_posterior()) {
    rows.push_back({"data", "observed", "made, 95 %", "p"});
    for (const Reproduced& each : reproduced_by(run, found)) {
      rows.push_back({harmless_line(each.name), number(each.observed), range_text(each.low, each.high),
                      fmt::format("{:.2f}", each.p)});
    }
  } else if (!found.least.empty()) {
    rows.push_back({"data", "observed", "made, means over the ranges", ""});
    for (std::size_t k = 0; k < data.size(); ++k) {
      rows.push_back(
          {harmless_line(data[k].name), number(*data[k].value.value), range_text(found.least[k], found.most[k]), ""});
    }
  }
  for (std::size_t k = 0; k < report.readings.size() && k + 1 < rows.size(); ++k) {
    if (report.readings[k] > 0) rows[k + 1][0] += fmt::format(" ({} readings)", with_commas(report.readings[k]));
  }
  return columns_text(rows);
}

}  // namespace

std::vector<Narrowing> narrowings_of(const FitRun& run, const FitFindings& found) {
  std::vector<Narrowing> all;
  for (std::size_t i = 0; i < run.inputs().size(); ++i) {
    const Range& range = run.inputs()[i].range;
    Narrowing& narrowing = all.emplace_back();
    narrowing.prior_low = range.at(0.025);
    narrowing.prior_high = range.at(0.975);
    std::vector<double> shares;
    double mean = 0, squares = 0;
    const auto n = static_cast<double>(found.particles.size());
    for (const Particle& particle : found.particles) {
      shares.push_back(particle.shares[i]);
      mean += particle.shares[i] / n;
    }
    for (const double each : shares) squares += (each - mean) * (each - mean);
    std::sort(shares.begin(), shares.end());
    narrowing.share_low = quantile_of(shares, 0.025);
    narrowing.share_median = quantile_of(shares, 0.5);
    narrowing.share_high = quantile_of(shares, 0.975);
    narrowing.low = range.at(narrowing.share_low);
    narrowing.median = range.at(narrowing.share_median);
    narrowing.high = range.at(narrowing.share_high);
    narrowing.left = std::sqrt(12 * squares / (n - 1));
  }
  return all;
}

std::vector<Reproduced> reproduced_by(const FitRun& run, const FitFindings& found) {
  std::vector<Reproduced> all;
  const auto& data = fit_of(run).data.entries;
  for (std::size_t k = 0; k < data.size(); ++k) {
    std::vector<double> made;
    for (const Particle& particle : found.particles) {
      for (const std::vector<double>& row : particle.simulated) made.push_back(row[k]);
    }
    std::sort(made.begin(), made.end());
    Reproduced& each = all.emplace_back();
    each.name = data[k].name;
    each.what = words_of_statistic(run, data[k].value);
    each.observed = *data[k].value.value;
    each.low = made.empty() ? kNaN : quantile_of(made, 0.025);
    each.median = made.empty() ? kNaN : quantile_of(made, 0.5);
    each.high = made.empty() ? kNaN : quantile_of(made, 0.975);
    each.p = found.predictive.empty() ? kNaN : found.predictive[k];
  }
  return all;
}

FitWords words_of(const FitReport& report, const FitRun& run, const FitFindings& found) {
  return {.finding = finding_text(run, found),
          .figures = figures_text(run, found),
          .open = open_text(run, found),
          .misfit = misfit_text(run, found),
          .next = next_text(report, found),
          .limits = limits_text()};
}

std::string to_text(const FitReport& report, const FitRun& run, const FitFindings& found) {
  const FitWords words = words_of(report, run, found);
  std::string text = wrapped(harmless_line(fmt::format(
      "{}: fit: {}, {} in doubt, under {}; {} in {}", report.scenario,
      plural(fit_of(run).data.size(), "statistic", "statistics"), plural(run.inputs().size(), "number", "numbers"),
      fit_of(run).policy, plural(run.runs(), "run", "runs"),
      plural(found.waves.size(), "wave", "waves") +
          (found.temperatures.empty() ? ""
                                      : " and " + plural(found.temperatures.size(), "temperature", "temperatures")))));
  text += "\n";
  text += wrapped(harmless_line(words.finding + "."));
  text += wrapped(harmless_line(words.figures));
  if (!words.open.empty()) text += wrapped(harmless_line(words.open));
  text += "\n";
  if (found.has_posterior()) text += parameters_table(run, found) + "\n";
  if (const std::string table = data_table(report, run, found); !table.empty()) text += table + "\n";
  if (!words.misfit.empty()) text += wrapped(harmless_line(words.misfit));
  if (!words.next.empty()) text += wrapped(harmless_line(words.next));
  text += "\nWhat must not be concluded:\n";
  for (const std::string& limit : words.limits) text += wrapped(harmless_line(limit), "- ", "  ");
  return text;
}

std::string to_json(const FitReport& report, const FitRun& run, const FitFindings& found) {
  const FitWords words = words_of(report, run, found);
  const auto& data = fit_of(run).data.entries;
  Json json{{"study", "fit"},
            {"scenario", report.scenario},
            {"results", report.results},
            {"content_digest", report.digest},
            {"policy", fit_of(run).policy},
            {"possible", found.is_too_few ? Json() : Json(found.is_possible)},
            {"survivors", found.survivors},
            {"ancestors", found.ancestors},
            {"runs", run.runs()},
            {"failed", run.failed()},
            {"replicates", run.rules().replicates},
            {"finding", words.finding},
            {"figures", words.figures},
            {"open", words.open},
            {"misfit", words.misfit},
            {"next", words.next},
            {"limits", words.limits}};
  Json waves = Json::array();
  for (const FitFindings::Wave& wave : found.waves) {
    waves.push_back({{"points", wave.points}, {"plausible", wave.plausible}});
  }
  json["waves"] = waves;
  json["temperatures"] = found.temperatures;
  json["moved"] = found.has_posterior() ? Json(found.moved) : Json();
  Json statistics = Json::array();
  const std::vector<Reproduced> made = reproduced_by(run, found);
  for (std::size_t k = 0; k < data.size(); ++k) {
    Json each{{"name", data[k].name},
              {"what", made[k].what},
              {"observed", made[k].observed},
              {"sd", data[k].value.sd},
              {"allow", data[k].value.allow},
              {"readings", report.readings.empty() || report.readings[k] == 0 ? Json() : Json(report.readings[k])},
              {"least", found.least.empty() ? kNaN : found.least[k]},
              {"most", found.most.empty() ? kNaN : found.most[k]},
              {"off_at_closest", found.off.empty() ? kNaN : found.off[k]},
              {"made_low", made[k].low},
              {"made_median", made[k].median},
              {"made_high", made[k].high},
              {"p", made[k].p}};
    statistics.push_back(each);
  }
  json["data"] = statistics;
  Json numbers = Json::array();
  if (found.has_posterior()) {
    const std::vector<Narrowing> all = narrowings_of(run, found);
    const OpenDirection open = open_direction(found.particles);
    for (std::size_t i = 0; i < all.size(); ++i) {
      numbers.push_back({{"name", run.inputs()[i].name},
                         {"path", run.inputs()[i].path},
                         {"prior_low", all[i].prior_low},
                         {"prior_high", all[i].prior_high},
                         {"low", all[i].low},
                         {"median", all[i].median},
                         {"high", all[i].high},
                         {"spread_left", all[i].left},
                         {"open_direction", open.direction[i]}});
    }
    json["open_width"] = open.width;
  }
  json["numbers"] = numbers;
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string to_csv(const FitRun& run, const FitFindings& found) {
  std::string text;
  for (const Varied& input : run.inputs()) text += (text.empty() ? "" : ",") + csv_cell(input.name);
  text += "\n";
  for (const Particle& particle : found.particles) {
    std::string line;
    for (const double value : run.values_at(particle.shares)) line += (line.empty() ? "" : ",") + csv_cell(value);
    text += line + "\n";
  }
  return text;
}

}  // namespace goodhart
