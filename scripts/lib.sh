# shellcheck shell=bash
# What the scripts beside it share: installs missing packages, configures and builds. It is sourced, and speaks on stderr.
# shellcheck disable=SC2034  # the lists of packages are for the scripts

root=$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")

program_packages=(g++ cmake ninja-build libboost-dev libcli11-dev libeigen3-dev libfmt-dev libhdf5-dev libmuparser-dev
  libnlopt-cxx-dev libssl-dev libyaml-cpp-dev nlohmann-json3-dev)
# npm may have come with another package of Node.js, beside which Debian's cannot be installed.
command -v npm >/dev/null || program_packages+=(npm)
test_packages=(doctest-dev python3 python3-h5py python3-xarray python3-netcdf4 python3-h5netcdf
  python3-jsonschema python3-yaml netcdf-bin chromium librsvg2-bin)
python_packages=(pybind11-dev python3-dev python3-numpy python3-xarray)
python_test_packages=(python3-pandas python3-matplotlib python3-nbclient python3-nbformat python3-ipykernel python3-wheel mypy
  r-cran-ncdf4)
cluster_packages=(libopenmpi-dev openmpi-bin slurm-wlm munge snakemake)
lab_packages=(emscripten libfast-float-dev dpkg-dev)
command -v node >/dev/null || lab_packages+=(nodejs)
format_packages=(clang-format-14)
catalogue_packages=(python3 python3-numpy python3-xarray python3-netcdf4 python3-yaml)

say() { printf '%s\n' "$*" >&2; }

fail() {
  say "error: $*"
  exit 1
}

# quietly LOG COMMAND...: runs the command without a word; where it fails, shows the end of what it said.
quietly() {
  local log=$1
  shift
  "$@" >"$log" 2>&1 </dev/null && return
  tail -n 100 "$log" >&2
  return 1
}

# say_how_far LOG: until it is killed, says how far the build is that writes to LOG: on a terminal in one line that changes
# each second, elsewhere in a line each half minute.
say_how_far() {
  local log=$1 began=$SECONDS said=$SECONDS finished all seconds left
  # Whoever is interrupted leaves nobody behind who goes on counting.
  while sleep 1 && kill -0 "$$" 2>/dev/null; do
    [[ $(tail -n 20 "$log" | grep -o '^\[[1-9][0-9]*/[0-9]*\]' | tail -n 1) =~ ([0-9]+)/([0-9]+) ]] || continue
    finished=${BASH_REMATCH[1]} all=${BASH_REMATCH[2]}
    seconds=$(((SECONDS - began) * (all - finished) / finished))
    left="less than a minute left"
    if ((seconds >= 90)); then
      left="about $(((seconds + 30) / 60)) minutes left"
    elif ((seconds >= 45)); then
      left="about a minute left"
    fi
    if [[ -t 2 ]]; then
      printf '\r%s of %s, %s\e[K' "$finished" "$all" "$left" >&2
    elif ((SECONDS - said >= 30)); then
      said=$SECONDS
      say "$finished of $all, $left"
    fi
  done
}

# build_in FOLDER LOG TARGET: builds, and says how far it is; where it fails, shows the end of what was said.
build_in() {
  local folder=$1 log=$2 target=$3 counter status=0
  : >"$log"
  # The lock on the build folder is not for who only counts.
  { [[ -z ${descriptor-} ]] || exec {descriptor}>&-; say_how_far "$log"; } &
  counter=$!
  NINJA_STATUS='[%f/%t] ' quietly "$log" cmake --build "$folder" --target "$target" || status=1
  kill "$counter" 2>/dev/null
  wait "$counter" 2>/dev/null || true
  [[ ! -t 2 ]] || printf '\r\e[K' >&2
  return "$status"
}

