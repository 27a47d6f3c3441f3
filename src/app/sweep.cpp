/// `goodhart sweep`: every point of a scenario's grids and ranges, under every policy.
#include <memory>
#include <utility>
#include <vector>

#include "study_execution.hpp"

namespace goodhart {

Command sweep_command() {
  const auto options = std::make_shared<StudyOptions>();
  std::vector<CommandOption> list = options->options();
  list.push_back(options->from_option());
  return {.name = "sweep",
          .purpose = "Run every point of a scenario's grids and ranges under every policy",
          .options = std::move(list),
          .notes =
              "Points are those of experiment.vary and experiment.levers: every combination of grids (step, points,\n"
              "values), with what experiment.design samples of the other ranges. All points meet the same luck. A\n"
              "policy that no lever reaches runs once for each world. While it runs, finished units are kept in\n"
              "results/SCENARIO-sweep.parts; an interrupted sweep goes on when the same command is given again, and\n"
              "the results are the same bytes for any threads, shards and interruptions.\n"
              "Exit status: 0; 1 the machine refused; 2 wrong usage or scenario; 3 some runs failed, results are\n"
              "written; 130 interrupted, what was done is kept; 70 a bug of ours.\n\n"
              "Examples:\n"
              "  goodhart sweep scenario.yaml --dry-run\n"
              "  goodhart sweep scenario.yaml --replicates 16\n"
              "  goodhart sweep scenario.yaml --replicates 64 --from results/scenario-sweep.h5 -o results/more.h5\n"
              "  goodhart sweep scenario.yaml --csv > points.csv\n"
              "  goodhart sweep scenario.yaml --shard 3/8",
          .act = [options] { return run_study(Study::Verb::sweep, *options); }};
}

}  // namespace goodhart
