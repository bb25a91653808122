# shellcheck shell=sh
# entry.sh: makes what the plan lists: folders, downloads, launchers, links, files; runs its commands and checks.
#
# All of it goes into the unfinished release, but for files of the classes that outlive releases. Modes and owners are the
# permission step's, for the whole release at once; what lies outside gets its own when it is made, and never again.

# entry_build: the parts of a release that need no secret. The environment is there already: launchers ask it.
entry_build() {
    each_directory entry_directory || return
    each_download entry_download || return
    each_build entry_archive || return
    each_link entry_link || return
    each_environment entry_launchers
}

# entry_configure: the files, then the commands of the build, which may read them.
entry_configure() {
    each_file entry_file || return
    entry_commands build || return
    entry_compile
}

# Modules that parts wrote: whoever runs them may write here where it is the deployer, and what Python leaves beside them then
# would be drift. One that is not compiled is no fault: it runs all the same.
entry_compile() {
    if [ -x "$VENV/bin/python" ] && [ -n "$(find "$ETC" "$SHARE" "$LIB/parts" -name '*.py' -print 2>/dev/null | sed 1q)" ]; then
        environment_compile "$VENV/bin/python" "$ETC" "$SHARE" "$LIB/parts" 2>/dev/null || :
    fi
}

# entry_outside CLASS: true for a class that outlives releases.
entry_outside() {
    case $1 in
    data | blobs | run | log | backups) return 0 ;;
    *) return 1 ;;
    esac
}

# A folder outside the releases is made by `layout_setup`, once.
entry_directory() {
    if entry_outside "$1"; then
        return 0
    fi
    must mkdir -p "$2"
}

entry_file() (
    class=$1 path=$2 mode=$3 executable=$4 unless=$5
    if [ -n "$unless" ] && [ -e "$unless" ]; then
        log_info "left out, because $unless is there: $path"
        exit 0
    fi
    # A release has many files: no program is started that would find nothing to do.
    [ -d "${path%/*}" ] || must mkdir -p "${path%/*}"
    if [ -e "$path.part" ] || [ -h "$path.part" ]; then
        must rm -f "$path.part"
    fi
    # Private until the permission step: the content may be a secret.
    umask 077
    cat >"$path.part" || die "could not write $path"
    if [ "$executable" = yes ]; then
        must chmod u+x "$path.part"
    fi
    if entry_outside "$class"; then
        permission_file "$class" "$path.part" "$mode" "$executable" || exit $?
    fi
    must mv -f "$path.part" "$path"
)

entry_link() (
    must mkdir -p "${1%/*}"
    must rm -f "$1"
    must ln -s "$2" "$1"
)

# --- launchers

# entry_launchers ENVIRONMENT
#   Writes its launchers, which name this release's own interpreter: a running process never mixes two releases. One Python writes
#   all of them, for its start takes longer than its work.
#   Of each_script: `call` runs TARGET:NAME; `console-script` the entry point NAME of distribution TARGET; `interpreter` Python itself.
#   Of each_scripts: every console script of the distribution; DEPENDENTS=yes: of every distribution of the environment.
#   Returns 1 where a distribution has no such script, or the Python between is no Python; both are said with the part.
entry_launchers() (
    records=$STATE/launchers
    { each_script entry_script_record "$1" && each_scripts entry_scripts_record "$1"; } >"$records" || die "could not write $records"
    python=$(environment_folder "$1")/bin/python
    [ ! -s "$records" ] || entry_write_launchers "$python" "$records" || exit 1
    must rm -f "$records"
)

# entry_script_record WANTED PATH ENVIRONMENT PART TYPE TARGET NAME INITIALIZATION ARGUMENTS EXTRA_PATH...
entry_script_record() {
    [ "$1" != "$3" ] || entry_record one "$@"
}

# entry_scripts_record WANTED ENVIRONMENT DISTRIBUTION PART DEPENDENTS INITIALIZATION ARGUMENTS EXTRA_PATH...
entry_scripts_record() {
    [ "$1" != "$2" ] || entry_record all "$@"
}

# entry_record FIELD...: prints how many they are, and each; with a NUL behind it, which no field can hold.
entry_record() {
    printf '%s\000' "$#" "$@"
}

