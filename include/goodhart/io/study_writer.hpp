/// Writes the units of a study to one HDF5 file that is a netCDF-4 file too (docs/results-format.md).
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "goodhart/engine/attributes.hpp"
#include "goodhart/engine/layout.hpp"
#include "goodhart/study/columns.hpp"
#include "goodhart/study/sensitivity.hpp"
#include "goodhart/study/study.hpp"

namespace goodhart {

class SearchSpace;
struct SearchPoints;
struct SearchResults;
struct FrontResults;
class FitRun;
struct FitFindings;

/// The version of a study's file, which it says as goodhart_study_format.
inline constexpr int kStudyFormat = 1;

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

/// long_name and units.
std::vector<Attribute> attributes_of(const Table& table);

/// The lengths of a table's axes.
std::vector<std::size_t> shape_of(const TableFolder& folder, const Table& table);

/// The group `sensitivity`: indices or effects by input, and by what they are of.
TableFolder sensitivity_tables(const SensitivityFindings& findings);

/// The group `search`: what came out for each candidate, look by look, and of the best on fresh luck.
TableFolder search_tables(const SearchSpace& space, const SearchPoints& points, const SearchResults& results);
TableFolder search_tables(const SearchSpace& space, const SearchPoints& points, const FrontResults& results);
/// The particles of a fit, and what was observed, as a group of its own.
TableFolder fit_tables(const FitRun& run, const FitFindings& found);

/// Writes a study's file as NAME.part, syncs it and gives it its name. Its bytes are a function of the arguments.
///
/// The root holds the columns of StudyColumns; each table stands in its group.
///
/// Memory: the units of a few points. Returns the content digest. Throws as ResultsWriter does.
std::string write_study(const std::filesystem::path& name, const Study& study, const ReadUnit& read,
                        const std::vector<Text>& attributes, const std::vector<Text>& provenance,
                        const std::vector<TableFolder>& tables);

/// The digest that `write_study` gives, of columns that hold all points.
std::string digest_of(const StudyColumns& columns, const std::vector<TableFolder>& tables);

}  // namespace goodhart
