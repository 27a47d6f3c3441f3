/// `goodhart sensitivity`: which uncertain numbers drive each policy's outcome and gain, and how much is luck.
#include <memory>

#include "study_execution.hpp"

namespace goodhart {

Command sensitivity_command() {
  const auto options = std::make_shared<StudyOptions>();
  return {.name = "sensitivity",
          .purpose = "Which uncertain numbers drive outcomes, and how much is luck",
          .options = options->options(),
          .notes =
              "The numbers are those of experiment.vary, each over its range or distribution. Sobol' indices are\n"
              "shares of the variance of the mean outcome; luck is split off by running each point on two lucks.\n"
              "experiment.sensitivity: {morris: {trajectories: 32}} takes few runs for many numbers. It goes on\n"
              "after an interruption, and can be done in shards, as goodhart sweep.\n"
              "Exit status: as sweep.\n\n"
              "Examples:\n"
              "  goodhart sensitivity scenario.yaml --dry-run\n"
              "  goodhart sensitivity scenario.yaml --set 'experiment.sensitivity={sobol: {rows: 32}}'\n"
              "  goodhart sensitivity scenario.yaml --json > indices.json",
          .act = [options] { return run_study(Study::Verb::sensitivity, *options); }};
}

}  // namespace goodhart
