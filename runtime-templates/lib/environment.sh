# shellcheck shell=sh
# environment.sh: virtualenvs that hold what the lock says, and nothing else.
#
# Reads   PYTHON_WANTED IMPLEMENTATION INSTALLER BUILD_FROM_SOURCE VENV LIB CACHE STATE, and of the caller's environment
#         PYTHON (an interpreter to use), WHEELHOUSE (a folder of wheels: no index is asked), UV (a uv to use).
# The index is the host's own setting: pip's and uv's configuration files and variables.

# environment_build: every environment of the release, from nothing. `main` is $VENV, others lie beside it.
environment_build() {
    each_environment environment_build_one
}

environment_build_one() {
    if [ "$1" = main ]; then
        environment_install "$VENV" main
    else
        environment_install "$LIB/$1" "$1"
    fi
}

# environment_folder NAME: prints where an environment of the release lies.
environment_folder() {
    if [ "$1" = main ]; then
        printf '%s\n' "$VENV"
    else
        printf '%s\n' "$LIB/$1"
    fi
}

# environment_install FOLDER NAME [WORK]
#   Makes FOLDER a virtualenv with the distributions that `environment_requirements NAME` prints: each file checked by its
#   hash, wheels alone (but for BUILD_FROM_SOURCE), no index asked for what else might be wanted, no system package seen, no
#   pip or setuptools left over. What was in FOLDER before is gone.
#   WORK: a folder to work in, where two are made at once. Returns 0; 1 with the installer's last words.
environment_install() (
    folder=$1 name=$2 work=${3:-$STATE/build}
    environment_find_python || exit $?
    must rm -rf "$work" "$folder"
    must mkdir -p "$work" "${folder%/*}"
    environment_requirements "$name" >"$work/requirements.txt" || die "no requirements for environment $name"
    total=$(grep -c . "$work/requirements.txt")
    # Variables of the caller that would bring in other code, or send files elsewhere.
    unset PYTHONPATH PYTHONHOME PYTHONSTARTUP PYTHONUSERBASE VIRTUAL_ENV PIP_USER PIP_TARGET PIP_PREFIX PIP_ROOT \
        PIP_CONSTRAINT PIP_REQUIREMENT PIP_NO_BINARY PIP_ONLY_BINARY PIP_REQUIRE_HASHES \
        PIP_EDITABLE PIP_UPGRADE UV_PYTHON UV_CONSTRAINT UV_OVERRIDE UV_SYSTEM_PYTHON UV_PROJECT_ENVIRONMENT
    PYTHONNOUSERSITE=1
    PIP_DISABLE_PIP_VERSION_CHECK=1
    PIP_NO_INPUT=1
    # Without its pyvenv.cfg a virtualenv's python is the system's, and pip would install there.
    PIP_REQUIRE_VIRTUALENV=1
    export PYTHONNOUSERSITE PIP_DISABLE_PIP_VERSION_CHECK PIP_NO_INPUT PIP_REQUIRE_VIRTUALENV
    # pip and uv read settings of the folder that they are started in.
    must cd "$work"
    # A virtualenv gets the modes of the umask, and one built under 077 can't be read by the service.
    umask 022
    must "$HOST_PYTHON" -m venv --without-pip "$folder"
    if [ "$total" -gt 0 ]; then
        environment_fill "$folder" "$name" "$total" || exit $?
    fi
    environment_compare "$folder" "$work/requirements.txt" ||
        die "environment $name is not what the lock says: see the lines above"
    each_editable environment_editable "$folder" "$name" || exit 1
    log_info 'byte-compiling'
    environment_compile "$folder/bin/python" "$folder/lib" || die "could not byte-compile $folder"
    must cd "$STATE"
    must rm -rf "$work"
    log_info "environment $name: $(environment_count "$total")"
)

# environment_fill FOLDER NAME TOTAL: by uv where it may, else by pip. Where nothing was said, pip gets a chance after uv:
# the two read different settings, so an index that only pip's name is found.
environment_fill() {
    uv=
    case $INSTALLER in
    pip) ;;
    uv) [ "$2" = @tools ] || uv=$(environment_uv) || return 1 ;;
    *) uv=$(command -v "${UV:-uv}" 2>/dev/null) || uv= ;;
    esac
    if [ -n "$uv" ]; then
        environment_uv_install "$uv" "$@" && return 0
        [ "$INSTALLER" != uv ] || return 1
        log_orphan
        log_warn "uv could not install environment $2: trying pip"
    fi
    environment_pip_install "$@"
}

