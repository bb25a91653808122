# shellcheck shell=sh
# bridge.sh: parts that `[release] bridge` names, built by the real recipe under the real zc.buildout.
#
# The box is $LIB/bridge: a virtualenv with zc.buildout, the recipes and what their parts need, all from the lock. buildout
# is given the part's options as they were resolved, the folders of the release, and the box's own distributions in place of an
# index. What the recipe writes lies in the release, and its manifest lists it with all else.
#
# What holds a recipe to the release: Python tells of every file that it is about to write, and of every connection. A write outside of
# the release and the work folder, and any connection, is refused, and fails the build, also where the recipe goes on.
# A program that the recipe starts is not seen by this: it is named in the log. Files of other parts that changed fail the build,
# whoever changed them. $LIB/bridge/written has a line `PART<tab>PATH` for each new file.

# bridge_build: every bridged part, in order. Returns 0, also where there is none; 1 with the recipe's last words.
bridge_build() (
    parts=$(each_bridge bridge_name) || exit 1
    [ -n "$parts" ] || exit 0
    must rm -rf "$STATE/bridge" "$LIB/bridge"
    must mkdir -p "$STATE/bridge/tmp" "$STATE/bridge/no-index"
    environment_install "$LIB/bridge/venv" @bridge || exit $?
    : >"$LIB/bridge/written" || exit 1
    each_bridge bridge_part || exit 1
    must rm -rf "$STATE/bridge"
)

bridge_name() {
    printf '%s\n' "$1"
}

# bridge_recipes: prints PART (RECIPE VERSION) for each bridged part.
bridge_recipes() {
    each_bridge bridge_recipe
}

