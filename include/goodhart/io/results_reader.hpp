/// Results files in.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>

#include "goodhart/analysis/results.hpp"

namespace goodhart {

/// Reads the root of a results file (docs/results-format.md) and the scenario in it. A file is data from strangers:
/// nothing outside of it is read, what does not fit the scenario that it claims to be of is not read either, no memory
/// is taken for what cannot be in a file of its size, and its content digest must fit. A process of its own does it
/// (decision 028), so that a file on which HDF5 crashes, or never ends, is a sentence like any other. Where there are
/// other threads, none may hold a lock that reading needs.
///
/// Only the averages of the runs are kept: eight bytes for each run and each number that it has without its steps.
/// `Results::each_replicate` opens the file anew, in another process, and reads the series of some replicates at a
/// time; the digest is not worked out again, but the file must be the one that it was.
///
/// `keep_going` is asked after each signal; where it says no, nothing is returned.
///
/// Throws UserError, with a sentence, where the file is not one of results, is damaged or cut off, is of another
/// format, holds a scenario or variables that this version does not know, or is no regular file; MachineError where it
/// cannot be opened, or there is too little memory. A file without a content digest leaves Results::digest empty.
std::optional<Results> read_results(
    const std::filesystem::path& name, const std::function<bool()>& keep_going = [] { return true; });

/// The same of a file that this process has written itself, and without another process.
Results read_own_results(const std::filesystem::path& name);

}  // namespace goodhart
