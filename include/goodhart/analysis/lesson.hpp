/// A lesson's questions put to an experiment: what came out, and whether it was foretold.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "goodhart/analysis/averages.hpp"
#include "goodhart/analysis/courses.hpp"
#include "goodhart/core/tasks.hpp"
#include "goodhart/engine/experiment.hpp"
#include "goodhart/scenario/scenario.hpp"

namespace goodhart {

/// What a lesson's scenario showed.
struct LessonRun {
  Averages averages;
  Courses courses;
  /// [policy][metric]: the readings of single employees in the last step, of all replicates; at most 1000 employees of
  /// each. Empty where no question draws a histogram.
  std::vector<std::vector<std::vector<double>>> readings;
  int failed = 0;  ///< runs
};

/// Runs the scenario of a lesson in memory; nothing where `keep_going` said no. The numbers are those of any run of it.
std::optional<LessonRun> run_lesson(const Scenario& scenario, TaskPool& pool,
                                    const std::function<bool(const Progress&)>& keep_going);

/// The answer to a question, computed.
struct Measured {
  std::vector<std::string> names;  ///< the policies or groups that are asked about
  std::vector<double> values;      ///< of each, as the question counts it; of a direction the level. NaN: no run has it
  double base = 0;                 ///< the level that is compared with; NaN where nothing is compared
  std::string base_name;           ///< the policy of that; empty where nothing is compared
};

/// Means over replicates, of the mean over the steps from 0 on or of the last step. Of `target` and `attained` the
/// policy's first incentive is meant. Throws Bug where the question does not fit the scenario.
Measured measured(const LessonQuestion& question, const Scenario& scenario, const LessonRun& run);

/// Where a question's numbers stand in the results.
struct PlaceInResults {
  std::string variable;
  std::size_t position = 0;
};

/// The variable of the root that a question is about, and the place on its axes but step, for one policy and for a
/// group ("" for all employees).
PlaceInResults place_of(const LessonQuestion& question, const Scenario& scenario, const Averages& averages,
                        const std::string& policy, const std::string& group);

/// What somebody expects; which of the three it is follows from the question's kind.
struct Prediction {
  int direction = 0;  ///< -1 falls, 0 stays the same, 1 rises
  double number = 0;
  std::vector<std::size_t> order;  ///< positions of what is asked about, the highest first
};

/// Reads a prediction, or says what it must look like. A direction is up, down or same (also rises, falls, stays, and
/// first letters); an order is the letters a, b, c ... or the names, the highest first; a number may end with %.
std::variant<Prediction, std::string> read_prediction(const LessonQuestion& question, const std::string& text);

/// How far apart two numbers may be and still count as the same.
double tolerance(const LessonQuestion& question, const Measured& truth);

/// Which way it went: -1, 0 or 1.
int direction_of(const LessonQuestion& question, const Measured& truth);

/// Positions of what is asked about, the highest first.
std::vector<std::size_t> order_of(const Measured& truth);

/// Was it foretold? Neighbours in an order that are the same within the tolerance may stand either way.
bool foretold(const LessonQuestion& question, const Measured& truth, const Prediction& prediction);

}  // namespace goodhart