# entry_write_launchers PYTHON RECORDS
entry_write_launchers() {
    "$1" -I - "$1" "$SHARE" "$BIN" "$2" <<'END'
import importlib.metadata
import os
import sys

python, share, scripts, records = sys.argv[1:]


def main():
    with open(records, "rb") as opened:
        fields = [os.fsdecode(field) for field in opened.read().split(b"\0")]
    while fields[0]:
        count = int(fields[0])
        mode, _, *record = fields[1 : count + 1]
        one_script(*record) if mode == "one" else all_scripts(*record)
        del fields[: count + 1]


def one_script(path, _, part, kind, target, name, initialization, arguments, *extra):
    if kind == "interpreter":
        return interpreter(path, part, initialization, extra)
    if kind == "console-script":
        target, name = console_script(part, target, name)
    launcher(path, part, target, name, initialization, arguments, extra)


def all_scripts(_, distribution, part, dependents, initialization, arguments, *extra):
    chosen = importlib.metadata.distributions() if dependents == "yes" else [installed(part, distribution)]
    for one in sorted(chosen, key=lambda one: one.metadata["Name"].lower()):
        if dependents == "yes" and one.metadata["Name"].lower() == "setuptools":
            continue
        for point in console_scripts(one):
            target, name = halves(point)
            launcher(os.path.join(scripts, point.name), part, target, name, initialization, arguments, extra)


def installed(part, distribution):
    try:
        return importlib.metadata.distribution(distribution)
    except importlib.metadata.PackageNotFoundError:
        sys.exit(f"error: part {part} wants scripts of {distribution}, which is not installed")


def console_scripts(distribution):
    return sorted((p for p in distribution.entry_points if p.group == "console_scripts"), key=lambda p: p.name)


def console_script(part, distribution, name):
    chosen = [installed(part, distribution)] if distribution else importlib.metadata.distributions()
    points = [point for one in chosen for point in console_scripts(one)]
    for point in points:
        if point.name == name:
            return halves(point)
    if not distribution:
        sys.exit(f"error: part {part}: no distribution of the environment has a script {name}")
    others = ", ".join(point.name for point in points) or "none at all"
    sys.exit(f"error: part {part}: distribution {distribution} has no script {name}; it has {others}")


def halves(point):
    module, _, attributes = point.value.partition("[")[0].strip().partition(":")
    return module.strip(), attributes.strip()


def launcher(path, part, module, attributes, initialization, arguments, extra):
    call = f"{module}.{attributes}({arguments})" if attributes else f"{module}"
    text = f"{shebang()}import sys\n\n{paths(os.path.dirname(path), extra)}{block(initialization)}\nimport {module}\n\n"
    text += f"if __name__ == '__main__':\n    sys.exit({call})\n"
    write(path, part, text)


def interpreter(path, part, initialization, extra):
    # Python's own options all work, and so do the paths and the initialization: they come in as a sitecustomize.
    hook = ""
    if initialization or extra:
        folder = os.path.join(share, "interpreters", os.path.basename(path))
        os.makedirs(folder, exist_ok=True)
        text = f"import os\nimport sys\n\nos.environ.pop('PYTHONPATH', None)\nsys.path.remove({folder!r})\n"
        write(os.path.join(folder, "sitecustomize.py"), part, text + paths(None, extra) + block(initialization))
        hook = f"PYTHONPATH={quoted(folder)}\nexport PYTHONPATH\n"
    put(path, f'#!/bin/sh\n{hook}exec {quoted(python)} "$@"\n')


def shebang():
    # The kernel cuts long lines off; then sh starts Python, which takes the same line for a string.
    if len(python) <= 120:
        return f"#!{python}\n"
    return f"#!/bin/sh\n'''exec' {quoted(python)} \"$0\" \"$@\"\n' '''\n"


def paths(folder, extra):
    # Without the folder of the launchers: who may write there must not be able to slip the service a module.
    text = f"sys.path[:] = [path for path in sys.path if path != {folder!r}]\n" if folder else ""
    if extra:
        text += "sys.path.extend([\n" + "".join(f"    {path!r},\n" for path in extra) + "])\n"
    return text


def block(initialization):
    return f"\n{initialization}\n" if initialization else ""


def quoted(word):
    return "'" + word.replace("'", "'\\''") + "'"


def write(path, part, text):
    try:
        compile(text, path, "exec")
    except SyntaxError as error:
        line = text.splitlines()[error.lineno - 1] if error.lineno and error.lineno <= len(text.splitlines()) else ""
        sys.exit(f"error: part {part}: the launcher {path} would be no Python: {error.msg}, line {error.lineno}: {line.strip()}")
    put(path, text)


def put(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path + ".part", "w", encoding="utf-8") as out:
        out.write(text)
    os.chmod(path + ".part", 0o700)
    os.replace(path + ".part", path)


main()
END
}

