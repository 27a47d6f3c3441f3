/// Bunching at a target in words, as text, JSON and a page.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "goodhart/analysis/bunching.hpp"

namespace goodhart {

/// The same looked at in readings that a scenario makes.
struct ModelBunching {
  std::string scenario, policy, metric;  ///< the title, and names
  std::optional<Bunching> as_it_is;      ///< nothing where the readings cannot tell
  std::optional<Bunching> without;       ///< with gaming closed
  std::string why_not, why_not_without;  ///< where there is nothing
};

struct BunchingReport {
  std::string source;  ///< the file
  std::string column;  ///< of its readings
  std::optional<ModelBunching> model;
};

/// What is said: the same in text, JSON and on the page.
struct BunchingWords {
  std::string finding;                ///< is there more than expected?
  std::string figures;                ///< how much, of how many
  std::string below;                  ///< what is missing just below
  std::vector<std::string> readings;  ///< round numbers, ties, how well the curve fits
  std::vector<std::string> model;     ///< what a scenario makes of it
  std::vector<std::string> caution;   ///< what must not be concluded
  std::string advice;                 ///< what to look at next
};

/// Fewer readings in a bin are shown as so few, and not counted out.
inline constexpr double kFewestShown = 5;

/// The number of readings in a bin as it is shown: "12", "<5".
std::string few_hidden(double observed);

BunchingWords words_of(const BunchingReport& report, const Bunching& found);

std::string to_text(const BunchingReport& report, const Bunching& found);
std::string to_json(const BunchingReport& report, const Bunching& found);
/// A page that opens without a network: first whether and how much, then what must not be concluded, then the numbers.
std::string to_html(const BunchingReport& report, const Bunching& found);

}  // namespace goodhart
