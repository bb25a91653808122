# shellcheck shell=sh
# adopt.sh: the data of a running buildout deployment is taken over by the release.
#
# The old place is never changed: Data.fs is copied, for two names of one file would let the new server write into the old
# deployment; blobs are never changed once written, so they become hard links where file system and owner are the same.
# Everything is made beside its last place and verified there, and renames come last. Data that is already there is never
# replaced.
#
# Reads   each_storage each_directory; DATA STATE VENV CURRENT; the tool and the side folders of backup.sh and restore.sh.

# adopt_run --from DIR [--plan] [--copy] [--file STORAGE=PATH] [--blobs STORAGE=PATH] [-n] [-q]
#   Takes DIR/var/... for each storage of the profile, in the place where the profile has it below the data folder.
#   --plan   says what would be done and changes nothing; status 2 where there is something to do
#   --copy   copies blobs too
#   --file, --blobs   where a storage's file or blobs are, where that isn't the usual place
#   Returns 0 taken over, or nothing to do; 1 failed or refused, the old place is as it was; 2 (--plan); 64 usage.
adopt_run() (
    adopt_start "$@"
)

adopt_start() {
    ADOPT_FROM='' ADOPT_PLAN=no ADOPT_LINK=yes ADOPT_ASK=yes ADOPT_FILES='' ADOPT_BLOBS=''
    while [ "$#" -gt 0 ]; do
        case $1 in
        --from | --file | --blobs)
            [ "$#" -gt 1 ] || die_with 64 "adopt: $1 wants a value"
            case $1 in
            --from) ADOPT_FROM=$2 ;;
            --file) ADOPT_FILES="$ADOPT_FILES$2
" ;;
            --blobs) ADOPT_BLOBS="$ADOPT_BLOBS$2
" ;;
            esac
            shift
            ;;
        --plan) ADOPT_PLAN=yes ;;
        --copy) ADOPT_LINK=no ;;
        -n | --no-prompt | --yes) ADOPT_ASK=no ;;
        -q | --quiet) log_quiet ;;
        *) die_with 64 "adopt: unknown word $1 (known: --from DIR, --plan, --copy, --file STORAGE=PATH, --blobs STORAGE=PATH, -n, -q)" ;;
        esac
        shift
    done
    [ -n "$ADOPT_FROM" ] || die_with 64 "adopt: --from DIR is wanted, the folder of the buildout that runs now"
    ADOPT_FROM=$(cd "$ADOPT_FROM" 2>/dev/null && pwd -P) || die_with 64 "adopt: the folder after --from cannot be entered"
    umask 077
    BACKUP_PYTHON=$(adopt_python) || exit 1
    ADOPT_REFUSED=no ADOPT_TODO=no ADOPT_RUNNING=no
    ADOPT_MARK=$STATE/adopt
    ADOPT_AGAIN=no
    if [ -f "$ADOPT_MARK" ] && [ "$(cat "$ADOPT_MARK")" = "$ADOPT_FROM" ]; then
        ADOPT_AGAIN=yes
    fi
    each_storage adopt_judge
    each_directory adopt_tell_folder
    [ "$ADOPT_REFUSED" = no ] || exit 1
    if [ "$ADOPT_TODO" = no ]; then
        rm -f "$ADOPT_MARK"
        log_info "adopt: there is nothing to take over from $ADOPT_FROM"
        exit 0
    fi
    ADOPT_SHORT=$(each_storage adopt_space | backup_tool space) || die "adopt: not enough free space: $ADOPT_SHORT"
    [ "$ADOPT_PLAN" = no ] || exit 2
    adopt_confirm || die "adopt: not confirmed, nothing was changed"
    if [ "$ADOPT_RUNNING" = yes ]; then
        adopt_stop || die "adopt: $ADOPT_FROM still runs; stop it by hand, then call adopt again. Nothing was changed"
    fi
    must mkdir -p "$STATE"
    printf '%s\n' "$ADOPT_FROM" >"$ADOPT_MARK" || die "adopt: $ADOPT_MARK cannot be written"
    each_storage adopt_storage_or_stop
    each_directory adopt_folder_or_stop
    rm -f "$ADOPT_MARK"
    log_info "adopt: the data of $ADOPT_FROM is taken over and verified; the old place is as it was. Do not start it again: its data would go its own way"
}

# adopt_python: the interpreter of this release, or of the running one: it must be able to read what will be served.
adopt_python() (
    for python in "$VENV/bin/python" "$CURRENT/lib/venv/bin/python"; do
        if "$python" -I -c '' 2>/dev/null; then
            printf '%s\n' "$python"
            exit 0
        fi
    done
    die "adopt: no release is built yet, and the data is read by its Python to verify it: run 'build' first"
)

