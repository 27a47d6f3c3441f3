/// Points, units and their order.
#include "goodhart/study/study.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "conditions.hpp"
#include "goodhart/analysis/latin_hypercube.hpp"
#include "goodhart/scenario/expression.hpp"
#include "goodhart/scenario/read.hpp"
#include "reaches.hpp"

namespace goodhart {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr int kLevels = 4;  ///< of Morris's design

const Experiment& experiment_of(const Scenario& scenario) {
  static const Experiment nothing;
  return scenario.experiment ? *scenario.experiment : nothing;
}

/// What varies, then levers, each in the order written.
std::vector<Varied> inputs_of(const Scenario& scenario, bool levers) {
  const Experiment& experiment = experiment_of(scenario);
  std::vector<Varied> inputs;
  for (const auto& [path, range] : experiment.vary) inputs.push_back({path, range.name(path), range, false});
  if (!levers) return inputs;
  for (const auto& [path, range] : experiment.levers) inputs.push_back({path, range.name(path), range, true});
  return inputs;
}

/// Does a study keep series? Sweeps alone may.
bool keeps_series(const Scenario& scenario, std::optional<Study::Verb> verb) {
  return verb == Study::Verb::sweep && experiment_of(scenario).keeps_series();
}

/// A scenario of which only means over time are kept, or the series beside them.
Scenario bare(Scenario scenario, bool series) {
  scenario.record.employees.reset();
  scenario.record.teams = false;
  if (!series) scenario.record.every = scenario.time.steps;
  return scenario;
}

const FileDesign* file_of(const Experiment& experiment) {
  return experiment.design ? std::get_if<FileDesign>(&*experiment.design) : nullptr;
}

/// How many samples a design takes of the inputs that have no grid.
std::size_t samples_of(const Experiment& experiment) {
  if (!experiment.design) return 1;
  if (const auto* sobol = std::get_if<SobolDesign>(&*experiment.design)) return static_cast<std::size_t>(sobol->points);
  if (const auto* cube = std::get_if<LatinHypercubeDesign>(&*experiment.design))
    return static_cast<std::size_t>(cube->points);
  if (const FileDesign* file = file_of(experiment)) return file->rows ? file->rows->size() : 0;
  return 1;
}

std::size_t size_of(const Folder& folder, const Variable& variable) {
  std::size_t size = 1;
  for (const std::string& axis : variable.axes) {
    for (const Coordinate& coordinate : folder.coordinates) size *= coordinate.name == axis ? coordinate.size() : 1;
  }
  return size;
}

const Folder& folder_of(const Layout& layout, const std::string& name) {
  for (const Folder& folder : layout.folders) {
    if (folder.name == name) return folder;
  }
  throw Bug("study: the layout has no folder '" + name + "'");
}

/// Where the values of each variable begin among those of a run, from `begin` on; at the end where the last one ends.
std::vector<std::size_t> offsets_in(const Folder& folder, std::size_t begin) {
  std::vector<std::size_t> offsets{begin};
  for (const Variable& variable : folder.variables) offsets.push_back(offsets.back() + size_of(folder, variable));
  return offsets;
}

/// The names of results that have one value for a step.
std::vector<std::string> outcomes_of(const Folder& means) {
  std::vector<std::string> names;
  for (const Variable& variable : means.variables) {
    if (variable.axes.empty()) names.push_back(variable.name);
  }
  return names;
}

}  // namespace

bool Unit::operator==(const Unit& other) const {
  return point == other.point && replicate == other.replicate && status == other.status && message == other.message &&
         values.size() == other.values.size() &&
         (values.empty() || std::memcmp(values.data(), other.values.data(), values.size() * sizeof(double)) == 0);
}

