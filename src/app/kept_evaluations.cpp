/// Keeping what a long search or fit has evaluated.
#include "kept_evaluations.hpp"

#include "goodhart/core/errors.hpp"
#include "goodhart/report/diagnostics.hpp"
#include "interrupt.hpp"
#include "kept_runs.hpp"
#include "streams.hpp"

namespace goodhart {

namespace fs = std::filesystem;

KeptEvaluations::KeptEvaluations(fs::path folder, StudyPlan plan, std::size_t width, double keep_after, bool fresh)
    : path_(std::move(folder)),
      plan_(std::move(plan)),
      table_(UnitTable::evaluations(width)),
      keep_after_(keep_after),
      fresh_(fresh) {
  std::error_code ignored;
  if (!fs::exists(path_ / "plan.json", ignored)) return;
  open();
  folder_->scan(table_, folder_->journals(), [&](const Unit& unit, std::size_t, std::size_t) {
    const auto [there, is_new] = known_.emplace(std::pair(unit.point, unit.replicate), unit);
    if (!is_new && !(there->second == unit)) {
      throw Bug(path_.string() +
                ": holds an evaluation twice, and its results differ; they must not depend on the process");
    }
  });
}

void KeptEvaluations::say_found(const std::string& what) const {
  if (known_.empty()) return;
  say("{}: going on with {} {} done\n", harmless_line(path_.string()), with_commas(known_.size()), what);
}

void KeptEvaluations::open() {
  folder_.emplace(path_, plan_, fresh_);
  writer_.emplace(folder_->write(table_, Shard{}));
  say_when_ended(kept_sentence(path_, fresh_));
}

const Unit* KeptEvaluations::find(std::uint32_t number, std::uint32_t replicate) const {
  const auto found = known_.find({number, replicate});
  return found == known_.end() ? nullptr : &found->second;
}

void KeptEvaluations::append(const std::vector<Unit>& units) {
  try {
    if (!folder_) open();
    writer_->append(units);
  } catch (const MachineError& refusal) {
    refused_ = true;
    writer_.reset();
    note("note: {}; this goes on, and what is done from here on is not kept\n", harmless_line(refusal.what()));
  }
}

void KeptEvaluations::keep(const Unit& unit) {
  if (refused_) return;
  if (folder_) return append({unit});
  waiting_.push_back(unit);
  const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - began_;
  if (passed.count() < keep_after_) return;
  append(waiting_);
  waiting_.clear();
  waiting_.shrink_to_fit();
}

void KeptEvaluations::remove() {
  waiting_.clear();
  if (!folder_) return;
  writer_.reset();
  folder_->remove();
  folder_.reset();
  say_when_ended("");
}

}  // namespace goodhart
