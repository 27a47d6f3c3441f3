/// The results of an experiment in memory: the scenario that was run and what each run left.
#pragma once

#include <string>
#include <vector>

#include "goodhart/engine/layout.hpp"
#include "goodhart/scenario/scenario.hpp"

namespace goodhart {

/// What a results file holds, but for the panels of employees and teams.
struct Results {
  std::string name;             ///< of the file
  std::string digest;           ///< its content digest
  std::string program;          ///< what made it: version, revision, compiler
  std::string overrides;        ///< changes made on the command line, a line each
  Scenario scenario;            ///< as resolved
  Layout layout;                ///< of the root alone
  std::vector<RunRecord> runs;  ///< replicate by replicate, within it policy by policy; data and averages of the root
  bool whole_means = true;      ///< are averages over all steps from 0 on? Else over those recorded (an older file)
};

/// The policies of several results as if they had been run together: in order, those that are the same once. With
/// `kept`, those alone, in the order of the scenario; if the one that differences are taken against is not among them,
/// the first takes its place.
///
/// Throws UserError where the scenarios differ in anything but policies and texts (it says what), where two policies
/// of one name are not the same, and where a name in `kept` is no policy.
Results joined(const std::vector<Results>& all, const std::vector<std::string>& kept = {});

}  // namespace goodhart
