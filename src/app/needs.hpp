/// What a run is going to need of disk, memory and time, looked at before anything of it is allocated or written.
#pragma once

#include <filesystem>

#include "goodhart/io/study_folder.hpp"
#include "goodhart/scenario/scenario.hpp"
#include "goodhart/study/study.hpp"

namespace goodhart {

/// Throws MachineError, with the numbers, where the results would not fit on the disk under `results`, or the run not
/// into the memory that this process may use; says on stderr where it would take more than a day.
///
/// The file is counted from its layout, without compression: it is at most that large. Memory is what simulations of a
/// few thousand employees take, scaled to the population and to as many runs as are under way at once, plus the records
/// that wait to be written; `keeps_averages` adds one number for each run and each number that it has without its
/// steps, which `compare` keeps. Networks are not counted. Memory that may be used is the least of RLIMIT_AS, the
/// limits of control groups and MemAvailable, as far as the system tells them. Time is measured on some steps of up to
/// 256 employees, of the first policy. Small runs are not measured at all.
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