# adopt_source GIVEN STORAGE PATH: prints where PATH of the profile lies in the old place; nothing where it stays where it is.
#   GIVEN is the list of --file or --blobs.
adopt_source() (
    [ -n "$3" ] || exit 0
    given=$(printf '%s' "$1" | while IFS= read -r line; do
        case $line in
        "$2="*) printf '%s\n' "${line#"$2="}" ;;
        esac
    done)
    if [ -n "$given" ]; then
        printf '%s\n' "$given"
        exit 0
    fi
    case $3 in
    "$DATA"/*) printf '%s/var/%s\n' "$ADOPT_FROM" "${3#"$DATA"/}" ;;
    esac
)

adopt_refuse() {
    ADOPT_REFUSED=yes
    log_error "$@"
}

# adopt_judge ROW: says what would be done with the storage, and every reason why not.
adopt_judge() {
    ADOPT_FILE=$(adopt_source "$ADOPT_FILES" "$2" "$3")
    ADOPT_BLOB=$(adopt_source "$ADOPT_BLOBS" "$2" "$4")
    if [ -n "$ADOPT_FILE" ] && adopt_may "$2" "$ADOPT_FILE" "$3"; then
        ADOPT_TODO=yes
        log_info "storage $2: $ADOPT_FILE is copied to $3"
        backup_tool unused "$ADOPT_FILE" || {
            ADOPT_RUNNING=yes
            log_info "storage $2: a server of $ADOPT_FROM has it open and is stopped before"
        }
    fi
    if [ -n "$ADOPT_BLOB" ] && adopt_may "$2" "$ADOPT_BLOB" "$4"; then
        ADOPT_TODO=yes
        log_info "storage $2: the blobs in $ADOPT_BLOB are $(adopt_way "$ADOPT_BLOB" "$4") to $4"
    fi
}

adopt_way() {
    if [ "$(adopt_mode "$1" "$2")" = link ]; then
        echo linked
    else
        echo copied
    fi
}

# adopt_mode SOURCE TARGET: `link` where hard links are possible and would not give another owner to the old files.
adopt_mode() {
    if [ "$ADOPT_LINK" = yes ] && backup_tool linkable "$1" "$2"; then
        echo link
    else
        echo copy
    fi
}

# adopt_may STORAGE SOURCE TARGET: 0 where it is to be taken over; 1 where it is refused, or was done by a run that was killed.
adopt_may() {
    if [ ! -e "$2" ]; then
        adopt_refuse "storage $1: there is no $2; say where it is: --file $1=PATH, --blobs $1=PATH"
        return 1
    fi
    if ! backup_path_readable "$2"; then
        adopt_refuse "storage $1: $(id -un) cannot read $2; run adopt as root or as the owner"
        return 1
    fi
    if adopt_holds "$3"; then
        [ "$ADOPT_AGAIN" = no ] || return 1
        adopt_refuse "storage $1: data is already there: $3. It is not replaced; move it away if it is not wanted"
        return 1
    fi
    if [ ! -d "$(dirname -- "$3")" ]; then
        adopt_refuse "storage $1: there is no folder $(dirname -- "$3"); run 'setup' first"
        return 1
    fi
    return 0
}

# adopt_holds PATH: whether there is a file, or a folder with something in it.
adopt_holds() (
    if [ -d "$1" ]; then
        for entry in "$1"/* "$1"/.[!.]*; do
            case ${entry##*/} in
            .layout | tmp) ;;
            *) [ ! -e "$entry" ] || exit 0 ;;
            esac
        done
        exit 1
    fi
    [ -e "$1" ]
)

adopt_space() {
    ADOPT_FILE=$(adopt_source "$ADOPT_FILES" "$2" "$3")
    ADOPT_BLOB=$(adopt_source "$ADOPT_BLOBS" "$2" "$4")
    if [ -n "$ADOPT_FILE" ] && ! adopt_holds "$3"; then
        printf '%s %s\n' "$(backup_tool file-need "$ADOPT_FILE" '')" "$(dirname -- "$3")"
    fi
    if [ -n "$ADOPT_BLOB" ] && ! adopt_holds "$4" && [ "$(adopt_mode "$ADOPT_BLOB" "$4")" = copy ]; then
        printf '%s %s\n' "$(backup_tool blobs-need "$ADOPT_BLOB" '')" "$(dirname -- "$4")"
    fi
}

adopt_confirm() {
    [ "$ADOPT_ASK" = yes ] || return 0
    printf 'Type yes to go on: ' >&2
    ADOPT_ANSWER=''
    read -r ADOPT_ANSWER || :
    [ "$ADOPT_ANSWER" = yes ]
}

