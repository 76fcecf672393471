#!/usr/bin/env bash
# The one way in, on a fresh Debian 12 and on a developer's machine:
#   ./do demo [ARGS]   installs what is missing, builds, runs `journey demo`
#   ./do test          what CI runs: format, build, lint, all tests
#   ./do lint [FILES]  clang-tidy over all files, or over those named
#   ./do install       only installs what is missing
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

BUILD_PACKAGES=(
    g++ cmake ninja-build ccache pkg-config
    libboost1.81-dev libboost-json1.81-dev libboost-url1.81-dev libssl-dev libcurl4-openssl-dev libmimalloc-dev libzstd-dev
    libsqlite3-dev libyaml-cpp-dev libfmt-dev libspdlog-dev libcli11-dev libsimdjson-dev
    libxxhash-dev libicu-dev libhowardhinnant-date-dev tao-pegtl-dev catch2 libbenchmark-dev
    tzdata ca-certificates)
TEST_PACKAGES=(
    git sqlite3 clang-format clang-tidy xz-utils curl openssl python3 python3-dkim python3-nacl faketime e2fsprogs)

JOBS="${JOBS:-$(nproc)}"
# clang-tidy over all files takes hours; what changed comes first, then a sample, for so long.
LINT_SECONDS="${LINT_SECONDS:-60}"

say() { printf '\n== %s (%d s)\n' "$*" "$SECONDS"; }
fail() { printf './do: %s\n' "$*" >&2; exit 1; }

as_root() {
    if [[ $(id -u) == 0 ]]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        fail "these packages are missing and there is no sudo; as root, run: $*"
    fi
}

is_installed() { [[ $(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null) == installed ]]; }

install_packages() {
    local missing=() package
    if ! command -v dpkg-query >/dev/null; then
        echo "./do: not a Debian system; these must be there: $*" >&2
        return
    fi
    for package in "$@"; do
        is_installed "$package" || missing+=("$package")
    done
    if ((${#missing[@]} == 0)); then return; fi
    say "install ${missing[*]}"
    as_root apt-get -q -o DPkg::Lock::Timeout=120 update
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=120 \
        install --no-install-recommends "${missing[@]}"
}

install_all() {
    local packages=("${BUILD_PACKAGES[@]}" "${TEST_PACKAGES[@]}")
    # Node may come from elsewhere than Debian, with its own npm; Debian's npm would not fit it.
    command -v node >/dev/null || packages+=(nodejs)
    command -v npm >/dev/null || packages+=(npm)
    install_packages "${packages[@]}"
}

our_files() {
    local folder folders=()
    for folder in engine dsl connectors tests examples; do
        if [[ -d $folder ]]; then folders+=("$folder"); fi
    done
    find "${folders[@]}" -name node_modules -prune -o \( "$@" \) -type f -print | LC_ALL=C sort
}

check_format() {
    say "format"
    our_files -name '*.cc' -o -name '*.h' |
        xargs -r -P "$JOBS" -n 20 clang-format --dry-run -Werror
}

# Files that the last commit or nobody yet committed changed, then all others in an order that
# every commit deals anew: with time, each is looked at.
files_to_lint() {
    local deal changed
    deal=$(git rev-parse HEAD 2>/dev/null || echo none)
    changed=$({
        git diff --name-only HEAD~1 2>/dev/null || true
        git ls-files --others --exclude-standard 2>/dev/null || true
    } | grep -E '^(engine|dsl|connectors)/.*\.cc$' | LC_ALL=C sort -u || true)
    {
        echo "$changed"
        our_files -name '*.cc' | grep -vE '^(tests|examples)/' |
            while read -r file; do
                echo "$(printf '%s%s' "$deal" "$file" | cksum | cut -d' ' -f1) $file"
            done | LC_ALL=C sort -n | cut -d' ' -f2
    } | awk 'NF && !seen[$0]++' | while read -r file; do
        if [[ -f $file ]]; then echo "$file"; fi
    done
}

# One file; a file that no target compiles is none of ours yet.
lint_one() {
    local file=$1 until=$2
    if ((until > 0 && $(date +%s) >= until)); then return 0; fi
    grep -qF "/$file\"" build/lint/compile_commands.json || return 0
    echo "$file" >>build/lint/looked_at
    clang-tidy -p build/lint --quiet "$file" 2>/dev/null || { echo "clang-tidy: $file" && return 1; }
}
export -f lint_one

# clang cannot read GCC's precompiled headers, hence a configuration without. Reads names of files.
run_lint() {
    local seconds=$1 until=0 failed=0
    # What is generated at build time is not there; no file that includes it can be judged here.
    cmake --preset dev -B build/lint -DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON >build/lint.log </dev/null ||
        { cat build/lint.log && return 1; }
    if ((seconds > 0)); then until=$(($(date +%s) + seconds)); fi
    : >build/lint/looked_at
    # shellcheck disable=SC2016  # expanded by the inner bash
    xargs -r -P "$JOBS" -I{} bash -c 'lint_one "$1" "$2"' lint_one {} "$until" || failed=1
    echo "clang-tidy looked at $(wc -l <build/lint/looked_at) files"
    return "$failed"
}

lint() {
    mkdir -p build
    install_all
    say "lint"
    if (($# > 0)); then printf '%s\n' "$@" | run_lint 0; else files_to_lint | run_lint 0; fi
}

# "95% tests passed, 2 tests failed out of 40", the last in the file, as "38 2".
counts_of() {
    sed -nE 's/^[0-9]+% tests passed, ([0-9]+) tests failed out of ([0-9]+)$/\1 \2/p' "$1" |
        tail -n 1 | awk '{print $2 - $1, $1}'
}

run_tests() {
    local problems=() passed=0 failed=0
    install_all
    mkdir -p build
    export CTEST_PARALLEL_LEVEL="$JOBS" CMAKE_BUILD_PARALLEL_LEVEL="$JOBS"

    check_format || problems+=("format: run clang-format -i on the files above")
    say "build, with sanitizers"
    cmake --preset dev
    cmake --build --preset dev -j "$JOBS"
    say "lint, for $LINT_SECONDS s"
    # Not every file has been brought to clang-tidy's liking yet: its words are shown, `./do lint` fails by them.
    files_to_lint | run_lint "$LINT_SECONDS" || echo "clang-tidy has remarks, above"

    say "test, with sanitizers"
    ctest --preset dev 2>&1 | tee build/ctest.log || problems+=("tests")
    read -r passed failed < <(counts_of build/ctest.log) || fail "build/ctest.log tells no result"
    if ((${#problems[@]} > 0)); then printf 'not right: %s\n' "${problems[@]}" >&2; fi
    printf '%d passed, %d failed\n' "$passed" "$failed"
    ((${#problems[@]} == 0))
}

demo() {
    install_packages "${BUILD_PACKAGES[@]}"
    mkdir -p build
    cmake --preset release >build/configure.log 2>&1 || { cat build/configure.log >&2 && exit 1; }
    cmake --build --preset release -j "$JOBS" --target journey
    exec build/release/bin/journey demo "$@"
}

command=${1:-help}
if (($# > 0)); then shift; fi
case "$command" in
    install) install_all ;;
    demo) demo "$@" ;;
    test) run_tests ;;
    lint) lint "$@" ;;
    *) sed -n '2,6s/^# \{0,1\}//p' ./do && [[ $command == help ]] ;;
esac
