/// The scenario: everything that decides the outcome, as plain data. Each field is declared here once (see fields.hpp).
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "goodhart/scenario/behaviours.hpp"
#include "goodhart/scenario/experiment.hpp"
#include "goodhart/scenario/leadership.hpp"
#include "goodhart/scenario/lesson.hpp"
#include "goodhart/scenario/networks.hpp"
#include "goodhart/scenario/noise.hpp"
#include "goodhart/scenario/quantity.hpp"
#include "goodhart/scenario/schemes.hpp"

namespace goodhart {

/// A claim that a parameter rests on, and where it is from.
struct Source {
  std::string claim;
  std::string source;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("claim", self.claim, About{.help = "what is claimed", .required = true});
    visit("source", self.source, About{.help = "where it is from", .required = true});
  }
};

/// What reports call a thing of the scenario, and say of it.
struct Called {
  std::string label;
  std::string description;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit(
        "label", self.label,
        About{.help = "what reports call it, in a few words", .default_text = "its name, with spaces for underscores"});
    visit("description", self.description, About{.help = "what it is, in a sentence or two, for reports"});
  }
  /// What reports call it, which has this name.
  std::string shown(const std::string& name) const;
};

struct Time {
  int steps = 52;
  int before = 0;
  std::string unit = "week";
  std::string end = "unknown";

  static constexpr const char* kEnds[] = {"unknown", "known"};

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("steps", self.steps, About{.help = "length of the run, from step 0", .unit = "steps", .low = 1, .high = 1e6});
    visit(
        "before", self.before,
        About{.help =
                  "burn-in: steps before step 0, under no incentives, audits or leadership, the same for all policies",
              .unit = "steps",
              .low = 0,
              .high = 1e6});
    visit("unit", self.unit, About{.help = "what a step is called; only a label"});
    visit.words(
        "end", self.end, kEnds,
        About{.help = "do employees know when the run ends? unknown: they plan as if it went on, and windows that "
                      "are open at its end pay for the steps so far; known: such windows pay nothing, and "
                      "nobody works for them"});
  }
};

struct Group {
  double share = std::numeric_limits<double>::quiet_NaN();  ///< always given
  Named<Quantity> traits;
  std::optional<Behaviour> behaviour;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("share", self.share,
          About{.help = "share of the employees; the shares of all groups sum to 1",
                .low = 0,
                .high = 1,
                .required = true});
    visit("traits", self.traits, About{.help = "traits that this group has its own values of", .finite = true});
    visit("behaviour", self.behaviour,
          About{.help = "how this group chooses efforts", .default_text = "the scenario's behaviour"});
  }
};

struct PopulationSpec {
  int size = 200;
  std::optional<int> team_size;
  Named<Group> groups;
  Named<Quantity> traits;
  Network network;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("size", self.size, About{.help = "number of employees", .low = 1, .high = 1e8});
    visit("team_size", self.team_size,
          About{.help = "employees in a team; the last team may be smaller",
                .low = 1,
                .high = 1e8,
                .default_text = "the size: one team"});
    visit("groups", self.groups,
          About{.help = "kinds of employees (junior, senior, ...), spread at random over the teams"});
    visit("traits", self.traits,
          About{.help = "named numbers of each employee, in order: a trait may be made of those before it",
                .finite = true});
    visit("network", self.network, About{.help = "who sees what whom does"});
  }
  int people_per_team() const { return team_size.value_or(size); }
};

/// How two activities get into each other's way, or help each other along.
struct Interaction {
  std::vector<std::string> between;
  Quantity strain;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("between", self.between, About{.help = "the two activities", .required = true, .names = Names::activity});
    visit("strain", self.strain,
          About{.help = "utility lost for a unit of each; negative where they go well together",
                .unit = "utility",
                .finite = true,
                .required = true});
  }
};

