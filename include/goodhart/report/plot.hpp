/// Results as one picture: what dashboards show and what the organisation gets, over time, a panel for each policy.
#pragma once

#include <string>
#include <vector>

#include "goodhart/analysis/results.hpp"

namespace goodhart {

/// A picture in SVG that needs nothing else: the panels of the report's page. Each line is an index: 100 is the mean
/// under the comparison policy, over all steps from 0 on. Dark bands are 95 % intervals of the mean over replicates,
/// pale ones reach from the least to the most of any replicate; with one replicate there are none.
///
/// `metrics` and `policies` choose what is drawn, in that order; where empty, the first headline metric and all
/// policies. Throws UserError where there is no such metric or policy, where fewer than two steps were recorded, and
/// where the comparison policy's mean is 0 or no run of it succeeded, so that nothing can be an index of it.
std::string plotted(const Results& results, std::vector<std::string> metrics, std::vector<std::string> policies);

}  // namespace goodhart