Study::Study(Verb verb, const Scenario& scenario)
    : verb_(verb),
      scenario_(bare(scenario, keeps_series(scenario, verb))),
      record_(scenario.record),
      inputs_(inputs_of(scenario, verb == Verb::sweep)) {
  if (const auto found = check_study(scenario, verb); !found.empty()) throw UserError(found);
  document_ = resolved(scenario_);
  std::erase_if(document_.members,
                [](const Member& member) { return member.key == "experiment" || member.key == "lesson"; });
  layout_ = std::make_shared<const Layout>(layout_of(scenario_));
  means_ = &folder_of(*layout_, "means");
  offsets_ = offsets_in(*means_, 0);
  if (keeps_series(scenario_, verb)) {
    series_ = &folder_of(*layout_, "");
    series_offsets_ = offsets_in(*series_, offsets_.back());
  }
  reached_.assign(scenario_.policies.size(), false);
  if (verb == Verb::sweep) {
    lay_out_sweep();
  } else {
    reached_.assign(scenario_.policies.size(), true);
    lay_out_sensitivity();
  }
}

// ---- Sweeps ----

void Study::lay_out_sweep() {
  const Experiment& experiment = experiment_of(scenario_);
  replicates_ = static_cast<std::uint32_t>(scenario_.replicates);
  from_file_ = file_of(experiment) != nullptr;
  hypercube_ = experiment.design && std::holds_alternative<LatinHypercubeDesign>(*experiment.design);
  const std::size_t samples = samples_of(experiment);

  columns_.resize(inputs_.size());
  std::size_t sampled = 0;
  for (std::size_t i = 0; i < inputs_.size(); ++i) {
    const Varied& input = inputs_[i];
    grids_.push_back(from_file_ ? std::vector<double>() : input.range.grid());
    if (from_file_) {
      const FileDesign& file = *file_of(experiment);
      const auto at = std::find(file.inputs->begin(), file.inputs->end(), input.name) - file.inputs->begin();
      for (const auto& row : *file.rows) columns_[i].push_back(row[static_cast<std::size_t>(at)]);
    } else if (!grids_[i].empty()) {
      combinations_ *= grids_[i].size();
    } else if (hypercube_) {
      columns_[i] = latin_hypercube(scenario_.seed, input.path, static_cast<int>(samples));
    }
    if (grids_[i].empty()) ++sampled;
    scramblings_.emplace_back(scenario_.seed, input.path);
  }
  if (sampled > 0 && !from_file_ && !hypercube_) sobol_ = std::make_unique<SobolSequence>(sampled);

  points_ = samples * combinations_;
  if (experiment.where) {
    const Conditions conditions(experiment, inputs_);
    for (std::size_t p = 0; p < points_; ++p) {
      if (conditions.hold(sweep_values(p / combinations_, p % combinations_)))
        kept_.push_back(static_cast<std::uint32_t>(p));
    }
    points_ = kept_.size();
    if (points_ == 0) {
      Diagnostic none_left;
      none_left.path = "experiment.where";
      none_left.message = fmt::format("leaves none of {} points", samples * combinations_);
      throw UserError(std::vector<Diagnostic>(1, none_left));
    }
  }

  for (const Varied& input : inputs_) {
    for (std::size_t p = 0; input.lever && p < reached_.size(); ++p) {
      if (reaches(input, scenario_.policies.entries[p].name)) reached_[p] = true;
    }
  }
  if (experiment.levers.empty() || std::find(reached_.begin(), reached_.end(), false) == reached_.end()) {
    reached_.assign(reached_.size(), true);
    return;
  }
  std::map<std::vector<double>, std::uint32_t> worlds;
  for (std::size_t p = 0; p < points_; ++p) {
    std::vector<double> world = values(p);
    world.resize(experiment.vary.size());  // levers come behind
    base_.push_back(worlds.emplace(std::move(world), static_cast<std::uint32_t>(p)).first->second);
  }
}

std::vector<double> Study::sweep_values(std::size_t sample, std::size_t combination) const {
  std::vector<double> values(inputs_.size());
  std::size_t dimension = 0;
  for (std::size_t i = 0; i < inputs_.size(); ++i) {
    if (!grids_[i].empty()) continue;
    if (from_file_) {
      values[i] = columns_[i][sample];
    } else if (hypercube_) {
      values[i] = inputs_[i].range.at(columns_[i][sample]);
    } else {
      values[i] = inputs_[i].range.at(midpoint(scramblings_[i](sobol_->bits(sample, dimension), 0)));
    }
    ++dimension;
  }
  for (std::size_t i = inputs_.size(); i-- > 0;) {
    if (grids_[i].empty()) continue;
    values[i] = grids_[i][combination % grids_[i].size()];
    combination /= grids_[i].size();
  }
  return values;
}

