# shellcheck shell=sh
# backup.sh: data is copied and the copy is verified, before a switch and whenever asked.
#
# Reads   each_backup each_storage each_dump; BACKUPS CURRENT; release_active (release.sh).
# On disk
#   LOCATION/STORAGE/STAMP/            a set: one full repozo backup and its increments, a repozo repository by itself
#   BLOB_LOCATION/STORAGE/STAMP[.tar]  the blobs of one backup; unchanged files are hard links to the backup before
#   BLOB_LOCATION/STORAGE/STAMP.sums   SHA-256 of each of these blobs
#   BACKUPS/dumps/NAME/STAMP           what a command of the user's wrote
#   BACKUPS/records/STAMP              what belongs together, and the release that was active. Written last, by a rename:
#                                      what no record names is half a backup, and the next run removes it.
# A set is a folder of its own so that a killed run, a pack or a clock that was set back never mixes two sets.
# STAMP is UTC, yyyy-mm-dd-hh-mm-ss, and always later than the one before, whatever the clock says.
#
# Python is the running release's: its ZODB wrote the file. It is started isolated (-I) and writes no byte code.

# backup_run [-q] [-n] [--full | --snapshot] [--before VERSION] [NAME]
#   Backs up every storage and dump of the profile, or the backup NAME alone.
#   --full      starts a new set; without it the first of a set is full and the next ones are increments.
#   --snapshot  a full set of its own, kept apart from the others.
#   --before    the release that is deployed after this backup; goes into the record.
#   Returns 0 verified, or nothing to back up; 20 there is no verified backup; 64 usage; 1 a post command failed.
backup_run() (
    backup_start "$@"
)

# backup_start: what belongs to one run is in variables BACKUP_..., what belongs to one storage in STORE_...
backup_start() {
    BACKUP_KIND=usual BACKUP_BEFORE='' BACKUP_ONLY=''
    while [ "$#" -gt 0 ]; do
        case $1 in
        --full) BACKUP_KIND=full ;;
        --snapshot) BACKUP_KIND=snapshot ;;
        --before)
            [ "$#" -gt 1 ] || die_with 64 "backup: --before wants a version"
            BACKUP_BEFORE=$2
            shift
            ;;
        -q | --quiet) log_quiet ;;
        -n | --no-prompt) ;;
        --list)
            backup_list
            exit
            ;;
        -*) die_with 64 "backup: unknown option $1 (known: --full, --snapshot, --list, -q, -n)" ;;
        *) BACKUP_ONLY=$1 ;;
        esac
        shift
    done
    if [ -z "$(backup_names)" ]; then
        log_info "backup: the profile declares no data to back up"
        exit 0
    fi
    if [ -n "$BACKUP_ONLY" ] && ! backup_names | grep -Fqx -e "$BACKUP_ONLY"; then
        die_with 64 "backup: there is no backup called $BACKUP_ONLY (known: $(backup_names | tr '\n' ' '))"
    fi
    BACKUP_ACTIVE=$(release_active)
    if [ -z "$BACKUP_ACTIVE" ]; then
        log_info "backup: no release is active yet, so there is nothing to back up"
        exit 0
    fi
    umask 077
    [ -z "$(each_storage backup_readable)" ] || exit 20
    BACKUP_PYTHON=$(backup_python) || exit 20
    for folder in "$BACKUPS" "$BACKUPS/records" "$BACKUPS/dumps"; do
        [ -d "$folder" ] || mkdir -p "$folder" || die_with 20 "backup: the folder $folder cannot be made"
    done
    BACKUP_STAMP=$(record_stamp) || exit 20
    BACKUP_RECORD=$BACKUPS/records/.partial-$BACKUP_STAMP
    backup_work
    status=$?
    [ "$status" = 0 ] || rm -f "$BACKUP_RECORD"
    exit "$status"
}

