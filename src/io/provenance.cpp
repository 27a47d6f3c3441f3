/// Versions of the program and of the libraries that shape its numbers, and the texts that stand beside results.
#include "goodhart/io/provenance.hpp"

#include <fmt/format.h>

#include <Eigen/Core>
#include <boost/version.hpp>

#include "goodhart/io/results_writer.hpp"
#include "goodhart/io/yaml.hpp"
#include "goodhart/scenario/read.hpp"
#include "goodhart_build.hpp"

namespace goodhart {
namespace {

/// A line for each failure.
std::string failures_text(const std::vector<Failure>& failures, const std::string& file_name) {
  std::string text;
  for (const Failure& failure : failures) {
    const bool placed = failure.message.starts_with(file_name + ":");
    text += fmt::format("policy {}, replicate {}: {}\n", failure.policy, failure.replicate,
                        placed ? "scenario" + failure.message.substr(file_name.size()) : failure.message);
  }
  return text;
}

}  // namespace

std::string program_name() {
  return fmt::format("goodhart {}", kVersion);
}

std::string program_text() {
  return fmt::format(
      "{}\nrevision: {}\ncompiler: {}\nbuild: {}\nflags: {}\nlibraries: Boost {}.{}.{}, Eigen {}.{}.{}, {}\n",
      program_name(), kRevision, kCompiler, kBuildType, kFlags, BOOST_VERSION / 100000, BOOST_VERSION / 100 % 1000,
      BOOST_VERSION % 100, EIGEN_WORLD_VERSION, EIGEN_MAJOR_VERSION, EIGEN_MINOR_VERSION, results_library_versions());
}

std::string generator_text() {
  return "Philox4x32-10 (Salmon, Moraes, Dror and Shaw 2011, doi 10.1145/2063384.2063405). The key of a draw is a "
         "64-bit "
         "hash of the scenario's seed, the purpose of the draw and the name of what is drawn; its counter is "
         "(employee, "
         "step, replicate, index), where the noise of readings counts employees in fours. So each draw is a function "
         "of "
         "these alone: it is the same under every policy, for any number of threads and in any order of execution. "
         "Quantities are drawn by inversion, Gaussian noise by Box and Muller's method, Student-t noise by Bailey's.\n";
}

std::vector<Text> attributes_of(const Scenario& scenario) {
  std::vector<Text> attributes{{"title", scenario.title}, {"source", program_name()}};
  if (!scenario.description.empty()) attributes.push_back({"comment", scenario.description});
  std::string references;
  for (const Source& source : scenario.sources) {
    references += (references.empty() ? "" : "\n") + source.claim + ": " + source.source;
  }
  if (!references.empty()) attributes.push_back({"references", references});
  return attributes;
}

std::vector<Text> provenance_of(const Scenario& scenario, const std::string& text, const std::string& name,
                                const std::string& overrides, const std::vector<Failure>& failures) {
  return provenance_of(scenario, text, overrides, failures_text(failures, name));
}

std::vector<Text> provenance_of(const Scenario& scenario, const std::string& text, const std::string& overrides,
                                const std::string& failures) {
  return {{"scenario", text},
          {"scenario_resolved", to_yaml(resolved(scenario))},
          {"overrides", overrides},
          {"program", program_text()},
          {"generator", generator_text()},
          {"failures", failures}};
}

}  // namespace goodhart
