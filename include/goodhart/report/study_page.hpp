/// What studies found, as a page to read and send on.
#pragma once

#include <string>

#include "goodhart/report/study.hpp"

namespace goodhart {

/// A sweep: what came out under each policy, how dashboards and value part along each lever, and which policy is best
/// where two levers stand. One file of still pictures, which opens without a network.
std::string to_html(const StudyReport& report, const Study& study, const std::vector<SweepRange>& ranges,
                    const std::vector<SweepCurve>& curves, const std::optional<SweepMap>& map);

/// A sensitivity: first and total shares with their intervals for each outcome and difference, and a bar for luck.
std::string to_html(const StudyReport& report, const Study& study, const SensitivityFindings& findings);

}  // namespace goodhart
