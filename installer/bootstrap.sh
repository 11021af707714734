#!/usr/bin/env bash
# Sets Reelquery up from a source checkout, then runs or tests it. What is already there is left alone.
set -euo pipefail

usage() {
    cat <<'EOF'
usage: installer/bootstrap.sh run [VIDEO]   set up, build, then open the window (on VIDEO or the sample);
                                            without a display, ask the sample question on the terminal
       installer/bootstrap.sh test          set up, build everything, run all tests
       installer/bootstrap.sh setup         only install what is missing
REELQUERY_DEPS is the folder for libtorch (default: ~/.cache/reelquery/deps, about 1.2 GB; on a machine
with an NVIDIA card CUDA's libraries come too, about 2.5 GB more).
EOF
}

fail() {  # fail WHAT HOW: one line that says what is missing, one that says how to get it
    printf 'bootstrap: %s\n' "$1" >&2
    [ $# -lt 2 ] || printf '           %s\n' "$2" >&2
    exit 1
}

say() { printf '\033[1m== %s\033[0m\n' "$*" >&2; }

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cache=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}
deps=${REELQUERY_DEPS:-$cache/reelquery/deps}
build=$root/build/release

# shellcheck source=installer/packages.sh
. "$root/installer/packages.sh"

check_platform() {
    [ "$(uname -s)-$(uname -m)" = Linux-x86_64 ] ||
        fail "this is $(uname -s) on $(uname -m); only Linux on x86-64 is supported" \
             "on other systems build by hand: README.md lists what is needed"
    command -v apt-get >/dev/null && command -v dpkg-query >/dev/null ||
        fail "apt-get was not found" \
             "install the equivalents of these Debian packages, then configure with cmake: ${apt_packages[*]}"
}

install_packages() {
    local missing=() name
    for name in "${apt_packages[@]}"; do
        dpkg-query -W -f='${db:Status-Status}\n' "$name" 2>/dev/null | grep -qx installed || missing+=("$name")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    say "installing ${#missing[@]} Debian packages: ${missing[*]}"
    local as_root=()
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null ||
            fail "packages are missing and there is no sudo" "as root run: apt-get install ${missing[*]}"
        as_root=(sudo)
    fi
    "${as_root[@]}" apt-get update -q >/dev/null ||
        fail "apt-get update failed" "check the network and /etc/apt/sources.list"
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -q --no-install-recommends "${missing[@]}" >/dev/null ||
        fail "apt-get could not install: ${missing[*]}" "Debian 12 or newer has all of them in 'main'"
}

# install_wheel NAME VERSION SUBTREE...: unpacks those parts of a PyPI wheel below $deps, once.
install_wheel() {
    local name=$1 version=$2 stamp=$deps/.$1-$2
    shift 2
    [ ! -e "$stamp" ] || return 0
    say "fetching $name $version from PyPI into $deps"
    mkdir -p "$deps"
    local work
    work=$(mktemp -d "$deps/.fetch.XXXXXX")
    python3 -m pip download --quiet --no-deps --only-binary=:all: --python-version 3.11 --implementation cp \
        --abi cp311 --abi none --platform manylinux_2_28_x86_64 --platform manylinux_2_27_x86_64 \
        --platform manylinux_2_25_x86_64 --platform manylinux_2_17_x86_64 --platform manylinux2014_x86_64 \
        --platform any -d "$work" "$name==$version" ||
        { rm -rf "$work"; fail "could not fetch $name $version from PyPI" "check the network, then run this again"; }
    python3 "$root/installer/unpack_wheel.py" "$work"/*.whl "$work/tree" "$@" ||
        { rm -rf "$work"; fail "could not unpack $name $version" "free about 2 GB below $deps"; }
    cp -a --remove-destination "$work/tree/." "$deps/"
    rm -rf "$work"
    touch "$stamp"
}

setup() {
    check_platform
    install_packages
    install_wheel torch 2.11.0 torch/lib torch/include
    # libtorch_cpu wants these two at load time even where nothing runs on a GPU.
    install_wheel nvidia-cuda-runtime 13.0.96 nvidia
    install_wheel nvidia-cuda-cupti 13.0.85 nvidia
    setup_gpu
}

# llama.cpp's server, for the tests that ask a program of other people's: one wheel without dependencies
# (34 MB, 107 MB unpacked), held against its hash. Not needed for anything else, so without it they are skipped.
llama_wheel=xllamacpp==2026.10.11549
llama_sha256=c54e7d13520ecc989c63dc99d55de3065e2f343a91f43f053d16b5e62077c261

setup_test_server() {
    local folder=$deps/${llama_wheel/==/-} work
    if [ ! -e "$folder" ]; then
        say "fetching ${llama_wheel/==/ } from PyPI into $deps, for tests"
        mkdir -p "$deps"
        work=$(mktemp -d "$deps/.fetch.XXXXXX")
        echo "$llama_wheel --hash=sha256:$llama_sha256" >"$work/wanted.txt"
        if python3 -m pip download --quiet --no-deps --only-binary=:all: --require-hashes --retries 1 --timeout 10 \
               --python-version 3.11 --implementation cp --abi abi3 --platform manylinux2014_x86_64 \
               -d "$work" -r "$work/wanted.txt" &&
               python3 "$root/installer/unpack_wheel.py" "$work"/*.whl "$work/tree" xllamacpp; then
            mv "$work/tree" "$folder"
        else
            say "it could not be fetched: the tests that need it are skipped"
        fi
        rm -rf "$work"
    fi
    [ ! -e "$folder" ] || export REELQUERY_LLAMA=$folder
}

# The libraries that libtorch's GPU half loads, as torch 2.11.0 names them. Only where a card is; nothing
# on other machines ever needs them.
gpu_wheels=(
    nvidia-cublas==13.1.0.3 nvidia-cudnn-cu13==9.19.0.56 nvidia-cufft==12.0.0.61 nvidia-cufile==1.15.1.6
    nvidia-curand==10.4.0.35 nvidia-cusparse==12.6.3.3 nvidia-cusparselt-cu13==0.8.0 nvidia-nccl-cu13==2.28.9
    nvidia-nvjitlink==13.0.88 nvidia-nvshmem-cu13==3.4.5 nvidia-cuda-nvrtc==13.0.88
)

setup_gpu() {
    [ -e /dev/nvidiactl ] || return 0
    local wheel
    say "an NVIDIA card is here: CUDA's libraries are needed (about 2.5 GB, once)"
    for wheel in "${gpu_wheels[@]}"; do
        install_wheel "${wheel%==*}" "${wheel#*==}" nvidia
    done
    command -v nvcc >/dev/null || [ -x /usr/local/cuda/bin/nvcc ] ||
        say "no nvcc (CUDA toolkit 13.0): Reelquery's own GPU kernels are left out, torch's attention is used"
}

build() {  # build TARGET...
    cd "$root"
    if [ ! -e "$build/build.ninja" ]; then
        say "configuring build/release"
        local log
        log=$(mktemp)
        # Files compiled together: a first build takes half the time; see CONTRIBUTING.md for one to work in.
        # A warning ends the build only with the compiler that CI has: each new one finds others.
        local strict=OFF
        [ "$(c++ -dumpversion 2>/dev/null)" != 12 ] || strict=ON
        cmake --preset release -DTORCH_ROOT="$deps/torch" -DREELQUERY_UNITY=ON -DREELQUERY_WERROR=$strict >"$log" 2>&1 ||
            { cat "$log" >&2; rm -f "$log"
              fail "cmake could not configure the build" "the lines above name what it did not find"; }
        rm -f "$log"
    fi
    say "building (the first time takes several minutes)"
    cmake --build --preset release --target "$@" || fail "the build failed" "the lines above say where"
}

case "${1:-}" in
    run)
        [ $# -le 2 ] || { usage >&2; exit 2; }
        video=${2:-}
        [ -z "$video" ] || [ -e "$video" ] || fail "no such video: $video" "give the path of a video file"
        [ -z "$video" ] || video=$(realpath "$video")
        setup
        build reelquery
        exec "$root/installer/first_run.sh" "$build/bin/reelquery" "$video"
        ;;
    test)
        [ $# -eq 1 ] || { usage >&2; exit 2; }
        setup
        [ -n "${REELQUERY_LLAMA:-}" ] || setup_test_server
        build all
        cd "$root" && ctest --preset release
        ;;
    setup) setup ;;
    -h | --help | help) usage ;;
    *) usage >&2; exit 2 ;;
esac