# environment_uv_install UV FOLDER NAME TOTAL
environment_uv_install() {
    uv=$1 folder=$2 name=$3 total=$4
    set -- --python "$folder/bin/python" --require-hashes --no-deps --link-mode copy --only-binary :all:
    for source in $BUILD_FROM_SOURCE; do
        set -- "$@" --no-binary "$source"
    done
    if [ -n "${WHEELHOUSE:-}" ]; then
        set -- "$@" --no-index --find-links "$WHEELHOUSE"
    elif [ -n "${PIP_INDEX_URL:-}" ] && [ -z "${UV_DEFAULT_INDEX:-}${UV_INDEX_URL:-}" ]; then
        set -- "$@" --default-index "$PIP_INDEX_URL"
    fi
    log_info "installing $(environment_count "$total") with uv"
    # Without uv's own notes, which name the day and the folder of a wheelhouse: the same lock gives the same files everywhere.
    UV_NO_INSTALLER_METADATA=1 UV_CACHE_DIR=${UV_CACHE_DIR:-$CACHE/uv} "$uv" pip install "$@" --requirement requirements.txt >install.log 2>&1 && return 0
    environment_last_words install.log "uv for $name: "
    return 1
}

# environment_uv: prints the path of the uv of the lock, in its own box; builds it where it is missing or another version.
environment_uv() (
    box=$STATE/uv
    wanted=$(environment_requirements @tools)
    if [ ! -x "$box/bin/uv" ] || [ "$(cat "$box/requirements.txt" 2>/dev/null)" != "$wanted" ]; then
        environment_install "$box" @tools "$STATE/build-uv" || exit 1
        printf '%s\n' "$wanted" >"$box/requirements.txt" || exit 1
    fi
    printf '%s\n' "$box/bin/uv"
)

# environment_pip_install FOLDER NAME TOTAL
environment_pip_install() {
    folder=$1 name=$2 total=$3
    runner=$(environment_pip) || return 1
    set -- --require-hashes --no-deps --no-compile --only-binary :all:
    for source in $BUILD_FROM_SOURCE; do
        set -- "$@" --no-binary "$source"
    done
    [ -z "${WHEELHOUSE:-}" ] || set -- "$@" --no-index --find-links "$WHEELHOUSE"
    log_info "installing $(environment_count "$total") with pip"
    # A pipe would lose pip's status, so it goes through a file.
    {
        PIP_CACHE_DIR=${PIP_CACHE_DIR:-$CACHE/pip} "$folder/bin/python" "$runner" install "$@" \
            --progress-bar off --requirement requirements.txt 2>&1
        printf '%s\n' "$?" >status
    } | environment_progress "$total" >install.log
    [ "$(cat status)" = 0 ] && return 0
    environment_pip_words <install.log >words.log
    environment_last_words words.log "pip for $name: "
    return 1
}

# environment_pip: prints the file that runs pip under another interpreter, with none of pip's neighbours importable.
# The host's own pip if it can do that (22.3 and later), else one from ensurepip in a box that is thrown away.
environment_pip() (
    find_runner='import os, pip; print(os.path.join(os.path.dirname(os.path.abspath(pip.__file__)), "__pip-runner__.py"))'
    runner=$("$HOST_PYTHON" -c "$find_runner" 2>/dev/null) || runner=
    if [ -z "$runner" ] || [ ! -f "$runner" ]; then
        "$HOST_PYTHON" -m venv pip >venv.log 2>&1 || {
            environment_last_words venv.log
            die "no uv, no pip of 22.3 or later, and $HOST_PYTHON has no ensurepip: install one of them (Debian: python3-venv)"
        }
        runner=$(pip/bin/python -c "$find_runner") || exit 1
        # Pythons whose ensurepip is older: pip as a zip file shuts out its neighbours as well.
        [ -f "$runner" ] || runner=$("$HOST_PYTHON" -c '
import ensurepip, glob, os
print(sorted(glob.glob(os.path.join(os.path.dirname(ensurepip.__file__), "_bundled", "pip-*.whl")))[-1] + "/pip")') || exit 1
    fi
    printf '%s\n' "$runner"
)

environment_count() {
    case $1 in
    1) echo '1 distribution' ;;
    *) echo "$1 distributions" ;;
    esac
}

# environment_progress TOTAL: copies pip's words to standard output, and counts the distributions on the terminal.
environment_progress() {
    count=0
    while IFS= read -r line; do
        printf '%s\n' "$line"
        case $line in
        'Collecting '*)
            count=$((count + 1))
            line=${line#Collecting }
            log_progress "$count" "$1" "${line%% *}"
            ;;
        'Installing collected packages'*) log_progress "$1" "$1" 'unpacking' ;;
        esac
    done
    log_progress_end
}

