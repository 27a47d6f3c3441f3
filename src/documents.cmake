# Makes what an installed program brings along, out of what it says of itself: man pages (by help2man, from the texts of
# --help), and completion for bash, zsh and fish. Run by CMakeLists.txt with -Dprogram, -Dversion, -Dhelp2man, -Dout and
# -Depoch (the date that pages carry, in seconds since 1970).
cmake_minimum_required(VERSION 3.25)
set(ENV{SOURCE_DATE_EPOCH} "${epoch}")
set(ENV{LC_ALL} C.UTF-8)
file(REMOVE_RECURSE "${out}")
file(MAKE_DIRECTORY "${out}/man")

foreach(shell bash zsh fish)
  execute_process(COMMAND "${program}" completion ${shell} OUTPUT_FILE "${out}/completion.${shell}"
    COMMAND_ERROR_IS_FATAL ANY)
endforeach()

# The commands, as the parser has them.
file(WRITE "${out}/nothing" "\n")
execute_process(COMMAND "${program}" completion words INPUT_FILE "${out}/nothing" OUTPUT_VARIABLE commands
  COMMAND_ERROR_IS_FATAL ANY)
file(REMOVE "${out}/nothing")
string(REGEX REPLACE "\n" ";" commands "${commands}")
list(FILTER commands EXCLUDE REGEX "^(-.*)?$")

# page(NAME HELP_OPTION): the page of what `goodhart HELP_OPTION` explains; the first line of that is its purpose.
function(page name help_option)
  separate_arguments(words UNIX_COMMAND "${help_option}")
  execute_process(COMMAND "${program}" ${words} OUTPUT_VARIABLE help COMMAND_ERROR_IS_FATAL ANY)
  string(REGEX REPLACE "\n.*" "" purpose "${help}")
  execute_process(
    COMMAND "${help2man}" --no-info --no-discard-stderr --name "${purpose}" --version-string "${version}"
            --help-option "${help_option}" "${program}"
    OUTPUT_VARIABLE text COMMAND_ERROR_IS_FATAL ANY)
  string(TOUPPER "${name}" title)
  string(REPLACE ".TH GOODHART " ".TH ${title} " text "${text}")
  string(REPLACE "\ngoodhart \\- " "\n${name} \\- " text "${text}")
  file(WRITE "${out}/man/${name}.1" "${text}")
endfunction()

page(goodhart "--help")
foreach(command IN LISTS commands)
  page(goodhart-${command} "${command} --help")
endforeach()

# As Debian's pages lie.
file(GLOB pages "${out}/man/*.1")
execute_process(COMMAND gzip -9nf ${pages} COMMAND_ERROR_IS_FATAL ANY)