// ---- Sensitivity ----

void Study::lay_out_sensitivity() {
  const Sensitivity design = experiment_of(scenario_).sensitivity.value_or(SobolIndices{});
  const std::size_t dimensions = inputs_.size();
  for (const Varied& input : inputs_) {
    scramblings_.emplace_back(scenario_.seed, input.path);
    scramblings_.emplace_back(scenario_.seed, "other " + input.path);
  }
  if (const auto* sobol = std::get_if<SobolIndices>(&design)) {
    sobol_ = std::make_unique<SobolSequence>(2 * dimensions);
    const auto rows = static_cast<std::size_t>(sobol->rows) * static_cast<std::size_t>(sobol->scrambles);
    for (int k = 0; k < sobol->scrambles; ++k) {
      dealt_.push_back(dealt_dimensions(scenario_.seed, static_cast<std::uint32_t>(k), 2 * dimensions));
    }
    points_ = rows * (dimensions + 2);
    replicates_ = static_cast<std::uint32_t>(2 * rows);
  } else {
    const auto ways = static_cast<std::size_t>(std::get<MorrisScreening>(design).trajectories);
    points_ = ways * (dimensions + 1);
    replicates_ = static_cast<std::uint32_t>(2 * ways);
  }
}

std::vector<double> Study::shares(std::size_t point) const {
  const std::size_t dimensions = inputs_.size();
  std::vector<double> shares(dimensions);
  if (sobol_) {
    const auto design = experiment_of(scenario_).sensitivity.value_or(SobolIndices{});
    const auto rows = static_cast<std::size_t>(std::get<SobolIndices>(design).rows);
    const std::size_t row = point / (dimensions + 2), which = point % (dimensions + 2);
    for (std::size_t i = 0; i < dimensions; ++i) {
      const bool other = which == 1 || which == i + 2;
      const auto scramble = static_cast<std::uint32_t>(row / rows);
      const std::uint64_t bits = sobol_->bits(row % rows, dealt_[scramble][other ? dimensions + i : i]);
      shares[i] = midpoint(scramblings_[2 * i + (other ? 1 : 0)](bits, scramble));
    }
    return shares;
  }
  // From a random corner of the lower or upper half of each range, each input moves once by half of its range, in a
  // random order.
  const auto way = static_cast<std::uint32_t>(point / (dimensions + 1));
  const std::size_t moved = point % (dimensions + 1);
  std::vector<std::pair<double, std::size_t>> order;
  for (std::size_t i = 0; i < dimensions; ++i) {
    order.emplace_back(Draws(scenario_.seed, Purpose::trajectory, "order " + inputs_[i].path).uniform(way, 0, 0), i);
  }
  std::sort(order.begin(), order.end());
  for (std::size_t k = 0; k < dimensions; ++k) {
    const std::size_t i = order[k].second;
    const double u = Draws(scenario_.seed, Purpose::trajectory, inputs_[i].path).uniform(way, 0, 0);
    int level = static_cast<int>(u * kLevels);
    if (k < moved) level = (level + kLevels / 2) % kLevels;
    shares[i] = (level + 0.5) / kLevels;
  }
  return shares;
}

// ---- Both ----

std::vector<double> Study::values(std::size_t point) const {
  if (point >= points_) throw Bug("study: no such point");
  if (verb_ == Verb::sensitivity) {
    std::vector<double> there = shares(point);
    for (std::size_t i = 0; i < there.size(); ++i) there[i] = inputs_[i].range.at(there[i]);
    return there;
  }
  const std::size_t number = kept_.empty() ? point : kept_[point];
  return sweep_values(number / combinations_, number % combinations_);
}

std::uint32_t Study::replicates_of_point() const {
  return verb_ == Verb::sensitivity ? 2 : replicates_;
}

std::uint32_t Study::first_replicate(std::size_t point) const {
  if (verb_ == Verb::sweep) return 0;
  return static_cast<std::uint32_t>(2 * (point / points_of_row()));
}