# --- downloads and archives

# entry_download URL SHA256 CLASS PATH UNPACK STRIP MODE EXCLUDE...
entry_download() (
    url=$1 sha256=$2 class=$3 path=$4 unpack=$5 strip=$6 mode=$7
    shift 7
    if [ "$unpack" = yes ]; then
        archive=$STATE/archive
        fetch_file "$url" "$sha256" "$archive" || exit $?
        must mkdir -p "$path"
        entry_unpack "$archive" "$path" "$strip" "$url" "$@" || exit $?
        must rm -f "$archive"
        exit 0
    fi
    must mkdir -p "${path%/*}"
    fetch_file "$url" "$sha256" "$path" || exit $?
    case $mode in
    *[1357]*) must chmod u+x "$path" ;;
    esac
    if entry_outside "$class"; then
        permission_file "$class" "$path" "$mode" no || exit $?
    fi
)

# entry_unpack ARCHIVE FOLDER STRIP NAME EXCLUDE...: tar, compressed or not, and zip, without the members that match. A member that would land outside FOLDER, a
# device or a link to elsewhere stops it.
entry_unpack() (
    environment_find_python || exit $?
    "$HOST_PYTHON" -I - "$@" <<'END'
import fnmatch
import os
import shutil
import stat
import sys
import tarfile
import zipfile

archive, folder, strip, name, *excludes = sys.argv[1:]
root = os.path.realpath(folder)


def inside(path):
    target = os.path.realpath(os.path.join(root, path))
    if target != root and not target.startswith(root + os.sep):
        sys.exit(f"error: {name} holds {path!r}, which lies outside the folder that it is unpacked into")
    return target


def members():
    """(path, mode, opener or None for a folder, link target or None)"""
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as opened:
            for item in opened.infolist():
                opener = None if item.is_dir() else lambda item=item: opened.open(item)
                yield item.filename, item.external_attr >> 16, opener, None
    elif tarfile.is_tarfile(archive):
        with tarfile.open(archive) as opened:
            for item in opened:
                if item.isdir():
                    yield item.name, item.mode, None, None
                elif item.issym():
                    yield item.name, item.mode, None, item.linkname
                elif item.isfile() or item.islnk():
                    yield item.name, item.mode, lambda item=item: opened.extractfile(item), None
                else:
                    sys.exit(f"error: {name} holds {item.name!r}, which is no file, folder or link")
    else:
        sys.exit(f"error: {name} is no tar and no zip archive")


def stripped(paths):
    tops = {path.strip("/").removeprefix("./").split("/")[0] for path in paths} - {"", "."}
    return tops.pop() + "/" if strip == "yes" and len(tops) == 1 else ""


top = stripped([path for path, *_ in members()])
for path, mode, opener, link in members():
    if any(fnmatch.fnmatchcase(path, pattern) for pattern in excludes):
        continue
    path = path.lstrip("/").removeprefix("./")
    path = path[len(top):] if top and (path + "/").startswith(top) else path
    if path in ("", "."):
        continue
    target = inside(path)
    if link is not None:
        inside(os.path.join(os.path.dirname(path), link))
        os.makedirs(os.path.dirname(target), exist_ok=True)
        if os.path.lexists(target):
            os.unlink(target)
        os.symlink(link, target)
    elif opener is None:
        os.makedirs(target, exist_ok=True)
    else:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with opener() as source, open(target, "wb") as out:
            shutil.copyfileobj(source, out)
        os.chmod(target, 0o700 if mode & stat.S_IXUSR else 0o600)
END
)

# entry_archive NAME URL SHA256 PATH VARIABLES NAME VALUE... PATCH...; the source on standard input
#   Compiles an archive into PATH. VARIABLES says how many pairs of NAME and VALUE come before the texts of patches.
entry_archive() (
    name=$1 url=$2 sha256=$3 path=$4 variables=$5
    shift 5
    work=$STATE/build
    must rm -rf "$work"
    must mkdir -p "$work/source" "$path"
    { printf 'set -e\n' && cat; } >"$work/steps" || die "could not write $work/steps"
    fetch_file "$url" "$sha256" "$work/archive" || exit $?
    entry_unpack "$work/archive" "$work/source" yes "$url" || exit $?
    must cd "$work/source"
    umask 022
    log_info "building $name: its words are in $work/build.log while it runs"
    while [ "$variables" -gt 0 ]; do
        export "$1=$2"
        shift 2
        variables=$((variables - 1))
    done
    for patch in "$@"; do
        printf '%s\n' "$patch" >"$work/patch" || die "could not write $work/patch"
        entry_logged patch -p0 -i "$work/patch" || exit $?
    done
    entry_logged sh "$work/steps" || exit $?
    must cd "$STATE"
    must rm -rf "$work"
)

