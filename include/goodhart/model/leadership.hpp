/// How leadership acts on what it sees: dashboards, and samples that it pays for. Never on value itself.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "goodhart/core/scratch.hpp"
#include "goodhart/model/kalman.hpp"
#include "goodhart/scenario/leadership.hpp"

namespace goodhart {

/// What leadership sees after a step, and what it can do. The engine fills it in.
class Office {
 public:
  virtual ~Office() = default;

  // What it sees.
  /// How many steps of the phase have passed, the last one included.
  virtual int since() const = 0;
  virtual double dashboard(const std::string& metric) const = 0;
  /// What it asks of a dashboard, in the world at hand: another number where the metric bends otherwise than the
  /// scenario says.
  virtual double level(const std::string& metric, double asked) const {
    (void)metric;
    return asked;
  }
  /// Is lower better on the dashboard of an incentive's metric?
  virtual bool lower(std::size_t incentive) const = 0;
  /// The share of hours that went into gaming: what a tip-off tells of.
  virtual double gaming_share() const = 0;
  /// What activities cost, money per employee.
  virtual double bill() const = 0;
  virtual std::size_t incentive(const std::string& name) const = 0;
  /// The linear incentives of the phase.
  virtual ScratchVector<std::size_t> linear_incentives() const = 0;
  virtual const std::string& metric(std::size_t incentive) const = 0;
  /// Did its window close in this step?
  virtual bool closed(std::size_t incentive) const = 0;
  virtual std::size_t employees() const = 0;
  virtual std::size_t team(std::size_t employee) const = 0;
  /// M of the window that has just closed; NaN for those who were not there.
  virtual double achieved(std::size_t incentive, std::size_t employee) const = 0;
  virtual double target(std::size_t incentive, std::size_t employee) const = 0;
  virtual double stakes(std::size_t incentive) const = 0;
  /// A random sample of employees, for an audit; the same move audits others in every step.
  virtual ScratchVector<std::size_t> inspect(int count, std::size_t move) const = 0;
  /// What an audit tells of an employee: the reading of the step, at the metric's level, and the contribution.
  virtual double reading(const std::string& metric, std::size_t employee) const = 0;
  virtual double contribution(std::size_t employee) const = 0;
  /// What alignment is the correlation of: the individual reading, and the contribution of the step that it reads.
  virtual double own_reading(const std::string& metric, std::size_t employee) const = 0;
  virtual double contribution_read(const std::string& metric, std::size_t employee) const = 0;
  /// What gaming activities make of an employee's individual reading in this step, as an audit finds it.
  virtual double gamed(const std::string& metric, std::size_t employee) const = 0;
  /// What this move has inferred so far.
  virtual Belief& belief(std::size_t move) = 0;
  /// A number in (0, 1) of this move in this step.
  virtual double draw(std::size_t move) const = 0;

  // What it does.
  virtual void set_target(std::size_t incentive, std::size_t employee, double target) = 0;
  virtual void set_stakes(std::size_t incentive, double stakes) = 0;
  virtual void set_rate(std::size_t incentive, double rate) = 0;
  /// Another phase begins in the next step.
  virtual void begin(const std::string& phase) = 0;
};

/// Acts after a step. `move` is the place of the move in its phase's list.
void act(const Move& what, Office& office, std::size_t move);

/// How many employees the move audits in a step, `since` steps into its phase: the organisation pays for them.
int audited(const Move& what, int since);

/// The metrics that the move reads besides those of incentives.
std::vector<std::string> metrics_read(const Move& what);

/// The name of the incentive whose target it moves; empty where it moves none.
std::string moves_target_of(const Move& what);
/// Does it set the rates of the phase's linear incentives?
bool moves_rates(const Move& what);

}  // namespace goodhart