std::size_t Study::blocks() const {
  if (verb_ == Verb::sensitivity) return points_;
  return points_ * ((replicates_ + kRound - 1) / kRound);
}

Block Study::block(std::size_t number) const {
  const auto point = static_cast<std::uint32_t>(number % points_);
  if (verb_ == Verb::sensitivity) return {point, first_replicate(point), 2};
  const auto first = static_cast<std::uint32_t>(number / points_) * kRound;
  return {point, first, std::min(kRound, replicates_ - first)};
}

std::size_t Study::base(std::size_t point, std::size_t policy) const {
  return reached_[policy] || base_.empty() ? point : base_[point];
}

std::size_t Study::runs() const {
  std::size_t runs = 0;
  for (std::size_t policy = 0; policy < reached_.size(); ++policy) {
    if (reached_[policy] || base_.empty()) {
      runs += points_;
    } else {
      for (std::size_t p = 0; p < points_; ++p) runs += base_[p] == p ? 1 : 0;
    }
  }
  return runs * replicates_of_point();
}

Study::There Study::at(std::size_t point, const std::vector<VariedValue>& beside) const {
  Node document = document_;
  std::vector<VariedValue> settings = beside;
  const std::vector<double> there = values(point);
  for (std::size_t i = 0; i < inputs_.size(); ++i) settings.push_back({&inputs_[i], there[i]});
  for (const auto& [number, value] : settings) {
    if (const auto trouble = set_number(document, number->path, number->range, value)) {
      return {std::nullopt, number->path + ": " + *trouble};
    }
  }
  CheckedScenario checked = read_scenario(document);
  if (checked.sound()) return {std::move(checked.scenario), ""};
  for (const Diagnostic& finding : checked.diagnostics) {
    if (finding.severity == Diagnostic::Severity::error) return {std::nullopt, finding.path + ": " + finding.message};
  }
  throw Bug("study: a scenario that is not sound, and nobody says why");
}

Study::There Study::recorded_at(std::size_t point) const {
  There there = at(point);
  if (there.scenario) there.scenario->record = record_;
  return there;
}

Arm Study::arm(const Block& block, const std::vector<VariedValue>& beside) const {
  Arm arm;
  There there = at(block.point, beside);
  arm.layout = layout_;
  arm.failure = there.fault;
  if (there.scenario) arm.scenario = std::make_shared<const Scenario>(std::move(*there.scenario));
  for (std::size_t policy = 0; policy < reached_.size(); ++policy) {
    arm.policies.push_back(base(block.point, policy) == block.point);
  }
  arm.first_replicate = static_cast<int>(block.first);
  arm.replicates = static_cast<int>(block.count);
  return arm;
}

std::vector<Unit> Study::units_of(const Block& block, const Arm& arm, const std::vector<RunRecord>& records) const {
  std::vector<Unit> units;
  for (std::uint32_t r = 0; r < block.count; ++r) {
    Unit& unit = units.emplace_back();
    unit.point = block.point;
    unit.replicate = block.first + r;
    unit.message = arm.failure;
    unit.values.assign(reached_.size() * width(), kNaN);
    for (const bool runs : arm.policies) {
      unit.status.push_back(!runs ? RunStatus::not_run : arm.failure.empty() ? RunStatus::ok : RunStatus::failed);
    }
  }
  for (const RunRecord& record : records) {
    Unit& unit = units.at(static_cast<std::size_t>(record.replicate) - block.first);
    const auto policy = static_cast<std::size_t>(record.policy);
    if (!record.failure.empty()) {
      unit.status[policy] = RunStatus::failed;
      if (unit.message.empty()) unit.message = scenario_.policies.entries[policy].name + ": " + record.failure;
      continue;
    }
    double* into = unit.values.data() + policy * width();
    const auto put = [&](const std::vector<std::vector<double>>& variables) {
      for (const std::vector<double>& of_variable : variables) {
        for (const double value : of_variable) *into++ = std::isnan(value) ? kNaN : value;
      }
    };
    put(record.averages);
    if (series_) put(record.data.front());
  }
  return units;
}

