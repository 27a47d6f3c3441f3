/// Writes an experiment's records to one HDF5 file that is a netCDF-4 file too (docs/results-format.md).
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "goodhart/engine/layout.hpp"

namespace goodhart {

/// The version of the format of results files, and the conventions they follow.
inline constexpr std::int32_t kResultsFormat = 1;
inline constexpr const char* kConventions = "CF-1.10";

/// A results file in the making: NAME.part until `finish` closes, syncs and renames it, so that a file of the final
/// name is always whole. The bytes depend on the arguments alone: no clock, host, user, path or thread count.
///
/// What the file holds, beyond what docs/results-format.md says of it:
/// - A folder holds, in this order, its coordinates, `seed` and `status`, its variables. A coordinate of size 0 is left
///   out, and so is every variable over it: many netCDF programs know no empty dimension.
/// - A variable with flags is int8, and -1 where there is no value (NaN was given, or the run failed).
/// - Any NaN is written as the one NaN with the bytes 00 00 00 00 00 00 f8 7f.
/// - A run that was not written looks like one that failed: status 1, NaN, -1; its seed is 0.
/// - Variables of less than 1 KiB a run are contiguous. Of larger ones, up to 64 KiB, a chunk holds the runs of several
///   replicates under one policy: as many as wait in 16 MiB, all variables together, and make no chunk above 1 MiB.
///   Beyond, a chunk is a run, or a part of it of at most 1 MiB; over the axis `sample`, about 64 samples of 256
///   employees.
/// - Of root variables and flags, chunks that mostly repeat themselves from step to step are shuffled and deflated
///   (level 1). The others are stored as they are, because noise does not compress, and so are panels.
///
/// The content digest is SHA-256, in lower-case hexadecimal, over this for each folder of the layout, the root first,
/// and each dataset of the folder in the order above:
///
///     text(path)  number(rank)  number(extent of axis 1) ... number(extent of axis rank)  data
///
/// where number(n) is n as eight bytes, the lowest first; text(s) is number(bytes of s in UTF-8), then these bytes; the
/// path is NAME in the root, FOLDER/NAME elsewhere; and data are the values in C order: names as text(s), all others as
/// they are in the file, little-endian (float64, int64 and uint64 eight bytes, int8 one byte). Neither attributes nor
/// provenance are part of it.
///
/// HDF5 is not to be used from two threads at once: the caller takes turns. Memory: at most 16 MiB for runs that wait
/// (or those of one replicate, where they are larger), and 16 MiB or the largest variable of one run, whatever the
/// number of runs.
///
/// Throws MachineError (goodhart/core/errors.hpp) where the machine refuses: no such folder, no permission, disk full;
/// and Bug where a layout contradicts itself or a record does not fit it. Whatever goes wrong, and when the writer is
/// destroyed before `finish`, NAME.part is removed; after an error nothing more can be written.
class ResultsWriter {
 public:
  /// Creates NAME.part, over what an earlier attempt may have left, with all coordinates and variables. `attributes`
  /// are written to the root in order, as strings (title, source, ...), besides Conventions, goodhart_format and
  /// content_digest, which the writer knows. The folder must exist.
  ResultsWriter(const std::filesystem::path& file, const Layout& layout, const std::vector<Text>& attributes);
  ResultsWriter(ResultsWriter&&) noexcept;
  ResultsWriter& operator=(ResultsWriter&&) noexcept;
  ~ResultsWriter();

  /// Writes one run, now or with others of its kind; `policy` and `replicate` are its positions along these axes, from
  /// 0. To get the same bytes, runs must come in the same order; the digest does not depend on the order. Quickest is
  /// replicate by replicate.
  void write(const RunRecord& record);

  /// Writes the provenance and the content digest, closes the file and gives it its name. Ends the writing.
  /// Returns the digest: SHA-256 over names, shapes and data in canonical order (docs/results-format.md).
  std::string finish(const std::vector<Text>& provenance);

 private:
  struct File;
  std::unique_ptr<File> file_;
};

/// The versions of the libraries that shape the file, for the provenance ("HDF5 1.10.8").
std::string results_library_versions();

}  // namespace goodhart
