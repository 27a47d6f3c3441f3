/// A scenario as an ODD document, for the appendix of a paper: Grimm et al. 2020, doi 10.18564/jasss.4259.
#pragma once

#include <string>

#include "goodhart/scenario/scenario.hpp"

namespace goodhart {

/// The seven elements of the protocol as Markdown, made from the fields of the scenario: mechanisms that it does not
/// use are not mentioned, but in its own texts. Parameters stand in tables with value, unit, meaning, and range where
/// `experiment.vary` has one; then its sources. `program` says whose scenario it is, as "goodhart 0.1.0". Texts of the
/// scenario are escaped, so they are neither Markdown nor HTML.
std::string odd_document(const Scenario& scenario, const std::string& program);

/// What differs in `to` from `from`, path by path, under the elements of the protocol, as Markdown.
std::string odd_delta(const Scenario& from, const Scenario& to);

}  // namespace goodhart