// ---- Outcomes ----

struct OutcomeFormula::Formulas {
  Formula formula;
  Formulas(const std::string& text, const std::vector<std::string>& names) : formula(text, names) {}
};

OutcomeFormula::OutcomeFormula(const std::string& text, const Study& study) {
  const std::vector<std::string> names = outcomes_of(study.means());
  formula_ = std::make_shared<Formulas>(text, names);
  for (std::size_t v = 0; v < study.means().variables.size(); ++v) {
    if (study.means().variables[v].axes.empty()) places_.push_back(study.offsets()[v]);
  }
}

double OutcomeFormula::operator()(const double* values) const {
  std::vector<double> named;
  for (const std::size_t place : places_) named.push_back(values[place]);
  return formula_->formula(named);
}

// ---- Checks ----

namespace {

class StudyCheck {
 public:
  StudyCheck(const Scenario& scenario, std::optional<Study::Verb> verb)
      : scenario_(scenario), experiment_(experiment_of(scenario)), verb_(verb) {}

  std::vector<Diagnostic> run() {
    if (!scenario_.experiment && !verb_) return {};
    check_formulas();
    check_inputs();
    if (found_.empty() && verb_ == Study::Verb::sweep) check_points();
    if (found_.empty() && verb_ == Study::Verb::sensitivity && experiment_.vary.empty()) {
      error("experiment", "says of no number that it is uncertain; a sensitivity needs experiment.vary");
    }
    return found_;
  }

 private:
  void error(const std::string& path, const std::string& message) {
    Diagnostic& finding = found_.emplace_back();
    finding.path = path;
    finding.message = message;
  }

  void check_formulas() {
    const Layout layout = layout_of(bare(scenario_, false));
    names_ = outcomes_of(folder_of(layout, "means"));
    for (const char* name : {"point", "policy", "replicate", "status", "luck", "outcome", "meets", "activity", "metric",
                             "incentive", "group"}) {
      taken_.emplace_back(name);
    }
    check_formula("experiment.outcome", experiment_.outcome, "outcome");
    for (std::size_t i = 0; experiment_.require && i < experiment_.require->size(); ++i) {
      check_formula("experiment.require." + std::to_string(i), (*experiment_.require)[i], "condition");
    }
    if (experiment_.search && experiment_.search->front) check_front(*experiment_.search);
    if (experiment_.fit) {
      for (const auto& [name, data] : experiment_.fit->data) {
        if (data.outcome) check_formula("experiment.fit.data." + name + ".outcome", *data.outcome, "outcome");
      }
    }
  }

  void check_front(const Search& search) {
    const std::vector<std::string>& front = *search.front;
    for (std::size_t i = 0; i < front.size(); ++i) {
      const std::string at = "experiment.search.front." + std::to_string(i);
      check_formula(at, front[i], "outcome");
      if (std::find(front.begin(), front.begin() + static_cast<std::ptrdiff_t>(i), front[i]) !=
          front.begin() + static_cast<std::ptrdiff_t>(i)) {
        error(at, "'" + front[i] + "' stands there twice; each outcome counts once");
      }
    }
    if (front.size() < 2) {
      error("experiment.search.front",
            "needs two outcomes or more, as in [net_value, -cost]; a single one is written as experiment.outcome");
    }
  }

  void check_formula(const std::string& path, const std::string& text, const std::string& what) {
    const auto trouble = check_expression(text, names_);
    if (!trouble) return;
    std::string message = "cannot read the " + what + " '" + text + "': ";
    if (trouble->unknown_name.empty()) {
      message += trouble->message;
    } else {
      const auto near = nearest_name(trouble->unknown_name, names_);
      message += "there is no result '" + trouble->unknown_name + "' that has one value for a step; " +
                 (near ? "did you mean '" + *near + "'?" : "there are " + listed(names_, "and"));
    }
    error(path, message);
  }

