/// Keeping what a long experiment has done.
#include "kept_runs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "goodhart/core/errors.hpp"
#include "goodhart/report/diagnostics.hpp"
#include "interrupt.hpp"
#include "streams.hpp"

namespace goodhart {
namespace {

namespace fs = std::filesystem;

/// How many values a run has in a variable of the layout.
std::size_t size_of(const Folder& folder, const Variable& variable) {
  std::size_t size = 1;
  for (const std::string& axis : variable.axes) {
    for (const Coordinate& coordinate : folder.coordinates) {
      if (coordinate.name == axis) size *= coordinate.size();
    }
  }
  return size;
}

}  // namespace

UnitTable table_of_run(const Layout& layout, std::size_t policies, std::uint32_t replicates) {
  std::size_t width = 0;
  for (const Folder& folder : layout.folders) {
    for (const Variable& variable : folder.variables) width += size_of(folder, variable);
  }
  return {policies, width, replicates};
}

std::string kept_sentence(const fs::path& folder, bool fresh) {
  return fmt::format("what is done is kept in {}; the same command {}goes on from there",
                     harmless_line(folder.string()), fresh ? "without --fresh " : "");
}

KeptRuns::KeptRuns(fs::path folder, StudyPlan plan, Layout layout, std::size_t policies, std::uint32_t replicates,
                   bool fresh)
    : path_(std::move(folder)),
      plan_(std::move(plan)),
      layout_(std::move(layout)),
      table_(table_of_run(layout_, policies, replicates)) {
  std::error_code ignored;
  if (fs::exists(path_ / "plan.json", ignored)) open(fresh);
}

void KeptRuns::open(bool fresh) {
  folder_.emplace(path_, plan_, fresh);
  writer_.emplace(folder_->write(table_, Shard{}));
  units_.emplace(*folder_, table_);
  say_when_ended(kept_sentence(path_, fresh));
}

std::vector<RunRecord> KeptRuns::read(int replicate, std::uint64_t seed) const {
  const std::optional<Unit> unit = units_->read(0, static_cast<std::size_t>(replicate));
  std::vector<RunRecord> records(table_.policies);
  auto next = unit.value().values.begin();
  for (std::size_t p = 0; p < records.size(); ++p) {
    RunRecord& record = records[p];
    record.policy = static_cast<int>(p);
    record.replicate = replicate;
    record.seed = seed;
    for (const Folder& folder : layout_.folders) {
      std::vector<std::vector<double>>& variables = record.data.emplace_back();
      for (const Variable& variable : folder.variables) {
        const auto end = next + static_cast<std::ptrdiff_t>(size_of(folder, variable));
        variables.emplace_back(next, end);
        next = end;
      }
      if (folder.name == "means") record.averages = variables;
    }
  }
  return records;
}

void KeptRuns::begin(std::size_t replicates) {
  if (is_begun() || refused_) return;
  // The journal is as large as the results are without compression, and must leave room for these.
  std::error_code error;
  const fs::path place = path_.parent_path().empty() ? "." : path_.parent_path();
  const fs::space_info disk = fs::space(place, error);
  refused_ = !error && static_cast<double>(disk.available) <
                           2.2 * static_cast<double>(replicates) * static_cast<double>(bytes_of_replicate());
  if (refused_) {
    note("note: {}: the disk has no room to keep what is done: if this is interrupted, it begins again\n",
         harmless_line(path_.string()));
    return;
  }
  open(false);
}

void KeptRuns::keep(const std::vector<RunRecord>& records) {
  if (!writer_) return;
  Unit unit;
  unit.replicate = static_cast<std::uint32_t>(records.front().replicate);
  unit.status.assign(table_.policies, RunStatus::ok);
  unit.values.reserve(table_.policies * table_.width);
  for (const RunRecord& record : records) {
    if (!record.failure.empty()) return;
    for (const auto& variables : record.data) {
      for (const std::vector<double>& values : variables) {
        unit.values.insert(unit.values.end(), values.begin(), values.end());
      }
    }
  }
  if (unit.values.size() != table_.policies * table_.width) throw Bug("a record is not as its layout says");
  try {
    writer_->append({unit});
  } catch (const MachineError& refusal) {
    refused_ = true;
    writer_.reset();
    note("note: {}; this goes on, and what is done from here on is not kept\n", harmless_line(refusal.what()));
  }
}

void KeptRuns::find_again() {
  if (!writer_) return;
  writer_->sync();
  units_.emplace(*folder_, table_);
}

void KeptRuns::remove() {
  if (!folder_) return;
  writer_.reset();
  units_.reset();
  folder_->remove();
  folder_.reset();
  say_when_ended("");
}

}  // namespace goodhart