struct Effort {
  Quantity budget = 1.25;
  Quantity norm = 1.0;
  Quantity strain = 4.0;
  Quantity intrinsic = 0.3;
  Quantity risk_aversion = 0.0;
  Quantity solidarity = 0.0;
  double discount = 1;
  double crowding = 0;
  std::optional<Quantity> horizon;
  std::vector<Interaction> interactions;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("budget", self.budget, About{.help = "most time that can be worked in a step", .unit = "steps", .low = 0});
    visit("norm", self.norm,
          About{.help = "hours kept when nothing speaks for more or less", .unit = "steps", .finite = true});
    visit("strain", self.strain,
          About{.help = "how hard hours are to move from the norm: C in C/2 (T - norm)^2",
                .unit = "utility per step squared",
                .low = 0,
                .finite = true});
    visit("intrinsic", self.intrinsic,
          About{.help = "how much an employee cares for a unit of its contribution by itself",
                .unit = "utility per unit of value",
                .finite = true});
    visit("risk_aversion", self.risk_aversion,
          About{.help = "dislike of uncertain pay: half of it times the variance of rewards is felt",
                .low = 0,
                .finite = true});
    visit("solidarity", self.solidarity,
          About{.help =
                    "how much of the team's reward counts as one's own: 0 selfish, 1 the team's interest is one's own",
                .low = 0,
                .finite = true});
    visit("discount", self.discount,
          About{.help = "what a reward a step later is worth now", .low = 0, .high = 1, .above = true});
    visit("crowding", self.crowding,
          About{.help = "how far rewards crowd out intrinsic motivation: w / (1 + crowding x stake)",
                .low = 0,
                .finite = true});
    visit("horizon", self.horizon,
          About{.help = "for how many steps, this one included, employees reckon that what they set up will be of use; "
                        "needed where an activity has a setup that is paid once",
                .unit = "steps",
                .low = 1,
                .finite = true,
                .default_text = "none"});
    visit("interactions", self.interactions, About{.help = "pairs of activities that strain or ease each other"});
  }
};

/// What a unit of an activity brings n steps later: rework, bugs, returns, pulled-forward sales.
struct Later {
  int after = 1;
  Quantity time = 0.0;
  Quantity value = 0.0;
  Quantity foreseen = 0.0;
  Named<Quantity> amounts;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("after", self.after,
          About{.help = "how many steps later", .unit = "steps", .low = 1, .high = 1e6, .required = true});
    visit(
        "time", self.time,
        About{.help = "time it then takes from the same employee", .unit = "steps per unit", .low = 0, .finite = true});
    visit("value", self.value,
          About{.help = "value it then adds, or takes where negative", .unit = "value per unit", .finite = true});
    visit("foreseen", self.foreseen, About{.help = "share of it that employees act on", .low = 0, .high = 1});
    visit.rest("METRIC", self.amounts,
               About{.help = "what it then adds to the reading of that metric",
                     .unit = "units of the metric per unit",
                     .finite = true,
                     .names = Names::metric});
  }
};

/// What one unit of an activity gives the other members of the team: value x - saturation x^2 / 2, shared equally.
struct TeamValue {
  static constexpr bool kShorthand = true;
  Quantity value = 0.0;
  Quantity saturation = 0.0;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("value", self.value,
          About{.help = "value that the first unit gives them; negative is sabotage",
                .unit = "value per unit",
                .finite = true,
                .required = true});
    visit("saturation", self.saturation,
          About{.help = "how much less each further unit gives",
                .unit = "value per unit squared",
                .low = 0,
                .finite = true});
  }
};

/// How one who has no access to an activity can try for it: effort in another activity makes access likelier.
struct Trying {
  std::string by;
  double rate = 0;
  double patience = 0.95;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit(
        "by", self.by,
        About{.help = "the activity in which one tries, such as learning a tool; only those without access gain by it",
              .required = true,
              .names = Names::activity});
    visit("rate", self.rate,
          About{.help = "by how much a unit of it raises the probability of gaining access at the end of the step",
                .unit = "1 / unit",
                .low = 0,
                .above = true,
                .finite = true,
                .required = true});
    visit("patience", self.patience,
          About{.help = "what utility a step later is worth now to one who weighs whether to try",
                .low = 0,
                .high = 0.9999});
  }
};

