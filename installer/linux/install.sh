#!/bin/sh
# Runs when the self-extracting archive was unpacked: copies the program and makes it known to the desktop.
#   ./reelquery-VERSION-x86_64.run [-- --prefix FOLDER | --uninstall]
# As root it goes to /opt/reelquery, else to ~/.local/opt/reelquery. What it made outside of that folder is written to
# its file "made", which --uninstall goes by; conversations and settings stay.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
id=io.github.reelquery.Reelquery
if [ "$(id -u)" = 0 ]; then
    prefix=/opt/reelquery bin=/usr/local/bin share=/usr/local/share
else
    prefix=$HOME/.local/opt/reelquery bin=$HOME/.local/bin share=${XDG_DATA_HOME:-$HOME/.local/share}
fi
wants=install
while [ $# -gt 0 ]; do
    case $1 in
        --prefix) [ $# -ge 2 ] || { echo "--prefix: which folder?" >&2; exit 2; }; prefix=$2; shift 2 ;;
        --uninstall) wants=uninstall; shift ;;
        *) sed -n '3,5s/^# *//p' "$0" >&2; exit 2 ;;
    esac
done
case $prefix in /*) ;; *) echo "--prefix: $prefix does not begin with /" >&2; exit 2 ;; esac

uninstall() {
    [ -e "$prefix/made" ] || { echo "reelquery is not in $prefix" >&2; exit 1; }
    while read -r file; do rm -f "$file"; done <"$prefix/made"
    rm -rf "$prefix"
}
if [ $wants = uninstall ]; then
    uninstall
    echo "removed; conversations and settings are still in ${XDG_DATA_HOME:-$HOME/.local/share}/reelquery"
    exit 0
fi

# The libraries inside were built against this one.
libc=$(ldd --version 2>/dev/null | sed -n '1s/.* //p')
case $libc in
    2.*) [ "${libc#2.}" -ge 36 ] || { echo "this system's glibc is $libc; 2.36 or newer is needed" >&2; exit 1; } ;;
    *) echo "no glibc was found here; 2.36 or newer is needed" >&2; exit 1 ;;
esac
missing=$(LD_LIBRARY_PATH='' ldd "$here/libexec/reelquery/reelquery-program" | sed -n 's/^\t*\(.*\) => not found/\1/p' | sort -u | tr '\n' ' ')
[ -z "$missing" ] || {
    echo "these libraries of the system are missing: $missing" >&2
    sound=libasound2  # its name until Debian 12 and Ubuntu 22.04
    ! apt-cache show libasound2t64 >/dev/null 2>&1 || sound=libasound2t64
    echo "(Debian, Ubuntu: libegl1 libgl1 libopengl0 libx11-xcb1 libfontconfig1 $sound libgbm1 libwayland-cursor0 libwayland-egl1)" >&2
    exit 1
}

[ ! -e "$prefix" ] || [ -e "$prefix/made" ] || { echo "$prefix is there already and not reelquery's" >&2; exit 1; }
[ ! -e "$prefix/made" ] || uninstall
mkdir -p "$prefix" "$bin" "$share/applications" "$share/icons/hicolor/scalable/apps" "$share/metainfo"
: >"$prefix/made"
cp -a "$here/." "$prefix/"
rm -f "$prefix/install.sh"
cp "$here/install.sh" "$prefix/uninstall.sh"
made() { echo "$1" >>"$prefix/made"; }
ln -sf "$prefix/bin/reelquery" "$bin/reelquery" && made "$bin/reelquery"
sed "s|^Exec=reelquery|Exec=\"$prefix/bin/reelquery\"|" "$here/share/applications/$id.desktop" \
    >"$share/applications/$id.desktop" && made "$share/applications/$id.desktop"
for file in icons/hicolor/scalable/apps/$id.svg metainfo/$id.metainfo.xml; do
    cp "$here/share/$file" "$share/$file" && made "$share/$file"
done
command -v update-desktop-database >/dev/null && update-desktop-database -q "$share/applications" || true
echo "reelquery is in $prefix; \"$bin/reelquery\" starts it"
case :$PATH: in *:"$bin":*) ;; *) echo "$bin is not on your PATH" ;; esac
echo "to be rid of it: $prefix/uninstall.sh --uninstall"
