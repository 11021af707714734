#!/usr/bin/env bash
# usage: installer/make_flatpak.sh OUT [--build]
# Writes OUT/io.github.reelquery.Reelquery.yml: a Flatpak of OUT/tree, which installer/make_archive.sh has made, and has
# flatpak-builder read it; where appstreamcli can (apt install appstream-compose) what a software centre shows of the tree is
# put together, as flatpak-builder does at the end. --build also builds it (fetches the runtime; a second later it can be installed).
set -euo pipefail
[ $# -ge 1 ] || { sed -n '2,5s/^# //p' "$0" >&2; exit 2; }
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
id=io.github.reelquery.Reelquery
mkdir -p "$1"
out=$(cd "$1" && pwd)
command -v flatpak-builder >/dev/null ||
    { echo "make_flatpak: flatpak-builder is missing (apt install flatpak-builder)" >&2; exit 77; }
install -m 644 "$root/installer/linux/$id.yml" "$out/$id.yml"
cd "$out"
flatpak-builder --show-manifest "$id.yml" >manifest.json
python3 - manifest.json <<'PY'
import json, sys
manifest = json.load(open(sys.argv[1]))
for key in ("id", "runtime", "runtime-version", "sdk", "command", "finish-args", "modules"):
    if not manifest.get(key):
        sys.exit(f"make_flatpak: the manifest has no {key}")
print(f"{manifest['id']}: {manifest['runtime']}//{manifest['runtime-version']}, {len(manifest['modules'])} module")
PY
if [ -d tree ]; then
    for needed in bin/reelquery lib libexec share/applications/$id.desktop; do
        [ -e "tree/$needed" ] || { echo "make_flatpak: $out/tree has no $needed; run installer/make_archive.sh again" >&2; exit 1; }
    done
    if appstreamcli compose --help >/dev/null 2>&1; then
        composed=$(mktemp -d)
        trap 'rm -rf "$composed"' EXIT
        # Screenshots lie on the project's page: what is here says that without them.
        appstreamcli compose --no-net --origin=reelquery --prefix=/ --result-root="$composed" tree >"$composed/log" ||
            { cat "$composed/log" >&2; echo "make_flatpak: a software centre could not show it" >&2; exit 1; }
        find "$composed" -name '*.png' | sort | sed "s|.*/icons/|icon for software centres: |"
    fi
fi
[ "${2:-}" != --build ] || flatpak-builder --user --force-clean --install-deps-from=flathub build "$id.yml"
