# Makes a wheel of the Python package in -Dwork, from -Dextension and the sources: run by CMakeLists.txt beside it.
set(tree "${work}/tree")
set(info "${tree}/goodhart-${version}.dist-info")
file(REMOVE_RECURSE "${work}")
file(MAKE_DIRECTORY "${info}")
file(COPY "${source}/python/goodhart" DESTINATION "${tree}" PATTERN "__pycache__" EXCLUDE)
file(COPY "${source}/scenarios" DESTINATION "${tree}/goodhart")
file(COPY "${extension}" DESTINATION "${tree}/goodhart")
file(COPY "${source}/LICENSE" DESTINATION "${info}")
cmake_path(GET extension FILENAME extension_name)
execute_process(COMMAND strip --strip-unneeded "${tree}/goodhart/${extension_name}" ERROR_QUIET)
execute_process(
  COMMAND "${python}" -c "import sysconfig, sys; v = 'cp%d%d' % sys.version_info[:2]; print(v, v, \
sysconfig.get_platform().replace('-', '_').replace('.', '_'), sep='-')"
  OUTPUT_VARIABLE tag OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
file(WRITE "${info}/WHEEL" "Wheel-Version: 1.0\nGenerator: goodhart\nRoot-Is-Purelib: false\nTag: ${tag}\n")
file(WRITE "${info}/METADATA" "Metadata-Version: 2.1
Name: goodhart
Version: ${version}
Summary: What happens to an organisation when a measure becomes a target
License-File: LICENSE
Requires-Python: >=3.9
Requires-Dist: numpy
Requires-Dist: xarray
")
# The same contents make the same bytes.
set(ENV{SOURCE_DATE_EPOCH} 315532800)
execute_process(COMMAND "${python}" -m wheel pack --dest-dir "${work}" "${tree}" RESULT_VARIABLE status
  OUTPUT_VARIABLE said ERROR_VARIABLE said)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "The wheel could not be made (Debian: python3-wheel):\n${said}")
endif()
file(REMOVE_RECURSE "${tree}")