# backup_work: the backup itself, in order. Uses the names that backup_run set.
backup_work() (
    each_backup backup_command_before
    backup_space || exit 20
    rm -f "$BACKUPS/records/".partial-*
    {
        printf 'backup %s\nkind %s\nrelease %s\n' "$BACKUP_STAMP" "$BACKUP_KIND" "$BACKUP_ACTIVE"
        [ -z "$BACKUP_BEFORE" ] || printf 'before %s\n' "$BACKUP_BEFORE"
    } >"$BACKUP_RECORD" || die_with 20 "backup: $BACKUP_RECORD cannot be written"
    each_storage storage_backup_or_stop
    each_dump dump_backup_or_stop
    printf 'verified yes\n' >>"$BACKUP_RECORD" || die_with 20 "backup: $BACKUP_RECORD cannot be written"
    mv -f "$BACKUP_RECORD" "$BACKUPS/records/$BACKUP_STAMP" || die_with 20 "backup: $BACKUPS/records/$BACKUP_STAMP cannot be written"
    log_info "backup $BACKUP_STAMP is complete and verified (release $BACKUP_ACTIVE)"
    backup_retire
    failed=''
    each_backup backup_command_after
    [ -z "$failed" ] || exit 1
)

# backup_wanted NAME: whether this run is about the backup NAME.
backup_wanted() {
    [ -z "${BACKUP_ONLY:-}" ] || [ "$BACKUP_ONLY" = "$1" ]
}

# backup_names: the names of what the profile backs up, one a line.
backup_names() {
    {
        each_storage backup_print_name
        each_dump backup_print_name
    } | sort -u
}

backup_print_name() {
    printf '%s\n' "$1"
}

# backup_python: prints the interpreter of the running release, by which its data is read.
backup_python() (
    python=$CURRENT/lib/venv/bin/python
    "$python" -I -c '' 2>/dev/null ||
        die_with 20 "backup: the running release's Python does not start: $python"
    printf '%s\n' "$python"
)

# backup_readable ROW: says on standard output, and by the log, what this user may not read.
backup_readable() {
    backup_wanted "$1" || return 0
    for readable_path in "$3" "$4"; do
        [ -n "$readable_path" ] || continue
        backup_path_readable "$readable_path" || {
            printf '%s\n' "$readable_path"
            log_error "backup: $(id -un) cannot read $readable_path (storage $2). Run the script as root or as the owner of the data, or let this user become the owner: sudo -u OWNER sh release.sh backup"
        }
    done
}

# backup_path_readable PATH: 0 where PATH can be read, or where it is surely not there.
backup_path_readable() (
    parent=$(dirname -- "$1")
    if [ -d "$1" ]; then
        [ -r "$1" ] && [ -x "$1" ]
    elif [ -e "$1" ]; then
        [ -r "$1" ]
    elif [ -e "$parent" ]; then
        [ -x "$parent" ]
    elif [ "$parent" = "$1" ] || [ "$parent" = . ]; then
        return 0
    else
        backup_path_readable "$parent"
    fi
)

# backup_command_before, backup_command_after NAME PRE POST: the commands of the user's, run by sh.
backup_command_before() {
    if backup_wanted "$1" && [ -n "$2" ]; then
        backup_sh "$2" >&2 || die_with 20 "backup $1: its pre-command failed with status $?: nothing was backed up"
    fi
}

backup_command_after() {
    if backup_wanted "$1" && [ -n "$3" ]; then
        backup_sh "$3" >&2 || {
            log_error "backup $1: its post-command failed with status $?; the backup itself is complete"
            failed=yes
        }
    fi
}

# backup_sh SOURCE: runs a command of the user's. The declared secrets are in its environment and in no argument.
backup_sh() (
    if command -v each_secret >/dev/null 2>&1; then
        secret_load </dev/null || exit $?
        each_secret backup_export_secret
    fi
    sh -c "$1"
)

backup_export_secret() {
    export "SECRET_$(printf '%s' "$1" | LC_ALL=C tr -c 'A-Za-z0-9_' _)"
}

# backup_space: looks whether all that will be written fits, per file system, before anything is written.
backup_space() (
    short=$(
        {
            each_storage backup_space_of
            each_dump dump_space
        } | backup_tool space
    ) || {
        log_error "backup: not enough free space: $short"
        exit 20
    }
)

