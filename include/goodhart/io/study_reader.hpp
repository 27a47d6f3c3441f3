/// What a study's file says of itself, and what it holds.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "goodhart/study/study.hpp"

namespace goodhart {

/// Where a study's file is from.
struct StudySource {
  Study::Verb verb = Study::Verb::sweep;
  std::string scenario_resolved;  ///< as YAML
  std::string program;
  std::string arithmetic;  ///< `arithmetic_fingerprint` of the processor; empty in files of older versions
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

/// Hands out the units of a sweep's file that were run, point by point; `study` is what the file's source says. A unit
/// in which a run failed is left out: the file does not tell units' messages apart. The file is read in the same way,
/// and held to its content digest first. Throws as `read_study_source`.
void read_study_units(const std::filesystem::path& name, const Study& study, const std::function<void(Unit)>& take);

}  // namespace goodhart
