/// What a fit found, in words, as text, JSON, CSV and a page.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "goodhart/study/fit_run.hpp"

namespace goodhart {

/// Where a fit is from.
struct FitReport {
  std::string title;     ///< of the scenario
  std::string scenario;  ///< the file's name
  std::string results;   ///< where the particles are; empty where there are none
  std::string digest;    ///< their content digest
  /// By statistic: how many readings its value is of; 0 where it was given.
  std::vector<std::size_t> readings{};
};

/// What is said of a fit: the same in text, JSON and on the page. What there is nothing to say of is empty.
struct FitWords {
  std::string finding;  ///< a sentence without full stop: which number the data narrow most, or what cannot be
  std::string figures;  ///< how far each number is narrowed
  std::string open;     ///< the direction that the data leave open
  std::string misfit;   ///< statistics that the particles seldom make
  std::string next;     ///< what to do with it
  std::vector<std::string> limits;  ///< what must not be concluded
};

FitWords words_of(const FitReport& report, const FitRun& run, const FitFindings& found);

std::string to_text(const FitReport& report, const FitRun& run, const FitFindings& found);
std::string to_json(const FitReport& report, const FitRun& run, const FitFindings& found);
/// A line for each particle: worlds, as `goodhart robust --worlds` and `experiment.design.file` read them.
std::string to_csv(const FitRun& run, const FitFindings& found);
/// A page that opens without a network: what the data say, what they leave open, and what must not be concluded.
std::string to_html(const FitReport& report, const FitRun& run, const FitFindings& found);

/// A number in doubt before and after: what 2.5, 50 and 97.5 % of its prior and of the particles lie below, and how
/// much of the prior's spread is left, as a share of standard deviations.
struct Narrowing {
  double prior_low = 0, prior_high = 0;
  double low = 0, median = 0, high = 0;
  double share_low = 0, share_median = 0, share_high = 0;  ///< the same in shares of the prior
  double left = 1;
};
std::vector<Narrowing> narrowings_of(const FitRun& run, const FitFindings& found);

/// A statistic as it was observed and as particles make it.
struct Reproduced {
  std::string name;                                    ///< as the scenario calls it
  std::string what;                                    ///< in words
  double observed = 0, low = 0, median = 0, high = 0;  ///< what 2.5, 50 and 97.5 % of simulated data sets lie below
  double p = 1;                                        ///< posterior predictive p; NaN where there are no particles
};
std::vector<Reproduced> reproduced_by(const FitRun& run, const FitFindings& found);

}  // namespace goodhart
