/// What a study's file says of itself.
#pragma once

#include <filesystem>
#include <string>

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

}  // namespace goodhart
