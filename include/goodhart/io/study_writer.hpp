/// Writes the units of a study to one HDF5 file that is a netCDF-4 file too (docs/results-format.md).
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "goodhart/engine/layout.hpp"
#include "goodhart/study/sensitivity.hpp"
#include "goodhart/study/study.hpp"

namespace goodhart {

/// A variable that is made of the units, over a folder's own axes: what a sensitivity finds.
struct Table {
  std::string name;
  std::string long_name;
  std::vector<std::string> axes;  ///< of the folder's coordinates
  std::vector<double> values;     ///< in C order
};

/// A group of such variables, which opens alone.
struct TableFolder {
  std::string name;
  std::string title;
  std::vector<Coordinate> coordinates;
  std::vector<Table> tables;
};

/// The group `sensitivity`: indices or effects by input, and by what they are of.
TableFolder sensitivity_tables(const SensitivityFindings& findings);

/// Writes a study's file as NAME.part, syncs it and gives it its name. Its bytes are a function of the arguments.
///
/// The root has the axes point, policy and replicate, then those of the results (activity, metric, incentive, group).
/// Along `point` stands the value of each input, under its name. `luck (point, replicate)` is the number of the luck,
/// the same number being the same luck; `status (point, policy, replicate)` says how a run went: ok, failed or not_run.
/// `outcome` is the experiment's, `meets (point, policy)` whether the means over replicates meet what it requires, and
/// each result is its mean over all steps from 0 on (`result_NAME` where an input is called NAME). What was run once
/// for several points stands at each of them.
///
/// Memory: the units of a few points. Returns the content digest. Throws as ResultsWriter does.
std::string write_study(const std::filesystem::path& name, const Study& study, const ReadUnit& read,
                        const std::vector<Text>& attributes, const std::vector<Text>& provenance,
                        const std::vector<TableFolder>& tables);

}  // namespace goodhart