/// How access to an activity spreads among peers, and is lost (Bass 1969, doi 10.1287/mnsc.15.5.215).
struct Spread {
  double initial = 0;
  double innovation = 0;
  double imitation = 0;
  double abandon = 0;
  std::optional<Trying> trying;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("initial", self.initial,
          About{.help = "share of employees with access at first; probability that a newcomer has it",
                .low = 0,
                .high = 1});
    visit("innovation", self.innovation,
          About{.help = "probability per step of gaining access by oneself", .low = 0, .high = 1});
    visit("imitation", self.imitation,
          About{.help = "probability per step of gaining access where all peers are seen doing it; less as fewer do",
                .low = 0,
                .high = 1});
    visit("abandon", self.abandon,
          About{.help = "probability per step that one who is not seen doing it loses access", .low = 0, .high = 1});
    visit("trying", self.trying,
          About{.help = "how effort of one's own helps to gain access", .default_text = "not at all"});
  }
};

/// What it takes to do an activity at all, however many units: a fixed charge.
struct SetUp {
  Quantity time = 0.0;
  Quantity aversion = 0.0;
  Quantity cost = 0.0;
  std::string paid = "once";

  static constexpr const char* kPaid[] = {"once", "each_step"};

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("time", self.time,
          About{.help = "time it takes; one who has less than this in a step cannot set it up",
                .unit = "steps",
                .low = 0,
                .finite = true});
    visit("aversion", self.aversion,
          About{.help = "what it costs the person besides time", .unit = "utility", .low = 0, .finite = true});
    visit("cost", self.cost,
          About{.help = "what it costs the organisation", .unit = "money", .low = 0, .finite = true});
    visit.words("paid", self.paid, kPaid,
                About{.help = "once: in the step in which an employee sets it up, and never again; each_step: in "
                              "every step in which the activity is done"});
  }
};

struct Activity {
  Quantity value = 0.0;
  Quantity saturation = 0.0;
  std::optional<Quantity> perceived_value;
  Quantity time = 1.0;
  Quantity max = std::numeric_limits<double>::infinity();
  Quantity strain = 0.0;
  Quantity aversion = 0.0;
  double erosion = 0;
  double visible = 0.01;
  Quantity cost = 0.0;
  bool gaming = false;
  TeamValue team_value;
  Quantity team_load = 0.0;
  std::optional<Later> later;
  std::optional<Spread> spread;
  std::optional<SetUp> setup;
  Called called;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("value", self.value,
          About{.help = "value of the first unit; 1 is what a median employee makes in a full step unaided",
                .unit = "value per unit",
                .finite = true});
    visit("saturation", self.saturation,
          About{.help = "how much less each further unit is worth: value x - saturation x^2 / 2",
                .unit = "value per unit squared",
                .low = 0,
                .finite = true});
    visit("perceived_value", self.perceived_value,
          About{.help = "what the employee believes instead of value",
                .unit = "value per unit",
                .finite = true,
                .default_text = "value"});
    visit("time", self.time,
          About{.help = "time that one unit takes", .unit = "steps per unit", .low = 0, .above = true, .finite = true});
    visit("max", self.max, About{.help = "most units in a step", .unit = "units", .low = 0});
    visit("strain", self.strain,
          About{.help = "how the activity tires: strain x^2 / 2",
                .unit = "utility per unit squared",
                .low = 0,
                .finite = true});
    visit("aversion", self.aversion,
          About{.help = "what a unit costs the person besides time: conscience for a trick, hassle for an awkward tool",
                .unit = "utility per unit",
                .finite = true});
    visit("erosion", self.erosion,
          About{.help = "how far aversion falls when all peers are seen doing it", .low = 0, .high = 1});
    visit(
        "visible", self.visible,
        About{.help = "effort from which on others see it", .unit = "steps", .low = 0, .above = true, .finite = true});
    visit("cost", self.cost,
          About{.help = "money that a unit costs the organisation (tokens, licences, compute)",
                .unit = "money per unit",
                .finite = true});
    visit("gaming", self.gaming, About{.help = "counts as gaming, is audited, is closed to the honest"});
    visit("team_value", self.team_value,
          About{.help = "what a unit gives the other members of the team, shared equally; a bare quantity is its value",
                .default_text = "0"});
    visit("team_load", self.team_load,
          About{.help = "time that a unit takes from the other members of the team in the next step, shared equally",
                .unit = "steps per unit",
                .low = 0,
                .finite = true});
    visit("later", self.later, About{.help = "what a unit brings some steps later", .default_text = "nothing"});
    visit("spread", self.spread,
          About{.help = "how access to the activity spreads among peers", .default_text = "open to all"});
    visit("setup", self.setup,
          About{.help = "what it takes to do the activity at all, however many units", .default_text = "nothing"});
    Called::fields(self.called, visit);
  }
};

