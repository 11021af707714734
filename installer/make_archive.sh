#!/usr/bin/env bash
# usage: installer/make_archive.sh BUILD OUT
# Makes OUT/reelquery-VERSION-x86_64.run of a finished build: a self-extracting archive for distributions that are not
# Debian. It holds the program with the libraries it was built with, but for those that belong to a system: libc,
# libstdc++, OpenGL, X11 and Wayland's own, fontconfig. OUT/tree is what it unpacks; the Flatpak is made of the same.
# Needs makeself, patchelf and what the build needed. REELQUERY_COMPRESS: gzip or xz; REELQUERY_LEVEL: 1 to 9.
set -euo pipefail
[ $# -eq 2 ] || { sed -n '2,6s/^# //p' "$0" >&2; exit 2; }
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=$(cd "$1" && pwd)
mkdir -p "$2"
out=$(cd "$2" && pwd)
for tool in makeself patchelf; do
    command -v $tool >/dev/null || { echo "make_archive: $tool is missing (apt install $tool)" >&2; exit 1; }
done
[ -x "$build/bin/reelquery" ] || { echo "make_archive: no program in $build/bin; build it first" >&2; exit 1; }

version=$(sed -n 's/^project(reelquery VERSION \([0-9.]*\).*/\1/p' "$root/CMakeLists.txt")
tree=$out/tree
rm -rf "$tree"
for component in program torch; do
    cmake --install "$build" --prefix "$tree" --component $component --strip >/dev/null
done
libraries=$(dirname "$(find "$tree/lib" -name libtorch_cpu.so)")
program=$tree/libexec/reelquery/reelquery-program

# What every desktop has and must be its own: drivers are loaded into it, or files of the system are read by it.
of_the_system='^(ld-linux-x86-64|libc|libm|libdl|libpthread|librt|libresolv|libutil|libnss_.*|libstdc\+\+|libgcc_s'
of_the_system+='|libGL|libGLX|libGLdispatch|libOpenGL|libEGL|libdrm|libgbm|libX11|libX11-xcb|libxcb|libwayland-client'
of_the_system+='|libwayland-egl|libwayland-cursor|libfontconfig|libfreetype|libasound)\.so'

take() {  # take FILE...: what these load, not yet taken
    local name path
    ldd "$@" 2>/dev/null | sed -n 's/^\t\(\S*\) => \(\/\S*\) .*/\1 \2/p' | sort -u | while read -r name path; do
        [[ $name =~ $of_the_system ]] || [ -e "$libraries/$name" ] || install -m 644 "$path" "$libraries/$name"
    done
}
take "$program"
# What Qt loads while it runs, and no linker sees.
plugins=$(qtpaths6 --plugin-dir 2>/dev/null || qmake6 -query QT_INSTALL_PLUGINS)
for plugin in platforms/libqxcb platforms/libqoffscreen platforms/libqwayland-generic platforms/libqwayland-egl \
    xcbglintegrations/libqxcb-glx-integration xcbglintegrations/libqxcb-egl-integration \
    wayland-shell-integration/libxdg-shell wayland-graphics-integration-client/libqt-plugin-wayland-egl \
    wayland-decoration-client/libbradient platformthemes/libqxdgdesktopportal platforminputcontexts/libibusplatforminputcontextplugin \
    sqldrivers/libqsqlite imageformats/libqsvg imageformats/libqjpeg iconengines/libqsvgicon; do
    [ -e "$plugins/$plugin.so" ] || { echo "make_archive: no Qt plugin $plugin here; left out" >&2; continue; }
    install -D -m 644 "$plugins/$plugin.so" "$libraries/qt/plugins/$plugin.so"
    take "$plugins/$plugin.so"
done
translations=$(qtpaths6 --query QT_INSTALL_TRANSLATIONS 2>/dev/null || qmake6 -query QT_INSTALL_TRANSLATIONS)
for file in "$translations"/qtbase_??.qm; do
    [ ! -e "$file" ] || install -D -m 644 "$file" "$libraries/qt/translations/$(basename "$file")"
done
printf '[Paths]\nPrefix = %s\nPlugins = plugins\nTranslations = translations\n' \
    "../../${libraries#"$tree/"}/qt" >"$tree/libexec/reelquery/qt.conf"

# Every library finds the others beside itself; libtorch's stays as it came.
find "$libraries" -maxdepth 1 -name '*.so*' ! -name 'libtorch*' ! -name 'libc10*' ! -name 'libreelquery*' \
    -exec patchelf --set-rpath '$ORIGIN' {} +
find "$libraries/qt/plugins" -name '*.so' -exec patchelf --set-rpath '$ORIGIN/../../..' {} +
find "$libraries" -name '*.so*' -exec strip --strip-unneeded {} + 2>/dev/null || true
# Whose they are and under which licences: Debian's own words.
mkdir -p "$tree/share/doc/reelquery/libraries"
find "$libraries" -maxdepth 1 -name '*.so*' -printf '%f\n' | sort | while read -r name; do
    package=$(dpkg-query -S "*/$name" 2>/dev/null | head -n 1 | cut -d: -f1 || true)
    [ -z "$package" ] || [ ! -e "/usr/share/doc/$package/copyright" ] ||
        install -m 644 "/usr/share/doc/$package/copyright" "$tree/share/doc/reelquery/libraries/$package"
done
install -m 755 "$root/installer/linux/install.sh" "$tree/install.sh"
echo "$version" >"$tree/VERSION"
find "$tree" -exec touch --no-dereference --date="@${SOURCE_DATE_EPOCH:-$(date +%s)}" {} +

run=$out/reelquery-$version-x86_64.run
makeself "--${REELQUERY_COMPRESS:-xz}" --complevel "${REELQUERY_LEVEL:-6}" --quiet --nomd5 --sha256 --packaging-date "$(date -u --date="@${SOURCE_DATE_EPOCH:-$(date +%s)}")" \
    --tar-extra "--sort=name --owner=0 --group=0 --numeric-owner" \
    "$tree" "$run" "Reelquery $version" ./install.sh
du -sh "$tree" "$run"
