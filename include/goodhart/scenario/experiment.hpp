/// What is uncertain in a scenario, what leadership may choose in it, and which points of both a study takes.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "goodhart/scenario/distributions.hpp"
#include "goodhart/scenario/fields.hpp"

namespace goodhart {

/// The values that a number of the scenario may take: between two ends, in a list, or as a distribution.
///
/// A distribution is written in place of the ends: {beta: {a: 2, b: 20}}. A range that has a `step`, `points` or
/// `values` is a grid, of which a study takes every value; any other is sampled by the study's design.
struct Range {
  std::optional<double> from, to, step;
  std::optional<int> points;
  std::optional<std::vector<double>> values;
  std::optional<std::string> scale;
  std::optional<Distribution> distribution;
  std::optional<std::string> as;
  std::optional<std::vector<std::string>> also;

  static constexpr const char* kScales[] = {"linear", "log"};

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("from", self.from, About{.help = "the lowest value that is plausible", .finite = true});
    visit("to", self.to, About{.help = "the highest", .finite = true});
    visit("step", self.step,
          About{.help = "a study takes every value in steps of this", .low = 0, .above = true, .finite = true});
    visit("points", self.points,
          About{.help = "a study takes so many values, evenly from one end to the other", .low = 2, .high = 1e6});
    visit("values", self.values, About{.help = "a study takes these values; in place of from and to", .finite = true});
    visit.words("scale", self.scale, kScales,
                About{.help = "what is even between the ends: differences, or ratios", .default_text = "linear"});
    visit("as", self.as, About{.help = "a short name for results and formulas", .default_text = "the path"});
    visit("also", self.also, About{.help = "further paths that always have the same value", .default_text = "none"});
  }

  /// The ends: `from` and `to`, the least and the greatest of `values`, or what 2.5 % and 97.5 % of a distribution lie
  /// below.
  double low() const;
  double high() const;

  /// Does it have a value of its own for each point of a grid?
  bool is_grid() const { return step || points || values; }

  /// The values of a grid, in the order written; empty where it is sampled.
  std::vector<double> grid() const;

  /// The value below which a share u of (0, 1) lies: uniform between the ends (on the scale), a distribution's
  /// quantile, or one of `values`, each as likely as the others.
  double at(double u) const;

  /// What results and formulas call it, where it stands under this path.
  const std::string& name(const std::string& path) const { return as ? *as : path; }

  /// What the fields' own bounds cannot say; empty where all is well.
  std::string fault() const;
};

struct GridDesign {
  static constexpr const char* kName = "grid";
  static constexpr const char* kHelp = "every combination of the values of grids (step, points or values)";
  template <class Self, class Visitor>
  static void fields(Self&, Visitor&) {}
};

struct LatinHypercubeDesign {
  static constexpr const char* kName = "latin_hypercube";
  static constexpr const char* kHelp =
      "each range is cut into as many parts as there are points, and each part is met once (McKay, Beckman & Conover "
      "1979, doi 10.1080/00401706.1979.10489755)";
  int points = 0;
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("points", self.points, About{.help = "how many points", .low = 1, .high = 1e7, .required = true});
  }
};

struct SobolDesign {
  static constexpr const char* kName = "sobol";
  static constexpr const char* kHelp =
      "Sobol' points (Joe & Kuo 2008, doi 10.1137/070709359), scrambled as by Owen (1995): they fill the ranges more "
      "evenly than chance, and more points go on from fewer";
  int points = 0;
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("points", self.points,
          About{.help = "how many points: a power of two", .low = 1, .high = 16777216, .required = true});
  }
};

struct FileDesign {
  static constexpr const char* kName = "file";
  static constexpr const char* kHelp =
      "points from a CSV file, looked for from the scenario's folder: a line of names (`as`, or paths), then a line of "
      "numbers for each point";
  static constexpr bool kShorthand = true;
  std::string name;
  std::optional<std::vector<std::string>> inputs;
  std::optional<std::vector<std::vector<double>>> rows;
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("name", self.name, About{.help = "the file", .required = true});
    visit("inputs", self.inputs, About{.help = "its first line", .default_text = "as the file has it"});
    visit(
        "rows", self.rows,
        About{
            .help = "its other lines, a list of numbers each", .finite = true, .default_text = "as the file has them"});
  }
};

using Design = std::variant<GridDesign, LatinHypercubeDesign, SobolDesign, FileDesign>;

template <>
struct Family<Design> {
  static constexpr const char* noun = "design";
  static constexpr std::array<const char*, 0> later{};
};

struct SobolIndices {
  static constexpr const char* kName = "sobol";
  static constexpr const char* kHelp = "Sobol' indices, first and total, with luck split off";
  int rows = 64;
  int scrambles = 16;
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("rows", self.rows, About{.help = "pairs of points in a scramble: a power of two", .low = 2, .high = 1048576});
    visit("scrambles", self.scrambles,
          About{.help = "how often the design is repeated with other points and luck; intervals go by it",
                .low = 3,
                .high = 1000});
  }
};

struct MorrisScreening {
  static constexpr const char* kName = "morris";
  static constexpr const char* kHelp =
      "elementary effects (Morris 1991, doi 10.1080/00401706.1991.10484804): few runs for many numbers";
  int trajectories = 32;
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("trajectories", self.trajectories,
          About{.help = "how many ways through the ranges, in each of which every number moves once",
                .low = 2,
                .high = 1e6});
  }
};

using Sensitivity = std::variant<SobolIndices, MorrisScreening>;

template <>
struct Family<Sensitivity> {
  static constexpr const char* noun = "sensitivity";
  static constexpr std::array<const char*, 0> later{};
};