/// What one unit of an activity adds to a reading: loading x - saturation x^2 / 2. For `value` and `contribution`: the
/// weight.
struct Loading {
  static constexpr bool kShorthand = true;
  Quantity loading = 0.0;
  Quantity saturation = 0.0;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("loading", self.loading,
          About{.help = "reading of the first unit",
                .unit = "units of the metric per unit",
                .finite = true,
                .required = true});
    visit("saturation", self.saturation,
          About{.help = "how much less each further unit reads",
                .unit = "units of the metric per unit squared",
                .low = 0,
                .finite = true});
  }
};

/// What a metric reads: loadings by activity, and the weights of `value` and `contribution`.
struct Measures {
  Named<Loading> loadings;
};

struct DashboardMean {
  static constexpr const char* kName = "mean";
  static constexpr const char* kHelp = "the mean individual reading";
  template <class Self, class Visitor>
  static void fields(Self&, Visitor&) {}
};

struct ShareAbove {
  static constexpr const char* kName = "share_above";
  static constexpr const char* kHelp = "the share of employees whose reading is at or above a level";
  static constexpr bool kShorthand = true;
  double level = 0;
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("level", self.level,
          About{.help = "the level", .unit = "units of the metric", .finite = true, .required = true});
  }
};

using Dashboard = std::variant<DashboardMean, ShareAbove>;

template <>
struct Family<Dashboard> {
  static constexpr const char* noun = "dashboard";
  static constexpr std::array<const char*, 0> later{};
};

struct Metric {
  Measures measures;
  std::optional<std::string> kind;
  Noise noise;
  double common = 0;
  Quantity baseline = 0.0;
  int delay = 0;
  std::string level = "individual";
  std::string better = "higher";
  double cost = 0;
  Dashboard dashboard;
  Called called;

  static constexpr const char* kKinds[] = {"volume", "outcome"};
  static constexpr const char* kLevels[] = {"individual", "team", "organisation"};
  static constexpr const char* kBetter[] = {"higher", "lower"};

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("measures", self.measures,
          About{.help = "what it reads: value, contribution, or a map of activities to loadings", .required = true});
    visit.words("kind", self.kind, kKinds,
                About{.help = "how reports group it",
                      .default_text = "outcome where it reads value or contribution, else volume"});
    visit("noise", self.noise,
          About{.help = "standard deviation of one reading, or {normal, student_t or laplace: ...}"});
    visit("common", self.common,
          About{.help = "share of the noise's variance that all employees share in a step", .low = 0, .high = 1});
    visit("baseline", self.baseline,
          About{.help = "reading without any effort", .unit = "units of the metric", .finite = true});
    visit("delay", self.delay,
          About{.help = "how many steps later efforts are read", .unit = "steps", .low = 0, .high = 1e6});
    visit.words("level", self.level, kLevels,
                About{.help = "whose reading counts: one's own, or the mean of the team or of all"});
    visit.words("better", self.better, kBetter,
                About{.help = "which way is up: a quota on a lower-is-better metric is met at or below its target"});
    visit("cost", self.cost,
          About{.help = "cost of measuring, charged while an incentive reads the metric",
                .unit = "money per employee and step",
                .finite = true});
    visit("dashboard", self.dashboard, About{.help = "what leadership sees of it"});
    Called::fields(self.called, visit);
  }
};

