# Fetches the charting library by npm and joins its files, with their notices, into one script.
#   cmake -Dnpm=NPM -Dsource=FOLDER -Dwork=FOLDER -Doutput=FILE -P fetch_charts.cmake
file(MAKE_DIRECTORY "${work}")
file(COPY "${source}/package.json" "${source}/package-lock.json" "${source}/.npmrc" DESTINATION "${work}")
execute_process(
  COMMAND "${npm}" ci --ignore-scripts --no-audit --no-fund --loglevel=error
  WORKING_DIRECTORY "${work}" RESULT_VARIABLE status OUTPUT_VARIABLE said ERROR_VARIABLE said)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "npm could not fetch the charting library; without a network, configure with -DGOODHART_CHARTS=OFF.\n"
    "${said}")
endif()

# The three, and what is bundled in them under terms that ask for a notice.
set(script "/*\n")
foreach(package vega vega-lite vega-embed vega-tooltip d3-array d3-delaunay d3-scale-chromatic delaunator topojson-client
        fast-json-patch json-stringify-pretty-compact semver)
  file(GLOB licence "${work}/node_modules/${package}/LICENSE*")
  if(licence)
    list(GET licence 0 licence)
    file(READ "${licence}" text)
    string(REPLACE "*/" "* /" text "${text}")
    string(APPEND script "${package}\n\n${text}\n")
  endif()
endforeach()
string(APPEND script "*/\n")
file(WRITE "${output}.part" "${script}")
set(files)
foreach(package vega vega-lite vega-embed)
  set(file "${work}/node_modules/${package}/build/${package}.min.js")
  # As digits: CMake's own text functions would take brackets and semicolons for theirs.
  file(READ "${file}" digits HEX)
  string(FIND "${digits}" "3c2f736372697074" ends_script)
  if(NOT ends_script EQUAL -1)
    message(FATAL_ERROR "${package} holds </script, which would end the page's script")
  endif()
  list(APPEND files "${file}")
endforeach()
execute_process(COMMAND "${CMAKE_COMMAND}" -E cat "${output}.part" ${files} OUTPUT_FILE "${output}.all"
  RESULT_VARIABLE status)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "the parts of the charting library cannot be joined")
endif()
file(REMOVE "${output}.part")
file(RENAME "${output}.all" "${output}")