# backup_space_of ROW: prints `BYTES FOLDER` for the data and for the blobs.
backup_space_of() {
    backup_wanted "$1" || return 0
    if [ -n "$3" ] && [ -f "$3" ]; then
        printf '%s %s\n' "$(backup_space_of_file "$@")" "$5"
    fi
    if [ -n "$4" ] && [ -d "$4" ] && [ "${11}" != none ]; then
        printf '%s %s\n' "$(backup_tool blobs-need "$4" "$(storage_blobs_before "$1" "$2" "$6" "${11}")")" "$6"
    fi
}

# backup_space_of_file ROW: the bytes of a full backup uncompressed, or of what came since the last one.
backup_space_of_file() (
    set_folder=$(storage_set_to_extend "$1" "$2" "$5" "$9")
    backup_tool file-need "$3" "$set_folder"
)

# backup_retire: removes what is older than the wanted number of good full sets, and what no record names.
#   A failure here is a warning: the new backup is complete.
backup_retire() (
    each_storage backup_retire_storage
    each_dump dump_retire
    backup_tool retire-records "$BACKUPS" "$(each_storage backup_print_places)" ||
        log_warn "records of backups that are gone could not all be removed"
)

backup_print_places() {
    printf '%s\n%s\n%s\n%s\n' "$1" "$2" "$5" "$6"
}

# backup_retire_storage ROW: snapshots and usual backups are counted apart.
backup_retire_storage() {
    backup_wanted "$1" || return 0
    backup_tool retire "$BACKUPS" "$1" "$2" "$3" "$5/$2" "$6/$2" "$7" "$8" ||
        log_warn "storage $2: old backups could not all be removed"
}

# backup_list: one line a backup, newest last: stamp, kind, release, what is in it.
backup_list() (
    record_list | while IFS= read -r stamp; do
        printf '%s  %-8s  release %s  %s\n' "$stamp" "$(record_field "$stamp" kind)" \
            "$(record_field "$stamp" release)" \
            "$(sed -n 's/^storage //p; s/^dump //p' "$BACKUPS/records/$stamp" | tr '\n' ' ')"
    done
)

# backup_lost STAMP: what the backup names and is not there any more, or is known to be damaged, a line each. For status.
backup_lost() {
    each_storage backup_lost_storage "$1"
    each_dump backup_lost_dump "$1"
}

# backup_lost_storage STAMP ROW
backup_lost_storage() (
    stamp=$1
    shift
    set=$(record_part "$stamp" "$1" "$2" set)
    copy=$(record_part "$stamp" "$1" "$2" blobs)
    if [ -n "$set" ] && [ ! -d "$5/$2/$set" ]; then
        echo "storage $2: $5/$2/$set is gone"
    elif [ -n "$set" ] && [ -e "$5/$2/$set/DAMAGED" ]; then
        echo "storage $2: $5/$2/$set is damaged: $(cat "$5/$2/$set/DAMAGED")"
    fi
    if [ -n "$copy" ] && [ ! -e "$6/$2/$copy" ]; then
        echo "storage $2: its blobs $6/$2/$copy are gone"
    fi
)

# backup_lost_dump STAMP NAME ...
backup_lost_dump() (
    if grep -Fqx -e "dump $2" "$BACKUPS/records/$1" && [ ! -f "$BACKUPS/dumps/$2/$1" ]; then
        echo "dump $2: $BACKUPS/dumps/$2/$1 is gone"
    fi
)

# backup_tool VERB ARG...: what has to look into files of ZODB, or count bytes. Answers on standard output.
backup_tool() {
    case $1 in
    open | blobs-check) "$BACKUP_PYTHON" -I -B -c "$(data_tool_source)" "$@" ;;
    # The others need the standard library alone, and start faster without looking for more.
    *) "$BACKUP_PYTHON" -I -B -S -c "$(data_tool_source)" "$@" ;;
    esac
}