bridge_recipe() {
    # The recipe is always the first of the options.
    bridge_wanted=${3%%:*}
    bridge_wanted=${bridge_wanted%%\[*}
    printf '%s (%s%s)\n' "$1" "$3" "$(environment_requirements @bridge | awk -v wanted="$bridge_wanted" '
        function canonical(name) { gsub(/[-_.]+/, "-", name); return tolower(name) }
        {
            at = index($1, "==")
            if (canonical(substr($1, 1, at - 1)) == canonical(wanted)) { print " " substr($1, at + 2); exit }
        }')"
}

# bridge_part PART NAME VALUE...
bridge_part() (
    part=$1
    log_info "bridge: part $part is built by its recipe"
    must cd "$STATE/bridge"
    umask 022
    # A recipe reads variables of its own, but none that says where Python or an index lies.
    unset PYTHONPATH PYTHONHOME PYTHONSTARTUP VIRTUAL_ENV BUILDOUT_HOME BUILDOUT_INFO_FILE
    env HOME="$STATE/bridge" TMPDIR="$STATE/bridge/tmp" "$LIB/bridge/venv/bin/python" -I - \
        "$STATE/bridge" "$RELEASE" "$BIN" "$ETC" "$LIB/bridge" "$@" >build.log 2>&1 <<'END'
import importlib.metadata
import os
import sys
import sysconfig

from zc.buildout import UserError
from zc.buildout.buildout import Buildout

work, release, bin_folder, etc, box, part, *words = sys.argv[1:]
roots = [os.path.realpath(folder) + os.sep for folder in (release, work)]
box = os.path.realpath(box)
refused, programs = [], []


class Refused(UserError):
    pass


def refuse(what):
    refused.append(what)
    raise Refused(what)


def check_write(path, folder=-1, follow=False):
    if isinstance(path, int):
        return
    path = os.fsdecode(path)
    if folder not in (-1, None) and not os.path.isabs(path):
        try:
            path = os.path.join(os.readlink(f"/proc/self/fd/{folder}"), path)
        except OSError:
            return
    above, name = os.path.split(os.path.abspath(path))
    real = os.path.realpath(path) if follow else os.path.join(os.path.realpath(above), name)
    if not any((real + os.sep).startswith(root) for root in roots) and real not in ("/dev/null", "/dev/tty"):
        refuse(f"it writes {real}, which is outside of the release")


writes = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def watch(event, arguments):
    if event == "open":
        path, mode, flags = arguments
        if set(mode or "") & set("wax+") or (flags or 0) & writes:
            check_write(path, follow=True)
    elif event == "os.mkdir":
        if not os.path.isdir(arguments[0]):
            check_write(arguments[0], arguments[2])
    elif event in ("os.remove", "os.rmdir"):
        check_write(arguments[0], arguments[1])
    elif event == "os.rename":
        check_write(arguments[0], arguments[2])
        check_write(arguments[1], arguments[3])
    elif event == "os.link":
        check_write(arguments[1], arguments[3])
    elif event == "os.symlink":
        check_write(arguments[1], arguments[2])
    elif event in ("os.chmod", "os.chown", "os.utime"):
        check_write(arguments[0], arguments[-1], follow=True)
    elif event in ("os.truncate", "os.setxattr", "os.removexattr"):
        check_write(arguments[0], follow=True)
    elif event in ("socket.connect", "socket.getaddrinfo"):
        where = arguments[1] if event == "socket.connect" else arguments[:2]
        refuse(f"it connects to {where}: what is not in the lock can't be in a release")
    elif event in ("subprocess.Popen", "os.posix_spawn", "os.exec", "os.system"):
        command = arguments[0] if event == "os.system" else arguments[1]
        programs.append(command if isinstance(command, (str, bytes)) else " ".join(map(os.fsdecode, command)))


def state():
    found = {}
    for folder, below, files in os.walk(release):
        below[:] = [name for name in below if os.path.realpath(os.path.join(folder, name)) != box]
        for name in files:
            path = os.path.join(folder, name)
            status = os.lstat(path)
            found[os.path.relpath(path, release)] = (status.st_mtime_ns, status.st_size, status.st_ino)
    return found


before = state()
profile = os.path.join(work, "buildout.cfg")
with open(profile, "w", encoding="utf-8") as out:
    out.write("[buildout]\n")
options = {
    "directory": release,
    "parts": part,
    "bin-directory": bin_folder,
    "parts-directory": etc,
    "eggs-directory": os.path.join(box, "eggs"),
    # Where buildout looks before it asks an index: all that the lock names is there.
    "develop-eggs-directory": sysconfig.get_path("purelib"),
    "index": "file://" + os.path.join(work, "no-index"),
    "installed": "",
    "newest": "false",
    "allow-picked-versions": "false",
    "versions": "versions",
}
given = [("buildout", name, value) for name, value in options.items()]
given += [("versions", one.metadata["Name"], one.version) for one in importlib.metadata.distributions()]
given += [(part, name, value) for name, value in zip(words[::2], words[1::2], strict=True)]
sys.addaudithook(watch)
failed = None
try:
    Buildout(profile, given, False).install(())
except UserError as error:
    failed = f"error: {error}"
    if "find a distribution" in failed:
        failed += f" (name it under `eggs` of the part {part}, and it is locked with the recipe)"
after = state()
changed = sorted(path for path in before if after.get(path) != before[path])
if changed:
    refused.append(f"it changed {changed[0]}, which another part made")
for line in refused:
    print(f"refused: {line}")
if refused or failed:
    sys.exit(failed if not refused else f"error: the recipe of {part} may not do that")
with open(os.path.join(work, "seen"), "w", encoding="utf-8") as out:
    for command in programs:
        out.write(f"runs {os.fsdecode(command)!r}, which is not held to the release\n")
    for path in sorted(after.keys() - before.keys()):
        out.write(f"wrote {path}\n")
END
    status=$?
    if [ "$status" -ne 0 ]; then
        environment_last_words build.log
        die "bridge: the recipe of part $part failed"
    fi
    while IFS= read -r line; do
        case $line in
        'wrote '*)
            log_info "bridge: part $part $line"
            printf '%s\t%s\n' "$part" "${line#wrote }" >>"$LIB/bridge/written" || exit 1
            ;;
        *) log_warn "bridge: part $part $line" ;;
        esac
    done <seen
)
