#!/usr/bin/env bash
# first_run.sh PROGRAM VIDEO: the window on VIDEO (or the sample) where there is a display, otherwise
# the sample question on the terminal.
set -euo pipefail

program=$1
video=$2
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
sample=$root/resources/samples/needles-10min.mp4
question="When does the green diamond appear?"

[ -n "$video" ] || video=$sample

if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
    exec "$program" "$video"
fi
if [ "$video" != "$sample" ]; then
    question="What happens in this video?"
fi
printf 'There is no display, so here is an answer on the terminal.\nVideo:    %s\nQuestion: %s\n' "$video" "$question"
exec "$program" ask "$video" "$question" --max-video-tokens 8192