/// What counts as a failure in a world.
struct Robustness {
  std::optional<double> regret;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("regret", self.regret,
          About{.help = "an option fails in a world where another option is better by more than this, in units of the "
                        "outcome",
                .low = 0,
                .finite = true,
                .default_text = "it fails where it is worse than the comparison policy"});
  }
};

/// How a search for the best levers goes.
struct Search {
  std::optional<double> tolerance;
  int replicates = 256;
  std::optional<std::vector<std::string>> front;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit(
        "tolerance", self.tolerance,
        About{.help = "the search ends when no candidate left can be better than the best by more than this, in units "
                      "of the outcome",
              .low = 0,
              .finite = true,
              .default_text = "it ends when one candidate is left"});
    visit("replicates", self.replicates,
          About{.help = "how many replicates a candidate gets at most", .low = 8, .high = 65536});
    visit(
        "front", self.front,
        About{
            .help =
                "several outcomes in place of `outcome`, of each of which more is better, as [net_value, -cost]: "
                "the search then looks for every setting that no other beats in all of them; the tolerance has no part "
                "in that",
            .default_text = "none"});
  }
};

/// A number that an organisation knows of itself, and what it is in the model: one of `mean`, `share` and `outcome`.
struct Statistic {
  std::optional<std::string> mean, share, outcome;
  std::optional<std::vector<double>> between;
  std::optional<int> from, to;
  std::optional<double> value;
  std::optional<std::string> file, column;
  double sd = 0, allow = 0;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("mean", self.mean,
          About{.help = "the mean reading of this metric", .names = Names::metric, .default_text = "no mean"});
    visit("share", self.share,
          About{.help = "the share of readings of this metric that lie between two values",
                .names = Names::metric,
                .default_text = "no share"});
    visit("between", self.between,
          About{.help = "of a share: from the first value on, below the second", .default_text = "none"});
    visit("outcome", self.outcome,
          About{.help = "a result by step, as gamers, or a formula of such results", .default_text = "no outcome"});
    visit("from", self.from, About{.help = "the first step that counts", .low = 0, .default_text = "0"});
    visit("to", self.to, About{.help = "the last step that counts", .low = 0, .default_text = "the last of the run"});
    visit("value", self.value,
          About{.help = "what was observed; in place of file", .finite = true, .default_text = "what the file says"});
    visit(
        "file", self.file,
        About{.help = "a table of readings (CSV, as employee,step,value) from which the value is computed, looked for "
                      "from the scenario's folder",
              .default_text = "none"});
    visit("column", self.column, About{.help = "its column with the readings", .default_text = "value"});
    visit("sd", self.sd, About{.help = "standard error of what was observed", .low = 0, .finite = true});
    visit("allow", self.allow,
          About{.help = "standard deviation of what the model leaves out", .low = 0, .finite = true});
  }
};

/// What an organisation knows of itself, and under which policy.
struct Fit {
  std::string policy;
  Named<Statistic> data;
  int points = 1024, particles = 512;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("policy", self.policy,
          About{.help = "the policy under which the data came about", .required = true, .names = Names::policy});
    visit("data", self.data, About{.help = "statistics, by names of your own", .required = true});
    visit("points", self.points,
          About{.help = "points of a wave in which what is implausible is put aside: a power of two",
                .low = 64,
                .high = 65536});
    visit("particles", self.particles,
          About{.help = "particles that the posterior is made of", .low = 64, .high = 65536});
  }
};

/// What is doubtful in the scenario and how far, what can be chosen, and what a study looks at.
struct Experiment {
  std::string outcome = "net_value";
  std::optional<std::vector<std::string>> require;
  Named<Range> vary;    ///< worlds, by path
  Named<Range> levers;  ///< what a policy sets, by path
  std::optional<std::vector<std::string>> where;
  std::optional<Design> design;
  std::optional<std::string> keep;
  std::optional<Sensitivity> sensitivity;
  std::optional<Search> search;
  std::optional<Robustness> robust;
  std::optional<Fit> fit;

  static constexpr const char* kKept[] = {"means", "series"};
  bool keeps_series() const { return keep == "series"; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("outcome", self.outcome,
          About{.help = "what studies look at: a result by step, as net_value, or a formula of such results"});
    visit("require", self.require,
          About{.help = "conditions on the means of results, as gaming_share <= 0.05", .default_text = "none"});
    visit("vary", self.vary,
          About{.help = "numbers that are uncertain, by path, and their ranges: `goodhart compare` tries both ends of "
                        "each and says whether the ranking of policies turns; studies take points between them",
                .names = Names::path,
                .default_text = "none"});
    visit("levers", self.levers,
          About{.help = "numbers of policies that leadership can choose, by path, and their values",
                .names = Names::path,
                .default_text = "none"});
    visit("where", self.where,
          About{.help = "conditions on the numbers that vary, by `as`: other points are left out",
                .default_text = "none"});
    visit("design", self.design,
          About{.help = "how a sweep takes points from ranges that have no grid", .default_text = "grid"});
    visit.words("keep", self.keep, kKept,
                About{.help = "what a sweep keeps of each run: means over time, or these and the values at each step "
                              "that is recorded",
                      .default_text = "means"});
    visit("sensitivity", self.sensitivity,
          About{.help = "how `goodhart sensitivity` takes points", .default_text = "sobol"});
    visit("search", self.search,
          About{.help = "how `goodhart search` looks for the best levers", .default_text = "as its fields say"});
    visit("robust", self.robust,
          About{.help = "what `goodhart robust` counts as a failure in a world", .default_text = "as its field says"});
    visit("fit", self.fit,
          About{.help = "an organisation's own data, from which `goodhart fit` says which numbers in doubt they allow",
                .default_text = "none"});
  }
};

}  // namespace goodhart