# environment_compile PYTHON FOLDER...: byte-compiles all modules below them, on every core, for the service, which may not write
# there. A release never changes once it is complete, so the compiled files need no look at their sources: and the same sources
# give the same bytes. `compileall -j` does the same and takes a third more work: it hands out the files one by one.
environment_compile() {
    "$1" -I -S -W ignore - "$@" <<'END'
import os
import py_compile
import sys


def compile_each(sources):
    for source in sources:
        try:
            py_compile.compile(source, doraise=True, invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
        except (py_compile.PyCompileError, OSError):
            # Some distributions carry files for other Pythons: they are never imported.
            pass


sources = [
    os.path.join(folder, name)
    for top in sys.argv[2:]
    for folder, _, names in os.walk(top)
    for name in names
    if name.endswith(".py")
]
# Dealt out by size, so that all are done at about the same time.
sources.sort(key=lambda source: os.lstat(source).st_size)
cores = os.cpu_count() or 1
workers = []
for first in range(cores):
    worker = os.fork()
    if worker == 0:
        compile_each(sources[first::cores])
        os._exit(0)
    workers.append(worker)
sys.exit(any([os.waitpid(worker, 0)[1] for worker in workers]))
END
}

# environment_compare FOLDER REQUIREMENTS: the distributions found are those of the lock, one version each.
environment_compare() {
    "$1/bin/python" -I - "$2" <<'END'
import importlib.metadata
import re
import sys

# Name and version stand above the description, which is long: `distribution.metadata` would parse all of it.
def facts(distribution):
    text = distribution.read_text("METADATA") or distribution.read_text("PKG-INFO") or ""
    pairs = (line.partition(":") for line in text.split("\n\n", 1)[0].splitlines())
    return {key.lower(): value.strip() for key, _, value in pairs}

def canonical(name):
    return re.sub("[-_.]+", "-", name).lower()

wanted, conditional = {}, set()
with open(sys.argv[1], encoding="utf-8") as lines:
    for line in lines:
        name, version = line.split()[0].split("==")
        wanted[canonical(name)] = version
        if " ; " in line:
            conditional.add(canonical(name))
found = {}
for distribution in importlib.metadata.distributions():
    about = facts(distribution)
    found[canonical(about["name"])] = about["version"]
problems = [f"{name} is there and not in the lock" for name in sorted(found.keys() - wanted.keys())]
problems += [f"{name} is missing" for name in sorted(wanted.keys() - found.keys() - conditional)]

def same(one, other):
    return one == other or re.sub(r"(\.0)+$", "", one.lower()) == re.sub(r"(\.0)+$", "", other.lower())

problems += [
    f"{name} is {found[name]}, the lock says {version}"
    for name, version in sorted(wanted.items())
    if name in found and not same(found[name], version)
]
for problem in problems:
    print(problem, file=sys.stderr)
sys.exit(1 if problems else 0)
END
}

# environment_editable FOLDER WANTED ENVIRONMENT PATH INSTALL ...: a developer's sources, in place. What builds them is asked
# from the index, or from WHEELHOUSE.
environment_editable() (
    if [ "$2" != "$3" ] || [ "$5" = no ]; then
        exit 0
    fi
    folder=$1 source=$4
    [ -d "$source" ] || die "there is no folder $source: this script is for the host that it was compiled on"
    log_info "installing $source in place"
    set -- --no-deps --editable "$source"
    [ -z "${WHEELHOUSE:-}" ] || set -- --no-index --find-links "$WHEELHOUSE" "$@"
    if [ "$INSTALLER" != pip ] && uv=$(command -v "${UV:-uv}" 2>/dev/null); then
        UV_CACHE_DIR=${UV_CACHE_DIR:-$CACHE/uv} "$uv" pip install --python "$folder/bin/python" --link-mode copy "$@" \
            >install.log 2>&1 && exit 0
        log_warn "uv could not install $source: trying pip"
    fi
    runner=$(environment_pip) || exit 1
    PIP_CACHE_DIR=${PIP_CACHE_DIR:-$CACHE/pip} "$folder/bin/python" "$runner" install --progress-bar off "$@" \
        >install.log 2>&1 && exit 0
    environment_last_words install.log
    die "could not install $source in place"
)

# environment_pip_words: pip's output, each row of tries of one page as a line. Without it the reason drowns: pip says of every
# try of every page the whole object that failed.
environment_pip_words() {
    awk '
        function tell() {
            if (tries > 0) print (tries == 1 ? "1 try: " : tries " tries: ") reason
            tries = 0
        }
        /^ *WARNING: Retrying \(Retry\(/ && match($0, /broken by ./) {
            line = substr($0, RSTART + RLENGTH)
            # NewConnectionError(\047<object at 0x...>: reason\047)\047: /simple/page/
            if (match(line, /^[A-Za-z]+\(.<[^>]*>: /)) line = substr(line, RLENGTH + 1)
            sub(/.\).: \//, ": /", line)
            if (line != reason) tell()
            reason = line
            tries++
            next
        }
        { tell(); print }
        END { tell() }'
}

# environment_last_words FILE [WHOSE]: the end of an installer's output, where the reason stands, each line behind WHOSE.
environment_last_words() {
    log_progress_end
    tail -n 25 "$1" | while IFS= read -r line; do
        log_error "${2:-}$line"
    done
}

# environment_find_python
#   Sets HOST_PYTHON to the absolute path of an interpreter of the wanted version and implementation: $PYTHON where the
#   caller set it, else the first on the PATH that fits and that the services may run; where they may run none, the first
#   that fits. Returns 1 where none fits.
#   Sets PYTHON_CLOSED: those that fit and that the services may not run, each as `PATH (no access to PLACE)`, joined by
#   ", "; and PYTHON_REACHED: no where HOST_PYTHON is one of them.
environment_find_python() {
    [ -z "${HOST_PYTHON:-}" ] || return 0
    PYTHON_CLOSED='' PYTHON_REACHED=yes
    environment_newline='
'
    environment_first='' environment_rest=$(environment_candidates)$environment_newline
    while [ -n "$environment_rest" ]; do
        environment_answer=$(environment_asked "${environment_rest%%"$environment_newline"*}") || environment_answer=
        environment_rest=${environment_rest#*"$environment_newline"}
        HOST_PYTHON=${environment_answer%%"$environment_newline"*}
        if [ "$environment_answer" != "$HOST_PYTHON" ]; then
            environment_first=${environment_first:-$HOST_PYTHON}
            # The same one may be there by several names.
            case ", $PYTHON_CLOSED" in
            *", $HOST_PYTHON ("*) ;;
            *) PYTHON_CLOSED="${PYTHON_CLOSED:+$PYTHON_CLOSED, }$HOST_PYTHON (no access to ${environment_answer#*"$environment_newline"})" ;;
            esac
        elif [ -n "$HOST_PYTHON" ]; then
            return 0
        fi
    done
    HOST_PYTHON=$environment_first PYTHON_REACHED=no
    [ -z "$HOST_PYTHON" ] || return 0
    log_error "no $IMPLEMENTATION $PYTHON_WANTED found: install it, or name one with PYTHON=/path/to/python"
    return 1
}

# environment_candidates: prints the commands that may be the interpreter, best first, a line each.
environment_candidates() (
    if [ -n "${PYTHON:-}" ]; then
        printf '%s\n' "$PYTHON"
        exit 0
    fi
    set -f
    IFS=:
    for name in "python$PYTHON_WANTED" "pypy$PYTHON_WANTED" python3 python; do
        for folder in $PATH; do
            [ ! -x "${folder:-.}/$name" ] || printf '%s\n' "${folder:-.}/$name"
        done
    done
)

# environment_asked COMMAND: prints the real interpreter behind it where it is the wanted one. A virtualenv's python
# answers with the one that it was made from: a release must not lean on somebody's virtualenv. In a second line the place
# that is closed to the service's user, where there is one: the virtualenv's python is a link to the host's, and root may
# run one below its own home where the services can't go.
environment_asked() {
    "$1" -I -c '
import os, pwd, sys
wanted, implementation, user = sys.argv[1:]
found = "%d.%d" % sys.version_info[:2]
path = os.path.realpath(getattr(sys, "_base_executable", None) or sys.executable)
if found != wanted or sys.implementation.name != implementation or not path:
    sys.exit(1)
print(path)
if os.getuid() or not user:
    sys.exit()
try:
    entry = pwd.getpwnam(user)
except KeyError:
    sys.exit()
library = os.path.realpath(os.__file__)
os.setgroups(os.getgrouplist(user, entry.pw_gid))
os.setgid(entry.pw_gid)
os.setuid(entry.pw_uid)
for place, wanted in (path, os.X_OK), (library, os.R_OK):
    names = place.split("/")
    for count in range(2, len(names) + 1):
        above = "/".join(names[:count])
        if not os.access(above, wanted if count == len(names) else os.X_OK):
            print(above)
            sys.exit()
' "$PYTHON_WANTED" "$IMPLEMENTATION" "${SERVICE_USER:-}" 2>/dev/null </dev/null
}

# each_distribution COMMAND...: runs it with ENVIRONMENT NAME VERSION for each distribution of the lock.
each_distribution() {
    each_environment printf '%s\n' | while IFS= read -r environment; do
        environment_requirements "$environment" | while IFS=' ' read -r pin _; do
            "$@" "$environment" "${pin%%==*}" "${pin#*==}" </dev/null || exit 1
        done || exit 1
    done
}