  void check_inputs() {
    Node document = resolved(scenario_);
    std::erase_if(document.members,
                  [](const Member& member) { return member.key == "experiment" || member.key == "lesson"; });
    const std::map<const Node*, NumberField> fields = number_fields(document);
    for (const Varied& input : inputs_of(scenario_, true)) {
      const std::string path = (input.lever ? "experiment.levers." : "experiment.vary.") + input.path;
      if (std::find(taken_.begin(), taken_.end(), input.name) != taken_.end()) {
        error(path + ".as",
              "'" + input.name + "' has a meaning of its own in the results of studies; choose another name");
      }
      const bool moves_steps = input.path.starts_with("time.") || input.path.starts_with("record.");
      if (moves_steps && keeps_series(scenario_, verb_)) {
        error(path,
              "changes which steps are recorded, and series need the same ones at all points; leave it out, or "
              "keep: means");
      }
      const auto field = fields.find(find_path(document, input.path));
      const bool whole = field != fields.end() && field->second.whole;
      const bool sampled = !input.range.is_grid();
      if (verb_ && whole && sampled && !(input.lever && verb_ == Study::Verb::sensitivity) && !file_of(experiment_)) {
        error(path, "takes whole numbers only; give it values, or a step, so that studies take those alone");
      }
    }
  }

  void check_points() {
    const std::vector<Varied> inputs = inputs_of(scenario_, true);
    if (inputs.empty()) {
      return error("experiment", "a sweep needs experiment.vary or experiment.levers: what takes other values");
    }
    if (const FileDesign* file = file_of(experiment_)) return check_file(*file, inputs);
    const bool samples = experiment_.design && !std::holds_alternative<GridDesign>(*experiment_.design);
    double points = static_cast<double>(samples_of(experiment_));
    std::size_t sampled = 0;
    for (const Varied& input : inputs) {
      const std::string path = (input.lever ? "experiment.levers." : "experiment.vary.") + input.path;
      if (input.range.is_grid()) {
        points *= static_cast<double>(input.range.grid().size());
      } else if (samples) {
        ++sampled;
      } else {
        error(path,
              "says between which ends it lies, and a grid needs points; give it a step, points or values, or the "
              "experiment a design, as in design: {sobol: {points: 64}}");
      }
    }
    if (samples && sampled == 0) {
      error("experiment.design", "has nothing to sample: each number that varies has a grid; leave it out");
    }
    if (points > static_cast<double>(Study::kMostPoints)) {
      error("experiment", fmt::format("has {:.0f} points; a sweep takes at most {}", points, Study::kMostPoints));
    }
  }

  void check_file(const FileDesign& file, const std::vector<Varied>& inputs) {
    if (!file.inputs || !file.rows) {
      return error("experiment.design.file",
                   "has not been read; only a scenario from a file can name a file of points");
    }
    std::vector<std::string> names;
    for (const Varied& input : inputs) names.push_back(input.name);
    for (const std::string& name : *file.inputs) {
      if (std::find(names.begin(), names.end(), name) == names.end()) {
        error("experiment.design.file", file.name + " has a column '" + name +
                                            "', and nothing that varies is called so; "
                                            "there are " +
                                            listed(names, "and"));
      }
    }
    for (const std::string& name : names) {
      const auto times = std::count(file.inputs->begin(), file.inputs->end(), name);
      if (times == 0) error("experiment.design.file", file.name + " has no column '" + name + "', which varies");
      if (times > 1) error("experiment.design.file", file.name + " has two columns '" + name + "'");
    }
    if (file.rows->empty()) error("experiment.design.file", file.name + " has no points");
    for (std::size_t r = 0; r < file.rows->size(); ++r) {
      if ((*file.rows)[r].size() == file.inputs->size()) continue;
      error("experiment.design.file.rows." + std::to_string(r),
            fmt::format("has {} numbers, and there are {} columns", (*file.rows)[r].size(), file.inputs->size()));
    }
  }

  const Scenario& scenario_;
  const Experiment& experiment_;
  std::optional<Study::Verb> verb_;
  std::vector<std::string> names_, taken_;
  std::vector<Diagnostic> found_;
};

}  // namespace

std::vector<Diagnostic> check_study(const Scenario& scenario, std::optional<Study::Verb> verb) {
  return StudyCheck(scenario, verb).run();
}

}  // namespace goodhart
