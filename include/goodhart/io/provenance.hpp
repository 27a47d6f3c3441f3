/// Where results come from: what made them, of which scenario, by which numbers, and what failed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "goodhart/engine/layout.hpp"
#include "goodhart/scenario/scenario.hpp"

namespace goodhart {

/// "goodhart 0.1.0".
std::string program_name();

/// Version, revision, compiler, flags and libraries, a line each.
std::string program_text();

/// How random numbers come about, in one paragraph.
std::string generator_text();

/// What results say of their scenario at the root: title, source (the program), and, where there are such, comment (the
/// description) and references.
std::vector<Text> attributes_of(const Scenario& scenario);

/// The run of a policy on a replicate that could not be completed.
struct Failure {
  std::string policy;
  std::int64_t replicate = 0;
  std::string message;
};

/// The texts that stand beside results: `text` is the scenario as it was read, `name` what messages call it, and
/// `overrides` its changes, PATH=VALUE, a line each. Failures call the file `scenario`, so that the results do not
/// depend on where it lay.
std::vector<Text> provenance_of(const Scenario& scenario, const std::string& text, const std::string& name,
                                const std::string& overrides, const std::vector<Failure>& failures);
/// The same with failures as they are told.
std::vector<Text> provenance_of(const Scenario& scenario, const std::string& text, const std::string& overrides,
                                const std::string& failures);

}  // namespace goodhart
