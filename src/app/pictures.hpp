/// Which signs pictures in the terminal are made of.
#pragma once

#include <string>

#include "command_line.hpp"
#include "goodhart/report/drawings.hpp"

namespace goodhart {

/// The option --pictures, and what follows from it.
struct Pictures {
  std::string wanted = "auto";

  CommandOption option();

  /// auto: none where standard output is no terminal or a dumb one; else blocks where the locale is UTF-8 (the first of
  /// LC_ALL, LC_CTYPE and LANG that is set says so), else ASCII.
  Signs signs() const;
};

}  // namespace goodhart
