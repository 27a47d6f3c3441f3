# Writes goodhart_build.hpp, which says what was built how, where that differs from what stands there. Run by CMakeLists.txt
# at each build with -Dsource, -Dheader, -Dversion, -Dcompiler, -Dbuild_type and -Dflags.
set(revision unknown)
find_program(git git)
# A copy without a history of its own must not name the revision of a repository it happens to lie in.
if(git AND EXISTS "${source}/.git")
  # Without the optional lock, a build never gets in the way of a git command that runs at the same time.
  set(ENV{GIT_OPTIONAL_LOCKS} 0)
  execute_process(COMMAND "${git}" describe --always --dirty --abbrev=12 WORKING_DIRECTORY "${source}"
    OUTPUT_VARIABLE described RESULT_VARIABLE status ERROR_QUIET OUTPUT_STRIP_TRAILING_WHITESPACE)
  if(status EQUAL 0)
    set(revision "${described}")
  endif()
endif()

# file(CONFIGURE) leaves a file alone that already says the same.
file(CONFIGURE OUTPUT "${header}" @ONLY CONTENT [[
/// What this build is made of; written by src/goodhart_build.cmake.
#pragma once

#include <string_view>

namespace goodhart {

inline constexpr std::string_view kVersion = "@version@";
inline constexpr std::string_view kRevision = "@revision@";
inline constexpr std::string_view kCompiler = "@compiler@";
inline constexpr std::string_view kBuildType = "@build_type@";
inline constexpr std::string_view kFlags = R"(@flags@)";

}  // namespace goodhart
]])