# entry_logged COMMAND...: its output goes to the build's log; the end of it is shown where it fails.
entry_logged() {
    "$@" >>../build.log 2>&1 </dev/null && return 0
    environment_last_words ../build.log
    die "failed: $*"
}

# --- commands and checks

# entry_commands WHEN: runs those commands of the plan that belong there, in the plan's order.
entry_commands() {
    each_command entry_command "$1" ''
}

# entry_run NAME: runs the command that was asked for by name, whenever else it runs.
# Returns 64 where there is none of that name; else its own status.
entry_run() {
    if ! each_command entry_names | grep -qxF -e "$1"; then
        entry_known=$(each_command entry_names | awk '{ printf "%s%s", sep, $0; sep = ", " }')
        log_error "no command is called $1; there ${entry_known:+are: }${entry_known:-are none}"
        return 64
    fi
    each_command entry_command '' "$1"
}

entry_names() {
    printf '%s\n' "$1"
}

# entry_command WHEN-or-'' NAME-or-'' NAME WHEN INTERPRETER STOP_ON_ERROR; the source on standard input
entry_command() (
    if [ "$1" != "$4" ] && [ "$2" != "$3" ]; then
        exit 0
    fi
    name=$3 interpreter=$5 stop=$6
    source=$STATE/command
    cat >"$source" || die "could not write $source"
    command_environment "$name"
    case $interpreter in
    python) interpreter=$VENV/bin/python ;;
    esac
    log_info "command $name"
    must cd "$RELEASE"
    severity=err
    [ "$stop" = yes ] || [ -n "$2" ] || severity=warning
    command_run "$severity" "$name: " "$interpreter" "$source"
    status=$?
    rm -f "$source"
    [ "$status" -ne 0 ] || exit 0
    if [ "$severity" = err ]; then
        die_with "$status" "command $name failed with status $status"
    fi
    log_warn "command $name failed with status $status; its part says to go on"
)

# entry_check WHEN: `build` before the switch, `running` after it. Says every check that fails; returns 1 where one did. Two run
# at a time, for a check of Zope's configuration loads all of Zope.
entry_check() (
    checks=$STATE/checks.$$ failed=0
    must rm -rf "$STATE"/checks.*
    must mkdir "$checks"
    entry_check_lane "$checks" "$1" &
    entry_check_lane "$checks" "$1"
    wait "$!"
    number=0
    each_check entry_check_say "$checks" "$1"
    must rm -rf "$checks"
    exit "$failed"
)

entry_check_lane() {
    number=0
    each_check entry_check_one "$@"
}

# entry_check_one CHECKS WANTED NAME WHEN COMMAND...: whoever makes the folder of a check runs it.
entry_check_one() {
    number=$((number + 1))
    if [ "$4" != "$2" ] || ! mkdir "$1/$number" 2>/dev/null; then
        return 0
    fi
    folder=$1/$number
    shift 4
    "$@" </dev/null >"$folder/log" 2>&1 || return 0
    : >"$folder/passed"
}

# entry_check_say CHECKS WANTED NAME WHEN COMMAND...: what failed, in the order of the plan.
entry_check_say() {
    number=$((number + 1))
    if [ "$4" != "$2" ] || [ -e "$1/$number/passed" ]; then
        return 0
    fi
    failed=1
    environment_last_words "$1/$number/log"
    log_error "check failed: $3"
}

# entry_quote VALUE: prints it as one word of a shell file.
entry_quote() {
    # The x keeps newlines at the end, which a command substitution would drop.
    entry_quoted=$(printf '%sx\n' "$1" | sed "s/'/'\\\\''/g")
    printf "'%s'" "${entry_quoted%x}"
}

# entry_quote_python VALUE: prints it as a string of Python source.
entry_quote_python() {
    entry_quoted=$(printf '%sx\n' "$1" | sed "s/[\\\\']/\\\\&/g" |
        awk 'NR > 1 { printf "\\n" } { gsub(/\r/, "\\r"); printf "%s", $0 }')
    printf "'%s'" "${entry_quoted%x}"
}
