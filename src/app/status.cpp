/// `goodhart status`: how far a study is.
#include <fmt/format.h>

#include <memory>

#include "goodhart/engine/experiment.hpp"
#include "goodhart/report/diagnostics.hpp"
#include "goodhart/study/fit_run.hpp"
#include "goodhart/study/search_run.hpp"
#include "kept_runs.hpp"
#include "progress.hpp"
#include "study_execution.hpp"

namespace goodhart {
namespace {

/// Units a second of the processes at work, by the last that they have done.
double pace_of(const StudyFolder::Journal& journal) {
  if (!journal.at_work || journal.recent < 2 || journal.last_time <= journal.first_time) return 0;
  return 1000 * static_cast<double>(journal.recent - 1) / static_cast<double>(journal.last_time - journal.first_time);
}

/// What a folder has units of: a study, or the replicates that `run` or `compare` keep.
UnitTable table_of(const StudyFolder& folder) {
  if (folder.plan().verb()) return study_of(folder);
  const Scenario scenario = scenario_of(folder);
  return table_of_run(layout_of(scenario), scenario.policies.size(), static_cast<std::uint32_t>(scenario.replicates));
}

/// How far a search or a fit is. How much is left depends on what comes out.
Exit status_of_evaluations(const std::string& name, const StudyFolder& folder) {
  const bool is_search = folder.plan().work == StudyPlan::Work::search;
  const Scenario scenario = scenario_of(folder);
  const std::size_t values = is_search ? values_of_evaluation(SearchSpace(scenario)) : values_of_evaluation(scenario);
  std::size_t done = 0, working = 0;
  for (const StudyFolder::Journal& journal :
       folder.scan(UnitTable::evaluations(values), folder.journals(), [](const Unit&, std::size_t, std::size_t) {})) {
    done += journal.units;
    working += journal.at_work ? 1 : 0;
  }
  fmt::print("{}: {} {} done\n", harmless_line(name), with_commas(done), is_search ? "runs" : "evaluations");
  fmt::print("{}\n", working == 0 ? "nobody is at work; the command that began it goes on with it"
                                  : "a process is at work; how much is left depends on what comes out");
  return Exit::done;
}

Exit status(const std::string& name) {
  const StudyFolder folder{std::filesystem::path(name)};
  const StudyPlan::Work work = folder.plan().work;
  if (work == StudyPlan::Work::search || work == StudyPlan::Work::fit) return status_of_evaluations(name, folder);
  const UnitTable table = table_of(folder);
  const UnitIndex units(folder, table);
  std::size_t failed = 0, working = 0;
  double pace = 0;
  for (const StudyFolder::Journal& journal : units.journals()) {
    failed += journal.failed;
    working += journal.at_work ? 1 : 0;
    pace += pace_of(journal);
  }
  const std::size_t missing = table.units() - units.done();
  fmt::print("{}: {} of {} units done, {} missing; {} with a failed run\n", harmless_line(name), units.done(),
             table.units(), missing, failed);
  for (const StudyFolder::Journal& journal : units.journals()) {
    fmt::print("  {}: {} units{}\n", harmless_line(journal.file.filename().string()), journal.units,
               journal.at_work ? ", at work" : "");
  }
  if (missing == 0 && folder.plan().verb()) {
    fmt::print("all is done; goodhart merge {} puts it together\n", harmless_line(name));
  } else if (working == 0) {
    fmt::print("nobody is at work; the command that began it goes on with it\n");
  } else if (missing > 0 && pace > 0) {
    fmt::print("about {} left at this pace\n", duration_text(static_cast<double>(missing) / pace));
  }
  return Exit::done;
}

}  // namespace

Command status_command() {
  const auto folder = std::make_shared<std::string>();
  return {.name = "status",
          .purpose = "Say how far a study or a long run is, whether it is at work or not",
          .options = {{"FOLDER", "", "Its folder, as results/NAME-sweep.parts", OneText{folder.get()}, "", true}},
          .notes =
              "A unit is a point on one replicate, under all its policies; of a long run, it is a replicate.\n"
              "The time that is left goes by the last units of each process that is at work. How much a search or a\n"
              "fit has left depends on what comes out.\n\n"
              "Example:\n"
              "  goodhart status results/scenario-sweep.parts",
          .act = [folder] { return status(*folder); }};
}

}  // namespace goodhart
