#!/bin/bash
# Packs what a training machine needs. Usage: pack_piece.sh TARGET WEIGHTS [FILE.npz ...]
# TARGET/piece.tar: the code, the tokenizer and the renderer's inputs; TARGET/start.tar: the weights of the folder
# WEIGHTS (with heads.pt) as start/; TARGET/films.tar: the packed films, needed only when the training ends.
# Unpack them all in one folder.
set -eu
root=$(cd "$(dirname "$0")/../../.." && pwd)
target=$1 weights=$(cd "$2" && pwd); shift 2
mkdir -p "$target"
(cd "$root" && tar cf "$target/piece.tar" resources/demo_model/train/*.py resources/demo_model/train/*.sh \
    resources/demo_model/tokenizer.model tests/longvid_synth/*.py build/demo_assets/assets.npz)
tar cf "$target/start.tar" --transform 's,^,start/,' -C "$weights" heads.pt $(cd "$weights" && ls model*)
for file in "$@"; do
    tar rf "$target/films.tar.new" -C "$(dirname "$file")" "$(basename "$file")"
done
[ $# -eq 0 ] || mv "$target/films.tar.new" "$target/films.tar"
ls -l "$target"
