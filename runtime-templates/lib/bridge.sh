# shellcheck shell=sh
# bridge.sh: parts whose recipe cfgc does not know, built by the real recipe under the real zc.buildout.
#
# The box is $LIB/bridge: a virtualenv with zc.buildout, the recipes and what their parts need, all from the lock. buildout
# is given the part's options as they were resolved, the folders of the release, and a folder with the locked wheels in
# place of an index. What the recipe writes lies in the release, and its manifest lists it with all else.

# bridge_build: every bridged part, in order. Returns 0, also where there is none; 1 with the recipe's last words.
bridge_build() (
    parts=$(each_bridge bridge_name) || exit 1
    [ -n "$parts" ] || exit 0
    environment_install "$LIB/bridge/venv" @bridge || exit $?
    bridge_wheels || exit $?
    each_bridge bridge_part
)

bridge_name() {
    printf '%s\n' "$1"
}

# bridge_wheels: the files of the lock, for buildout to link to.
bridge_wheels() (
    wheels=$STATE/bridge/wheels
    must rm -rf "$STATE/bridge"
    must mkdir -p "$wheels" "$STATE/bridge/no-index"
    must cd "$STATE/bridge"
    environment_requirements @bridge >requirements.txt || die "no requirements for bridged parts"
    runner=$(environment_pip) || exit 1
    set -- --require-hashes --no-deps --only-binary :all:
    [ -z "${WHEELHOUSE:-}" ] || set -- "$@" --no-index --find-links "$WHEELHOUSE"
    PIP_CACHE_DIR=${PIP_CACHE_DIR:-$CACHE/pip} "$LIB/bridge/venv/bin/python" "$runner" download "$@" \
        --dest "$wheels" --requirement requirements.txt >download.log 2>&1 && exit 0
    environment_last_words download.log
    die "could not fetch the wheels of bridged parts"
)

# bridge_part PART NAME VALUE...
bridge_part() (
    part=$1
    log_info "bridge: part $part is built by its recipe"
    must cd "$STATE/bridge"
    umask 022
    "$LIB/bridge/venv/bin/python" -I - "$STATE/bridge" "$RELEASE" "$BIN" "$ETC" "$LIB/bridge" "$@" >build.log 2>&1 <<'END'
import importlib.metadata
import os
import sys

from zc.buildout import UserError
from zc.buildout.buildout import Buildout

work, release, bin_folder, etc, box, part, *words = sys.argv[1:]
profile = os.path.join(work, "buildout.cfg")
with open(profile, "w", encoding="utf-8") as out:
    out.write("[buildout]\n")
options = {
    "directory": release,
    "parts": part,
    "bin-directory": bin_folder,
    "parts-directory": etc,
    "eggs-directory": os.path.join(box, "eggs"),
    "develop-eggs-directory": os.path.join(box, "develop-eggs"),
    "find-links": os.path.join(work, "wheels"),
    "index": "file://" + os.path.join(work, "no-index"),
    "installed": "",
    "newest": "false",
    "allow-picked-versions": "false",
    "versions": "versions",
}
given = [("buildout", name, value) for name, value in options.items()]
given += [("versions", one.metadata["Name"], one.version) for one in importlib.metadata.distributions()]
given += [(part, name, value) for name, value in zip(words[::2], words[1::2], strict=True)]
try:
    Buildout(profile, given, False).install(())
except UserError as error:
    sys.exit(f"error: {error}")
END
    status=$?
    [ "$status" -ne 0 ] || exit 0
    environment_last_words build.log
    die "bridge: the recipe of part $part failed"
)