# adopt_stop: the old supervisor, then whatever control scripts of instances and servers there are. Not as root: the scripts
# are run as whoever owns them. Waits until nobody holds the files, at most ADOPT_WAIT seconds (60).
adopt_stop() {
    if [ -x "$ADOPT_FROM/bin/supervisorctl" ]; then
        log_info "adopt: $ADOPT_FROM/bin/supervisorctl shutdown"
        backup_tool run-as-owner "$ADOPT_FROM/bin/supervisorctl" shutdown >&2 || :
    fi
    adopt_unused 0 && return 0
    # The control scripts alone: zeopack names the same package, and would pack the old database for any word.
    for ADOPT_KIND in 'zope2instance\.ctl' 'zeoserver\.ctl' 'ZEO\.zeoctl'; do
        for ADOPT_SCRIPT in "$ADOPT_FROM"/bin/*; do
            if [ -x "$ADOPT_SCRIPT" ] && grep -q "$ADOPT_KIND" "$ADOPT_SCRIPT" 2>/dev/null; then
                log_info "adopt: $ADOPT_SCRIPT stop"
                backup_tool run-as-owner "$ADOPT_SCRIPT" stop >&2 || :
            fi
        done
    done
    adopt_unused "${ADOPT_WAIT:-60}"
}

# adopt_unused SECONDS: waits that long for every file to be free.
adopt_unused() {
    ADOPT_BUSY=''
    ADOPT_SECONDS=$1
    each_storage adopt_wait
    [ -z "$ADOPT_BUSY" ]
}

adopt_wait() {
    ADOPT_FILE=$(adopt_source "$ADOPT_FILES" "$2" "$3")
    if [ -n "$ADOPT_FILE" ] && ! backup_tool wait-unused "$ADOPT_FILE" "$ADOPT_SECONDS"; then
        ADOPT_BUSY=yes
    fi
}

adopt_storage_or_stop() {
    adopt_storage "$@" || {
        [ -z "$3" ] || rm -rf "$(restore_side "$3")"
        [ -z "$4" ] || rm -rf "$(restore_side "$4")"
        die "adopt: stopped; $ADOPT_FROM is as it was. Start it again there, or call adopt again"
    }
}

# adopt_storage ROW: beside, verified, renamed: blobs first, for a database without its blobs must never be there alone.
adopt_storage() (
    file=$(adopt_source "$ADOPT_FILES" "$2" "$3")
    blob=$(adopt_source "$ADOPT_BLOBS" "$2" "$4")
    blob_place=$4
    if [ -n "$blob" ] && ! adopt_holds "$4"; then
        blob_place=$(restore_side "$4")
        rm -rf "$blob_place"
        must mkdir "$blob_place"
        backup_tool adopt-tree "$blob" "$blob_place" "$(adopt_mode "$blob" "$4")" || exit 1
        backup_tool give "$blob_place" "$4" || exit 1
    fi
    side=''
    if [ -n "$file" ] && ! adopt_holds "$3"; then
        side=$(restore_side "$3")
        rm -rf "$side"
        must mkdir "$side"
        backup_tool adopt-file "$file" "$side/Data.fs" || exit 1
        said=$(backup_tool open "$side/Data.fs" "${blob:+$blob_place}") ||
            die "storage $2: what was taken over does not open: $said"
        rm -f "$side/Data.fs.lock" "$side/Data.fs.tmp"
        backup_tool give "$side" "$3" || exit 1
        backup_tool unused "$file" || die "storage $2: a server of the old place has started meanwhile"
        log_info "storage $2: $said, verified"
    fi
    if [ "$blob_place" != "$4" ]; then
        # An empty folder that setup made, with no more than a .layout in it, makes room.
        rm -rf "$4"
        must mv "$blob_place" "$4"
    fi
    if [ -n "$side" ]; then
        [ ! -e "$side/Data.fs.index" ] || must mv -f "$side/Data.fs.index" "$3.index"
        must mv "$side/Data.fs" "$3"
        rm -rf "$side"
    fi
)

# adopt_folder_source CLASS PATH: prints the old place of a data folder that is no storage's, where there is one and the new
# one is empty.
adopt_folder_source() (
    [ "$1" = data ] || exit 0
    case $2 in
    "$DATA"/?*) ;;
    *) exit 0 ;;
    esac
    [ -z "$(each_storage adopt_within "$2")" ] || exit 0
    source=$ADOPT_FROM/var/${2#"$DATA"/}
    if [ -d "$source" ] && ! adopt_holds "$2"; then
        printf '%s\n' "$source"
    fi
)

# adopt_within FOLDER ROW: prints something where the storage lies in the folder or the folder in its blobs.
adopt_within() {
    case $4 in
    "$1"/*) echo yes ;;
    esac
    case $5 in
    "$1" | "$1"/*) echo yes ;;
    esac
    if [ -n "$5" ]; then
        case $1 in
        "$5"/*) echo yes ;;
        esac
    fi
}

adopt_tell_folder() {
    ADOPT_FOLDER=$(adopt_folder_source "$1" "$2")
    if [ -n "$ADOPT_FOLDER" ]; then
        ADOPT_TODO=yes
        log_info "folder $ADOPT_FOLDER is copied to $2"
    fi
}

adopt_folder_or_stop() {
    ADOPT_FOLDER=$(adopt_folder_source "$1" "$2")
    [ -n "$ADOPT_FOLDER" ] || return 0
    adopt_folder "$ADOPT_FOLDER" "$2" || die "adopt: stopped; $ADOPT_FROM is as it was"
}

adopt_folder() (
    side=$(restore_side "$2")
    rm -rf "$side"
    must mkdir -p "$side"
    backup_tool adopt-tree "$1" "$side" copy || exit 1
    backup_tool give "$side" "$2" || exit 1
    [ ! -d "$2" ] || must rmdir "$2"
    must mv "$side" "$2"
)