/// Audits that look where readings are suspicious.
struct Suspicion {
  std::string metric;
  std::string against = "others";
  std::optional<double> memory, above, top;
  double rate = 1;

  static constexpr const char* kAgainst[] = {"others", "past"};

  /// What the bounds of single fields cannot say: the field and a sentence, both empty where all is well.
  std::pair<std::string, std::string> fault() const {
    if (above.has_value() == top.has_value())
      return {"", "must have one of above and top: which readings are suspicious"};
    if (against == "past" && !memory)
      return {"memory", "is missing; it is needed for against: past: how many steps one's own past reaches back"};
    if (against != "past" && memory) return {"memory", "is for against: past alone; others are those of the last step"};
    return {};
  }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("metric", self.metric,
          About{.help = "the metric whose readings are looked at", .required = true, .names = Names::metric});
    visit.words("against", self.against, kAgainst,
                About{.help = "what a reading is held against: others: what everybody read in the last step; past: "
                              "the employee's own past, and how far readings of others strayed from theirs"});
    visit("memory", self.memory,
          About{.help = "how many steps one's own past reaches back: each step, a reading counts 1/memory less",
                .unit = "steps",
                .low = 1,
                .finite = true,
                .default_text = "none"});
    visit("above", self.above,
          About{.help = "so many standard deviations above what it is held against, a reading is suspicious",
                .finite = true,
                .default_text = "not asked"});
    visit("top", self.top,
          About{.help = "the share of employees whose readings are suspicious: the highest of the step",
                .low = 0,
                .high = 1,
                .above = true,
                .default_text = "not asked"});
    visit("rate", self.rate,
          About{.help = "probability that one whose reading is suspicious is audited, in place of the rate of others",
                .low = 0,
                .high = 1});
  }
};

struct Audits {
  Quantity rate;
  double penalty = 0;
  double fine = 0;
  double cost = 0;
  double dismiss = 0;
  std::optional<Suspicion> suspicion;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("rate", self.rate,
          About{.help = "probability that an employee is audited in a step", .low = 0, .high = 1, .required = true});
    visit("penalty", self.penalty,
          About{.help = "what one who is caught pays for a unit of gaming",
                .unit = "pay per unit",
                .low = 0,
                .finite = true});
    visit("fine", self.fine,
          About{.help = "what one who is caught pays, however much it gamed", .unit = "pay", .low = 0, .finite = true});
    visit("cost", self.cost, About{.help = "what an audit costs the organisation", .unit = "money", .finite = true});
    visit("dismiss", self.dismiss,
          About{.help = "probability that one who is caught is dismissed and replaced", .low = 0, .high = 1});
    visit("suspicion", self.suspicion,
          About{.help = "readings that are audited more often", .default_text = "whom audits hit is chance"});
  }
};

/// Coefficients that a policy or phase changes: paths and their new values, and what the setting then is.
struct Override {
  struct Entry {
    std::string path;
    Place place;
    Node value;
  };
  std::vector<Entry> entries;
};

struct Setting;