# one_at_a_time LOCK COMMAND...: runs the command while no other process holds the lock.
one_at_a_time() {
  local lock=$1 descriptor status=0
  shift
  mkdir -p "$(dirname "$lock")"
  exec {descriptor}>"$lock"
  if ! flock --nonblock "$descriptor"; then
    say "Waiting for another script of goodhart, which is installing or building."
    flock "$descriptor"
  fi
  "$@" || status=$?
  exec {descriptor}>&-
  return "$status"
}

# Prints those of the given Debian packages that are not installed.
missing_packages() {
  local installed package
  installed=$(dpkg-query --show --showformat='${db:Status-Status}=${Package}\n' "$@" 2>/dev/null || true)
  for package in "$@"; do
    [[ $'\n'$installed$'\n' == *$'\n'"installed=$package"$'\n'* ]] || echo "$package"
  done
}

# install_packages PACKAGE...: installs what is missing of the Debian packages. Where there is no dpkg, CMake will tell.
install_packages() {
  command -v dpkg-query >/dev/null || return 0
  [[ -z $(missing_packages "$@") ]] || one_at_a_time "$root/build/.packages.lock" install_missing_packages "$@"
}

install_missing_packages() {
  local missing as_root=() log status=0
  mapfile -t missing < <(missing_packages "$@")
  # Whoever held the lock before us may have installed them.
  ((${#missing[@]})) || return 0

  if ((EUID != 0)); then
    command -v sudo >/dev/null || fail "These packages are missing and there is no sudo. Install them as root:" \
      "apt-get install --no-install-recommends ${missing[*]}"
    as_root=(sudo)
  fi
  local install=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends
    -o DPkg::Lock::Timeout=600 "${missing[@]}")
  say "Installing with ${as_root[*]:+${as_root[*]} }apt-get: ${missing[*]}"
  log=$(mktemp)
  # The lists of packages may be old or not there; then, and only then, they are fetched.
  if ! "${install[@]}" >"$log" 2>&1 </dev/null; then
    { quietly "$log" "${as_root[@]}" apt-get update && quietly "$log" "${install[@]}"; } || status=1
  fi
  rm -f "$log"
  ((status == 0)) || fail "The packages could not be installed."
}

# has_line FILE LINE: says whether the file has exactly this line.
has_line() { grep --quiet --line-regexp --fixed-strings -e "$2" "$1"; }

configure_and_build() {
  local preset=$1 tests=$2 target=$3 part=${4:-} folder=$root/build/$1 log=$root/build/$1.log
  local cache=$folder/CMakeCache.txt stamp=$folder/configured fresh=()

  # A build folder that was copied along with its checkout would go on building the original.
  if [[ -f $cache ]] && ! has_line "$cache" "CMAKE_HOME_DIRECTORY:INTERNAL=$root"; then
    fresh=(--fresh)
  fi

  # Configuring takes seconds. CMake notices by itself what changes later, except for the presets and our wish for tests.
  if ((${#fresh[@]})) || [[ ! -f $folder/build.ninja || ! $stamp -nt $root/CMakePresets.json ]] ||
    { [[ $tests == ON ]] && ! has_line "$cache" GOODHART_TESTS:BOOL=ON; } ||
    { [[ -n $part ]] && ! has_line "$cache" "$part:BOOL=ON"; }; then
    say "Building goodhart in build/$preset; the first time takes some minutes."
    quietly "$log" cmake "${fresh[@]}" -S "$root" --preset "$preset" "-DGOODHART_TESTS=$tests" ${part:+"-D$part=ON"} ||
      fail "The build could not be configured. All that was said is in $log."
    touch "$stamp"
  fi

  build_in "$folder" "$log" "$target" ||
    fail "The build failed. All that was said is in $log."
}

# build PRESET TESTS TARGET [PART]: brings a target of build/PRESET up to date; TESTS, ON or OFF, says whether it needs the
# tests, and PART names an option that must be on, as GOODHART_PYTHON_PACKAGE.
build() { one_at_a_time "$root/build/.$1.lock" configure_and_build "$@"; }
