/// What an experiment leaves behind, described apart from any file: named axes, variables over them, and one record a
/// run.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace goodhart {

/// A named axis with its values: names (policy, activity, metric, ...) or whole numbers (replicate, step, employee,
/// ...).
struct Coordinate {
  std::string name;
  std::string long_name;
  std::variant<std::vector<std::string>, std::vector<std::int64_t>> values;

  std::size_t size() const {
    return std::visit([](const auto& list) { return list.size(); }, values);
  }
};

/// One quantity of every run. Its full shape is (policy, replicate, axes...); `axes` names those beyond the first two.
struct Variable {
  std::string name;
  std::string long_name;          ///< a sentence without full stop, shown to whoever opens the file
  std::string units;              ///< "1" for shares and counts; else in words, which end the long_name in a file
  std::vector<std::string> axes;  ///< e.g. {"step", "activity"}; each names a Coordinate of the same folder
  std::vector<std::string>
      flags{};  ///< if not empty, the values are whole numbers 0, 1, ... with these meanings (int8 flags)
};

/// What a variable is called where it stands alone: its meaning, and its units where these are words ("..., in money
/// per employee and step"). Units that are not those of physics are for people: programs that compute with units cannot
/// read them.
std::string described(const Variable& variable);

/// The meanings of a variable's flags, separated by blanks, as CF's `flag_meanings` wants them: blanks within a meaning
/// are underscores. Empty where there are none.
std::string flag_meanings(const Variable& variable);

/// What stands for a flag of a run that has none, because it failed, and what that is called.
inline constexpr int kNoFlag = -1;
inline constexpr const char* kNoFlagMeaning = "-1 where there is no value";

/// Two variables over the runs, which every folder has before its own: the seed of each run (whole numbers of 64 bits),
/// and how it ended (flags).
Variable seed_of_runs();
Variable status_of_runs();

/// The root, or the group "means", "employees" or "teams". Each holds every coordinate that its variables need.
struct Folder {
  std::string name;  ///< empty for the root
  std::string title;
  std::vector<Coordinate> coordinates;  ///< the first two are policy and replicate
  std::vector<Variable> variables;
};

struct Layout {
  std::vector<Folder> folders;  ///< the root, its means over time, then what else is recorded
};

/// What one run leaves: for each folder and variable of the layout, its values in C order over Variable::axes.
/// A failed run has a message and no data; readers then see NaN.
struct RunRecord {
  int policy = 0;
  int replicate = 0;
  std::uint64_t seed = 0;
  std::string failure;                                 ///< empty where the run went well
  std::vector<std::vector<std::vector<double>>> data;  ///< [folder][variable][values]
  /// [variable of the root][values over the axes but step]: means over all steps from 0 on, whether recorded or not;
  /// steps where the value is NaN do not count. In `data` they are the folder "means".
  std::vector<std::vector<double>> averages;
};

/// A named text of the provenance: scenario, scenario_resolved, overrides, program, generator, failures.
struct Text {
  std::string name;
  std::string content;
};

}  // namespace goodhart
