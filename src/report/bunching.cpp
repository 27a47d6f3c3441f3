/// Sentences, a table and JSON of bunching at a target. Counts alone: no reading stands by itself, and nobody is named.
#include "goodhart/report/bunching.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "goodhart/report/diagnostics.hpp"
#include "numbers.hpp"

namespace goodhart {
namespace {

using Json = nlohmann::ordered_json;

constexpr double kClearMisfit = 2;  // from here on a reader should know of it

/// A reading or a width, as people write it.
std::string level(double value) {
  return fmt::format("{:.6g}", value);
}

std::string count(double readings) {
  return fixed(std::round(readings), 0);
}

std::string stretch(double from, double to) {
  return "from " + level(from) + " to below " + level(to);
}

/// "60 (95 %: 41 to 79)", of a size that is told by its sign beside it.
std::string between(double size, double low, double high) {
  return fmt::format("{} (between {} and {} with 95 % confidence)", count(size), count(low), count(high));
}

std::string readings(double number) {
  if (number < kFewestShown) return fmt::format("fewer than {:.0f} readings", kFewestShown);
  return count(number) + " readings";
}

/// How many more or fewer than expected, as the end of a sentence.
std::string difference(const Excess& excess) {
  if (excess.surely_more()) return between(excess.more, excess.low, excess.high) + " more than expected";
  if (excess.surely_fewer()) return between(-excess.more, -excess.high, -excess.low) + " fewer than expected";
  return fmt::format(
      "no more and no fewer than luck explains: the difference from what is expected is {}, between {} and {} with 95 "
      "% confidence",
      with_sign(std::round(excess.more), 0), with_sign(std::round(excess.low), 0),
      with_sign(std::round(excess.high), 0));
}

std::string finding_text(const Bunching& found) {
  const std::string target = level(found.target);
  if (found.above.surely_more()) {
    return "readings bunch at the target " + target +
           ": there are more just at and above it than the other readings lead to expect";
  }
  if (found.above.surely_fewer()) {
    return "readings do not bunch at the target " + target +
           ": there are fewer just at and above it than the other readings lead to expect";
  }
  return "bunching at the target " + target + " cannot be told from luck";
}

std::string figures_text(const Bunching& found) {
  const Excess& above = found.above;
  const double all = static_cast<double>(found.readings);
  std::string text =
      fmt::format("{} lie {}; about {} would be expected there. That is {}.", capitalised(readings(above.observed)),
                  stretch(above.from, above.to), count(above.expected), difference(above));
  if (above.surely_more()) {
    text += fmt::format(
        " The excess is {} of all {} readings ({} to {}), and makes the stretch hold {} times as many as expected.",
        share(above.more / all), found.readings, share(above.low / all), share(above.high / all),
        fixed(above.observed / above.expected, 1));
  } else if (above.high > 0) {
    text += fmt::format(" If readings bunch there at all, the excess is at most {} of all {} readings.",
                        share(above.high / all), found.readings);
  }
  return text;
}

std::string below_text(const Bunching& found) {
  const Excess& below = found.below;
  std::string text =
      fmt::format("Just below the target, {}, lie {} in place of about {}: {}.", stretch(below.from, below.to),
                  readings(below.observed), count(below.expected), difference(below));
  if (found.above.surely_more() && below.surely_fewer()) {
    text += " That is what is left where people move from just below a target to just above it.";
  } else if (found.above.surely_more()) {
    text += " So those who were drawn to the target did not come from just below it alone.";
  }
  return text;
}

std::vector<std::string> readings_text(const Bunching& found) {
  std::vector<std::string> text;
  if (found.exactly >= 5)
    text.push_back(fmt::format("{} readings are exactly {}.", found.exactly, level(found.target)));
  if (found.grain > 0) text.push_back(fmt::format("All readings are multiples of {}.", level(found.grain)));
  for (const Rounding& rounding : found.roundings) {
    std::string sentence = fmt::format("Readings heap at multiples of {} (the target aside, {} of all readings are).",
                                       level(rounding.step), share(rounding.share));
    if (!rounding.of_target) {
      sentence += " The target is none of them.";
    } else if (rounding.accounted) {
      sentence +=
          " The target is one of them, and so much is expected there, too: what is left is more than other such "
          "numbers draw. A target that is rounder than they are still draws more by itself.";
    } else {
      sentence +=
          " The target is one of them, and too few others are near it to say how much of an excess is rounding: it may "
          "be all of it.";
    }
    text.push_back(sentence);
  }
  if (found.misfit > kClearMisfit) {
    text.push_back(
        fmt::format("Away from the target readings stray from the curve more than luck explains; intervals are {} "
                    "times as wide for it.",
                    fixed(std::sqrt(found.misfit), 1)));
  }
  return text;
}

std::string share_text(const Bunching& found) {
  const double all = static_cast<double>(found.readings);
  return fmt::format("{} % of all readings (between {} and {})", fixed(100 * found.above.more / all, 1),
                     fixed(100 * found.above.low / all, 1), fixed(100 * found.above.high / all, 1));
}

std::vector<std::string> model_text(const ModelBunching& model, const Bunching& found) {
  std::vector<std::string> text;
  text.push_back(
      fmt::format("Measured in the same way, the excess at the target is {} in the data.", share_text(found)));
  const std::string where = fmt::format("In the scenario “{}” under {}", model.scenario, model.policy);
  text.push_back(model.as_it_is
                     ? fmt::format("{} it is {} of the metric {}.", where, share_text(*model.as_it_is), model.metric)
                     : fmt::format("{} it cannot be measured: {}.", where, model.why_not));
  if (!model.without) {
    text.push_back(fmt::format("With gaming closed it cannot be measured: {}.", model.why_not_without));
  } else {
    text.push_back(fmt::format("With gaming closed it is {}{}.", share_text(*model.without),
                               model.without->above.surely_more()
                                   ? ": so much bunches there because effort rises to the target, and is no gaming"
                                   : ""));
  }
  text.emplace_back("The scenario is a model with numbers of its own: it shows what can be, not what is.");
  return text;
}

std::vector<std::string> caution_text(const Bunching& found) {
  std::vector<std::string> text;
  if (found.above.surely_more()) {
    text.emplace_back(
        "Bunching is no proof of gaming. Effort rises to a target, too: whoever is just below works a little more, and "
        "whoever has reached it stops.");
    text.emplace_back(
        "It says nothing of anybody in particular. Many who stand just above the target would stand there without it, "
        "and the data cannot say who.");
    text.emplace_back(
        "Rounding, lots in which things are counted, and a hump that is there by nature look the same. Readings from "
        "before the target, or from where it does not hold, tell these apart.");
  } else {
    text.emplace_back(
        "That no bunching is seen is no proof of honesty. Who games far beyond a target, or games by a constant "
        "amount, leaves none.");
    text.emplace_back("It says nothing of anybody in particular.");
  }
  return text;
}

std::string advice_text(const Bunching& found) {
  return found.above.surely_more() ? "Look at the same readings from before the target was set, or from a group that "
                                     "has none: an excess that is not there came with the target. Then ask how a "
                                     "reading comes to be just enough, before asking who."
                                   : "More readings make the interval narrower; --width W looks at a wider or narrower "
                                     "stretch, which is worth a second look where readings are blurred by luck.";
}

Json excess_json(const Excess& excess, double all) {
  return {{"from", excess.from},
          {"to", excess.to},
          {"observed", excess.observed < kFewestShown ? Json(nullptr) : Json(excess.observed)},
          {"expected", excess.expected},
          {"more", excess.more},
          {"low", excess.low},
          {"high", excess.high},
          {"share", excess.more / all},
          {"share_low", excess.low / all},
          {"share_high", excess.high / all}};
}

Json bunching_json(const Bunching& found) {
  const double all = static_cast<double>(found.readings);
  Json roundings = Json::array();
  for (const Rounding& rounding : found.roundings) {
    roundings.push_back({{"step", rounding.step},
                         {"share", rounding.share},
                         {"of_target", rounding.of_target},
                         {"accounted", rounding.accounted}});
  }
  Json bins = Json::array();
  for (const Bunching::Bin& bin : found.bins) {
    bins.push_back({{"from", bin.from},
                    {"to", bin.from + found.width},
                    {"observed", bin.observed < kFewestShown ? Json(nullptr) : Json(bin.observed)},
                    {"expected", bin.expected},
                    {"left_out", bin.left_out}});
  }
  return {{"target", found.target},
          {"width", found.width},
          {"readings", found.readings},
          {"employees", found.employees > 0 ? Json(found.employees) : Json(nullptr)},
          {"exactly_at_target", found.exactly},
          {"grain", found.grain > 0 ? Json(found.grain) : Json(nullptr)},
          {"bunches", found.above.surely_more()},
          {"above", excess_json(found.above, all)},
          {"below", excess_json(found.below, all)},
          {"roundings", roundings},
          {"degree", found.degree},
          {"misfit", found.misfit},
          {"bins", bins}};
}

}  // namespace

std::string few_hidden(double observed) {
  return observed < kFewestShown ? fmt::format("<{:.0f}", kFewestShown) : count(observed);
}

BunchingWords words_of(const BunchingReport& report, const Bunching& found) {
  BunchingWords words;
  words.finding = finding_text(found);
  words.figures = figures_text(found);
  words.below = below_text(found);
  words.readings = readings_text(found);
  if (report.model) words.model = model_text(*report.model, found);
  words.caution = caution_text(found);
  words.advice = advice_text(found);
  return words;
}

std::string to_text(const BunchingReport& report, const Bunching& found) {
  const BunchingWords words = words_of(report, found);
  std::string text =
      fmt::format("{}: {} readings ({})", harmless_line(report.source), found.readings, harmless_line(report.column));
  if (found.employees > 0) text += fmt::format(" of {} employees", found.employees);
  text +=
      "\n\n" + wrapped(capitalised(words.finding) + ".") + "\n" + wrapped(words.figures) + "\n" + wrapped(words.below);
  if (!words.readings.empty()) text += "\n";
  for (const std::string& sentence : words.readings) text += wrapped(sentence);
  if (!words.model.empty()) {
    std::string model;
    for (const std::string& sentence : words.model) model += (model.empty() ? "" : " ") + sentence;
    text += "\n" + wrapped(harmless_line(model));
  }
  text += fmt::format("\n  {:>12}  {:>9}  {:>9}\n", "from", "readings", "expected");
  for (const Bunching::Bin& bin : found.bins) {
    text += fmt::format("  {:>12}  {:>9}  {:>9}{}\n", level(bin.from), few_hidden(bin.observed), count(bin.expected),
                        bin.from == found.target ? "  the target" : "");
  }
  text += "\nWhat must not be concluded:\n";
  for (const std::string& sentence : words.caution) text += wrapped(sentence, "- ", "  ");
  return text + "\n" + wrapped(words.advice);
}

std::string to_json(const BunchingReport& report, const Bunching& found) {
  const BunchingWords words = words_of(report, found);
  Json json{{"source", report.source}, {"column", report.column}, {"finding", words.finding}};
  json.update(bunching_json(found));
  if (report.model) {
    const ModelBunching& model = *report.model;
    const auto part = [](const std::optional<Bunching>& here) { return here ? bunching_json(*here) : Json(nullptr); };
    json["model"] = {{"scenario", model.scenario},
                     {"policy", model.policy},
                     {"metric", model.metric},
                     {"as_it_is", part(model.as_it_is)},
                     {"without_gaming", part(model.without)}};
  }
  json["words"] = {{"figures", words.figures}, {"below", words.below},     {"readings", words.readings},
                   {"model", words.model},     {"caution", words.caution}, {"advice", words.advice}};
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace goodhart
