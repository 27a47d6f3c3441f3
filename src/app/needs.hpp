/// What a run is going to need of disk, memory and time, looked at before anything of it is allocated or written.
#pragma once

#include <filesystem>
#include <string>

#include "goodhart/io/study_folder.hpp"
#include "goodhart/scenario/scenario.hpp"
#include "goodhart/study/study.hpp"

namespace goodhart {

/// What a scenario takes, measured on a part of it.
struct Cost {
  double employee_steps = 0;  ///< of all runs, burn-ins included
  double seconds = 0;         ///< of processor time, all runs in one thread; not of starting up and of writing
  std::string dearest;        ///< the policy whose steps take longest
  double dearest_step = 0;    ///< seconds for an employee and a step of it
};

/// Estimates what the runs of a scenario take. Each policy is run for some steps, with up to 1,024 employees and the
/// luck of the first replicate, in one thread; all of it takes about `budget` seconds, but at least a step of each.
/// Networks are left out, and later phases: what is measured are those that policies begin with. Steps in which nobody
/// decides anew are cheaper than the first ones, so where few steps are measured it is rather too high.
/// Throws RunError where drawn employees cannot be computed with.
Cost cost_of(const Scenario& scenario, double budget);

/// "about 12 s of processor time: ...", of a cost, in a line.
std::string cost_text(const Scenario& scenario, const Cost& cost);

/// Throws MachineError, with the numbers, where the results would not fit on the disk under `results`, or the run not
/// into the memory that this process may use; says on stderr where it would take more than a day.
///
/// The file is counted from its layout, without compression: it is at most that large. Memory is what simulations of a
/// few thousand employees take, scaled to the population and to as many runs as are under way at once, plus the records
/// that wait to be written; `keeps_averages` adds one number for each run and each number that it has without its
/// steps, which `compare` keeps. Networks are not counted. Memory that may be used is the least of RLIMIT_AS, the
/// limits of control groups and MemAvailable, as far as the system tells them. Time is that of
/// `cost_of`, shared out to the threads. Small runs are not measured at all.
///
/// `forced` leaves out the refusals, not what is said.
void check_needs(const Scenario& scenario, const std::string& name, const std::filesystem::path& results, int threads,
                 bool keeps_averages, bool forced);

/// The same for a study, of its journals and its file, and of what it keeps of each unit in memory. Journals in `parts`
/// are there already. A shard writes its own units and no file. Nothing is measured: how long a study takes is told by
/// --dry-run, and as it goes on.
void check_needs_of_study(const Study& study, const std::string& name, const std::filesystem::path& results,
                          const std::filesystem::path& parts, Shard shard, bool forced);

}  // namespace goodhart
