/// What a lesson says: its story, its questions, and what came out beside what was expected.
#pragma once

#include <cstddef>
#include <string>

#include "goodhart/analysis/lesson.hpp"
#include "goodhart/report/drawings.hpp"
#include "goodhart/scenario/scenario.hpp"

namespace goodhart {

/// Title and story.
std::string lesson_opening(const Scenario& scenario);

/// A question with what may be answered; `number` counts from 1.
std::string lesson_question(const Scenario& scenario, std::size_t number);

/// What was expected, what came out with its picture, and why; `number` counts from 1.
std::string lesson_result(const Scenario& scenario, std::size_t number, const Prediction& expected,
                          const LessonRun& run, Signs signs);

/// What to change next, with a command that is ready. `file` is what the command line calls the scenario.
std::string lesson_next(const Scenario& scenario, const std::string& file);

}  // namespace goodhart
