/// The list of the program's commands. A new one is declared and named here; its source holds all the rest.
#include "commands.hpp"

namespace goodhart {

Command run_command();
Command compare_command();
Command sweep_command();
Command sensitivity_command();
Command search_command();
Command robust_command();
Command fit_command();
Command detect_command();
Command merge_command();
Command status_command();
Command explain_command();
Command report_command();
Command plot_command();
Command lesson_command();
Command lab_command();
Command reproduce_command();
Command check_command();
Command resolve_command();
Command odd_command();
Command schema_command();
Command list_command();
Command new_command();
Command completion_command();

std::vector<Command> all_commands() {
  return {run_command(),       compare_command(), sweep_command(),     sensitivity_command(), search_command(),
          robust_command(),    fit_command(),     detect_command(),    merge_command(),       status_command(),
          explain_command(),   report_command(),  plot_command(),      lesson_command(),      lab_command(),
          reproduce_command(), check_command(),   resolve_command(),   odd_command(),         schema_command(),
          list_command(),      new_command(),     completion_command()};
}

}  // namespace goodhart