/// A stretch of time under the same incentives, audits and leadership.
struct Phase {
  std::string name;
  std::optional<int> from;
  std::vector<Scheme> incentives;
  std::optional<Audits> audits;
  std::vector<Move> leadership;
  Override override;
  /// The setting with the overrides in force; null where there are none.
  std::shared_ptr<const Setting> setting;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("name", self.name, About{.help = "what the phase is called", .required = true});
    visit("from", self.from,
          About{.help = "the step it starts at; the first starts at 0",
                .unit = "steps",
                .low = 0,
                .default_text = "only when leadership revises the policy"});
    content(self, visit);
  }
  /// What a policy without phases has too.
  template <class Self, class Visitor>
  static void content(Self& self, Visitor& visit) {
    visit("incentives", self.incentives, About{.help = "what is rewarded, and how"});
    visit("audits", self.audits, About{.help = "looking for gaming at random", .default_text = "none"});
    visit("leadership", self.leadership,
          About{.help = "how targets, stakes and rates move, and what makes the policy change"});
    visit("override", self.override, About{.help = "coefficients that this changes: a map of PATH: value"});
  }
  /// Does a tournament dismiss those who come last?
  bool dismisses() const;
};

/// Written as a list of incentives, as one phase's content, or as a list of phases.
struct Policy {
  std::vector<Phase> phases;  ///< at least one; those with `from` by rising `from`
  bool phased = false;        ///< written with phases, so that their names show
  Called called;
  std::string role = "option";
  /// What leadership has chosen, where it commits: no field, but what `committed` (engine/experiment.hpp) finds.
  std::optional<Commitment> committed;

  static constexpr const char* kRoles[] = {"option", "reference"};

  /// What a policy says of itself, beside its content or its phases.
  template <class Self, class Visitor>
  static void about(Self& self, Visitor& visit) {
    Called::fields(self.called, visit);
    visit.words(
        "role", self.role, kRoles,
        About{.help = "an option that leadership can choose, or a reference to compare with, such as people who do "
                      "not respond: a reference is never ranked nor recommended"});
  }
  bool is_option() const { return role == "option"; }

  /// How many steps phase p lasts at most in a run of `steps`; the whole run where it begins only on revision.
  int longest(std::size_t p, int steps) const;
  /// Does a tournament of any phase dismiss those who come last?
  bool dismisses() const;
  /// The incentives of all phases with their full names below the policy's: "name" or "phase/name".
  std::vector<std::string> incentive_names() const;
};

/// What an incentive is called within its list: its own name or its scheme's, with _2, _3 ... where that recurs.
std::vector<std::string> incentive_names(const std::vector<Scheme>& incentives);

/// Newcomers resemble the best of those who are there (Smaldino & McElreath 2016, doi 10.1098/rsos.160384).
struct CopyHiring {
  double top = 0.1;
  double mutate = 0;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("top", self.top,
          About{.help = "share of employees, best by the dismissing tournament, that newcomers are copied from",
                .low = 0,
                .high = 1,
                .above = true,
                .required = true});
    visit("mutate", self.mutate,
          About{.help = "how far copied traits stray, in standard deviations of the trait among the founders",
                .low = 0,
                .finite = true});
  }
};

struct Hiring {
  int applicants = 1;
  std::string signal;
  double validity = 0;
  std::optional<CopyHiring> copy;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("applicants", self.applicants,
          About{.help = "how many apply for a place; the one with the best signal is hired", .low = 1, .high = 1000});
    visit("signal", self.signal, About{.help = "the trait that the signal tells of", .names = Names::trait});
    visit("validity", self.validity, About{.help = "correlation of the signal with the trait", .low = 0, .high = 1});
    visit("copy", self.copy,
          About{.help = "newcomers are copied from the best instead",
                .default_text = "newcomers are drawn like founders"});
  }
};

/// What employees could have elsewhere, and how they leave for it. At a look, the mean utility u of the steps since the
/// last one is compared: P(leaves) = chance / (1 + exp((u - utility) / scale)), or, at scale 0, chance where u <
/// utility.
struct Outside {
  Quantity utility = 0.0;
  double scale = 0;
  double chance = 1;
  int every = 1;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("utility", self.utility,
          About{.help = "what an employee would have elsewhere, besides the pay that it has here too",
                .unit = "utility per step",
                .finite = true,
                .required = true});
    visit("scale", self.scale,
          About{.help = "how blunt the comparison is: one who is better off here by the scale leaves with 0.27 of "
                        "the chance, one who is worse off by it with 0.73; 0: all who are worse off, and nobody else",
                .unit = "utility per step",
                .low = 0,
                .finite = true});
    visit("chance", self.chance,
          About{.help = "probability that one who is far worse off here leaves at a look", .low = 0, .high = 1});
    visit("every", self.every,
          About{.help = "employees compare every so many steps: the mean of what they had since they last did, or "
                        "since they came",
                .unit = "steps",
                .low = 1,
                .high = 1e6});
  }
};

