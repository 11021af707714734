#!/usr/bin/env bash
# Builds the fuzz targets and runs all (or those named) for MINUTES each, one after the other on one core:
#     tests/fuzz/campaign.sh MINUTES [TARGET ...]
# Needs clang and its runtime (Debian: clang libclang-rt-14-dev). run_campaign.sh says what comes of it, in build/fuzz/campaign.
set -euo pipefail
cd "$(dirname "$0")/../.."
minutes=${1:?usage: tests/fuzz/campaign.sh MINUTES [TARGET ...]}
shift
if [[ ! -f build/fuzz/build.ninja ]]; then cmake --preset fuzz; fi
cmake --build --preset fuzz
ln -sfn ../../tests/fuzz/seeds build/fuzz/seeds
export FUZZ_HOME=build/fuzz FUZZ_CORPUS=build/fuzz/corpus FUZZ_AT_ONCE=${FUZZ_AT_ONCE:-1}
tests/fuzz/run_campaign.sh "$((minutes * 60))" build/fuzz/campaign "$@"
