/// What studies found, as text, JSON and CSV.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "goodhart/study/sensitivity.hpp"
#include "goodhart/study/sweep.hpp"

namespace goodhart {

/// What is told of every study.
struct StudyReport {
  std::string scenario;  ///< the file's name
  std::string results;   ///< where the results are
  std::string digest;    ///< their content digest
  std::size_t runs = 0, failed = 0, missing = 0;
  std::vector<std::string> failures;  ///< the first few, a line each
};

/// A sweep: for each policy its lowest and highest outcome, where that is, and what it gains there.
std::string to_text(const StudyReport& report, const Study& study, const std::vector<SweepRange>& ranges);
std::string to_json(const StudyReport& report, const Study& study, const std::vector<SweepRange>& ranges);

/// The first line of a sweep's table, and a line of it: means and intervals of outcome and gain.
std::string csv_head(const Study& study);
std::string csv_line(const Study& study, const SweepRow& row);

/// A sensitivity: for each outcome and difference, what each number explains of it.
std::string to_text(const StudyReport& report, const Study& study, const SensitivityFindings& findings);
std::string to_json(const StudyReport& report, const Study& study, const SensitivityFindings& findings);
std::string to_csv(const SensitivityFindings& findings);

}  // namespace goodhart