/// Who leaves and who comes.
struct Workforce {
  Quantity attrition = 0.0;
  std::optional<Outside> outside;
  Hiring hiring;
  double cost = 0;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("attrition", self.attrition,
          About{.help = "probability per step that an employee leaves by itself", .low = 0, .high = 1});
    visit("outside", self.outside,
          About{.help = "employees also leave by comparing their utility with what they would have elsewhere",
                .default_text = "they do not compare"});
    visit("hiring", self.hiring, About{.help = "who is hired in place of a leaver"});
    visit("cost", self.cost, About{.help = "what a hire costs the organisation", .unit = "money", .finite = true});
  }
};

/// A trait that grows, or wears down, with use: trait += rate x units x max(0, ceiling - trait).
struct TraitLearning {
  std::string trait;
  std::string by;
  double rate = 0;
  std::optional<Quantity> ceiling, floor;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("trait", self.trait, About{.help = "the trait that changes", .required = true, .names = Names::trait});
    visit("by", self.by, About{.help = "the activity that changes it", .required = true, .names = Names::activity});
    visit("rate", self.rate,
          About{.help = "share of the way to the ceiling that a unit of the activity makes; negative: to the floor",
                .unit = "1 / unit",
                .finite = true,
                .required = true});
    visit("ceiling", self.ceiling,
          About{.help = "what it grows towards, for a positive rate", .finite = true, .default_text = "none"});
    visit("floor", self.floor,
          About{.help = "what it wears down to, for a negative rate", .finite = true, .default_text = "none"});
  }
};

/// A stock that the activities of a team or of all fill and drain, and that all its members see as a trait:
/// level <- max(0, (1 - decay) level + mean over the members of sum_k adds_k x_k).
struct Stock {
  std::string trait;
  std::string of = "organisation";
  double decay = 0;
  Named<Quantity> adds;

  static constexpr const char* kScopes[] = {"organisation", "team"};

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("trait", self.trait,
          About{.help = "the trait that holds the level, the same for all members; its number is the level at first",
                .required = true,
                .names = Names::trait});
    visit.words("of", self.of, kScopes, About{.help = "whose stock it is: that of all, or each team's own"});
    visit("decay", self.decay, About{.help = "share of the level that is gone after a step", .low = 0, .high = 1});
    visit("adds", self.adds,
          About{.help = "what a unit of each activity adds to the level, shared among the members; negative: takes "
                        "from it, down to 0; those not named add nothing",
                .unit = "units of the level per unit",
                .finite = true,
                .required = true,
                .names = Names::activity});
  }
};

struct Organisation {
  double value_price = 1;
  double pay = 1;
  std::string currency = "money";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("value_price", self.value_price,
          About{.help = "what a unit of value is worth", .unit = "money per unit of value", .low = 0, .finite = true});
    visit("pay", self.pay,
          About{.help = "one step's pay: what a unit of utility is worth",
                .unit = "money per unit of utility",
                .low = 0,
                .finite = true});
    visit("currency", self.currency, About{.help = "what money is counted in, as USD; only a label"});
  }
};

struct RecordEmployees {
  int every = 1;
  int sample = 1000;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("every", self.every,
          About{.help = "record them every so many steps", .unit = "steps", .low = 1, .high = 1e6});
    visit("sample", self.sample,
          About{.help = "how many employees, drawn at random once for all runs", .low = 1, .high = 1e8});
  }
};

