/// What a study's file says of itself.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "goodhart/study/study.hpp"

namespace goodhart {

/// Where a study's file is from.
struct StudySource {
  Study::Verb verb = Study::Verb::sweep;
  std::string scenario_resolved;  ///< as YAML
  std::string program;
};

/// Reads what a study's file says of its origin. A process of its own does it, as for results (`read_results`), before
/// there are threads. Throws UserError where the file is none of a study, is damaged or of another version, and
/// MachineError where it cannot be opened.
StudySource read_study_source(const std::filesystem::path& name);

/// What came out in a sweep, and where it is from.
struct StudyOutcomes {
  StudySource source;
  std::size_t points = 0, policies = 0, replicates = 0;
  std::vector<double> outcome;     ///< [point][policy][replicate]; NaN where a run did not succeed
  std::vector<std::int8_t> meets;  ///< [point][policy]: 1, 0, or -1 where unknown; empty where nothing is required
  std::string digest;              ///< the content digest, which has been checked
};

/// Reads the outcomes of a sweep's file in the same way, and checks all of the file against its content digest.
StudyOutcomes read_study_outcomes(const std::filesystem::path& name);

}  // namespace goodhart