struct Record {
  int every = 1;
  bool groups = true;
  bool teams = false;
  std::optional<RecordEmployees> employees;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("every", self.every,
          About{.help = "record every so many steps, and the last", .unit = "steps", .low = 1, .high = 1e6});
    visit("groups", self.groups, About{.help = "means of each group"});
    visit("teams", self.teams, About{.help = "means of each team"});
    visit("employees", self.employees, About{.help = "single employees", .default_text = "none"});
  }
};

/// All that an override may change: the scenario without its policies, clock and book-keeping.
struct Setting {
  PopulationSpec population;
  Effort effort;
  Named<Activity> activities;
  Named<Metric> metrics;
  Behaviour behaviour;
  Workforce workforce;
  std::vector<TraitLearning> learning;
  std::vector<Stock> stocks;
  Organisation organisation;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("population", self.population, About{.help = "who works here"});
    visit("effort", self.effort, About{.help = "what working costs and what drives it"});
    visit("activities", self.activities, About{.help = "what effort goes into", .required = true});
    visit("metrics", self.metrics, About{.help = "what is read of it", .required = true});
    visit("behaviour", self.behaviour, About{.help = "how employees choose efforts"});
    visit("workforce", self.workforce, About{.help = "who leaves, who is hired"});
    visit("learning", self.learning, About{.help = "traits that grow or wear down with use"});
    visit("stocks", self.stocks, About{.help = "what activities pile up or draw on together"});
    visit("organisation", self.organisation, About{.help = "what value and effort are worth in money"});
  }
};

struct Scenario {
  int format = 1;
  std::string title;
  std::string description;
  std::string author, date;
  std::vector<Source> sources;
  Time time;
  std::uint64_t seed = 1;
  int replicates = 16;
  std::optional<std::string> compare_with;
  Setting setting;
  Named<Policy> policies;
  Record record;
  std::optional<Experiment> experiment;
  std::optional<Lesson> lesson;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("goodhart", self.format, About{.help = "version of the format, 1", .low = 1, .high = 1, .required = true});
    visit("title", self.title, About{.help = "one line, shown in reports", .required = true});
    visit("description", self.description, About{.help = "what the scenario shows"});
    visit("author", self.author, About{.help = "who answers for the scenario; shown on pages"});
    visit("date", self.date, About{.help = "when it was written, as 2026-11-30; shown on pages, and only a label"});
    visit("sources", self.sources, About{.help = "what parameters rest on"});
    visit("time", self.time, About{.help = "how long"});
    visit("seed", self.seed, About{.help = "where all chance comes from: another seed, other luck"});
    visit("replicates", self.replicates,
          About{.help = "how often the whole is repeated with other luck", .low = 1, .high = 1e7});
    visit("compare_with", self.compare_with,
          About{.help = "the policy that differences are taken against",
                .names = Names::policy,
                .default_text = "the first policy"});
    Setting::fields(self.setting, visit);
    visit("policies", self.policies,
          About{.help =
                    "what is compared: lists of incentives, or {incentives, audits, leadership, override}, or {phases}",
                .required = true});
    visit("record", self.record, About{.help = "what the results file holds besides the means"});
    visit("experiment", self.experiment,
          About{.help = "which numbers are uncertain or can be chosen, and what studies make of them",
                .default_text = "none is said to be"});
    visit(
        "lesson", self.lesson,
        About{.help = "questions to answer before the run: `goodhart lesson` asks them", .default_text = "no lesson"});
  }
  /// The index of the policy that differences are taken against.
  int comparison() const { return compare_with ? policies.index(*compare_with) : 0; }
};

/// Has any activity a setup?
bool has_setups(const Setting& setting);

/// Does leadership infer what is gamed under any policy?
bool infers(const Scenario& scenario);

/// The levers that leadership commits to under all policies, by path or by what they are called (`as`).
std::vector<std::string> committed_levers(const Scenario& scenario);

}  // namespace goodhart
