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
    BACKUP_STAMP=$(backup_stamp) || exit 20
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
    each_storage backup_storage_or_stop
    each_dump backup_dump_or_stop
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

# backup_stamp: prints a stamp that is later than every record's.
backup_stamp() (
    now=$(date -u +%Y-%m-%d-%H-%M-%S) || die_with 20 "backup: date failed"
    newest=$(backup_records | tail -n 1)
    if [ -z "$newest" ] || backup_earlier "$newest" "$now"; then
        printf '%s\n' "$now"
    else
        backup_tool after "$newest" || die_with 20 "backup: the stamp of $BACKUPS/records/$newest is no date"
    fi
)

# backup_earlier A B: whether stamp A is earlier than stamp B.
backup_earlier() {
    [ "$1" != "$2" ] && [ "$(printf '%s\n%s\n' "$1" "$2" | LC_ALL=C sort | head -n 1)" = "$1" ]
}

# backup_records: the stamps of complete backups, oldest first.
backup_records() (
    for path in "$BACKUPS/records"/[0-9]*; do
        [ -f "$path" ] && printf '%s\n' "${path##*/}"
    done | LC_ALL=C sort
)

# backup_record_field STAMP FIELD: prints the value of a field of the record's head.
backup_record_field() {
    sed -n "s/^$2 //p" "$BACKUPS/records/$1" | head -n 1
}

# backup_record_part STAMP BACKUP STORAGE FIELD: prints a field of one storage in a record; nothing where it isn't there.
backup_record_part() (
    inside=no
    while IFS= read -r line; do
        case $line in
        'part '* | 'dump '*)
            inside=no
            [ "$line" != "part $2" ] || inside=half
            ;;
        'storage '*)
            if [ "$inside" != no ]; then
                inside=no
                [ "$line" != "storage $3" ] || inside=yes
            fi
            ;;
        "$4 "*) [ "$inside" != yes ] || printf '%s\n' "${line#"$4 "}" ;;
        esac
    done <"$BACKUPS/records/$1"
)

# backup_newest_with BACKUP STORAGE FIELD KINDS: prints the newest record's stamp, a blank and the field, among records
# of these kinds in which the storage has that field.
backup_newest_with() (
    backup_records | LC_ALL=C sort -r | while IFS= read -r stamp; do
        kind=$(backup_record_field "$stamp" kind)
        case " $4 " in
        *" $kind "*) ;;
        *) continue ;;
        esac
        value=$(backup_record_part "$stamp" "$1" "$2" "$3")
        if [ -n "$value" ]; then
            printf '%s %s\n' "$stamp" "$value"
            break
        fi
    done
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
            each_dump backup_space_of_dump
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
        printf '%s %s\n' "$(backup_tool blobs-need "$4" "$(backup_blobs_before "$1" "$2" "$6" "${11}")")" "$6"
    fi
}

# backup_space_of_file ROW: the bytes of a full backup uncompressed, or of what came since the last one.
backup_space_of_file() (
    set_folder=$(backup_set_to_extend "$1" "$2" "$5" "$9")
    backup_tool file-need "$3" "$set_folder"
)

# backup_space_of_dump NAME: a dump is taken to be as large as the one before.
backup_space_of_dump() (
    backup_wanted "$1" || exit 0
    newest=$(find "$BACKUPS/dumps/$1" -type f -name '[0-9]*' 2>/dev/null | LC_ALL=C sort | tail -n 1)
    [ -z "$newest" ] || printf '%s %s\n' "$(wc -c <"$newest" | tr -d ' ')" "$BACKUPS"
)

# backup_set_to_extend BACKUP STORAGE LOCATION FULL: prints the folder of the set that an increment goes into, or
# nothing where a new set has to be started.
backup_set_to_extend() (
    [ "$BACKUP_KIND" = usual ] && [ "$4" != yes ] || exit 0
    newest=$(backup_newest_with "$1" "$2" set 'usual full')
    [ -n "$newest" ] || exit 0
    folder=$3/$2/${newest#* }
    [ -d "$folder" ] && [ ! -e "$folder/DAMAGED" ] && printf '%s\n' "$folder"
)

# backup_storage_or_stop ROW: a storage that could not be backed up ends the run.
backup_storage_or_stop() {
    backup_wanted "$1" || return 0
    backup_storage "$@" || exit 20
}

# backup_storage BACKUP STORAGE FILE BLOBS LOCATION BLOB_LOCATION KEEP KEEP_BLOB_DAYS FULL COMPRESS BLOB_MODE
#   Data first, blobs after it: a blob that came in between is of no harm, one that is missing would be.
#   A pack during the backup may take blobs away that the copy of the data still needs: then once more from the start.
backup_storage() (
    backup_storage_steps "$@"
)

backup_storage_steps() {
    STORE_PART=$1 STORE_NAME=$2 STORE_FILE=$3 STORE_BLOBS=$4 STORE_BASE=$5 STORE_FOLDER=$5/$2 STORE_BLOB_BASE=$6 STORE_BLOB_FOLDER=$6/$2 STORE_FULL=$9
    shift 9
    STORE_COMPRESS=$1 STORE_BLOB_MODE=$2
    if [ -n "$STORE_FILE" ] && [ ! -e "$STORE_FILE" ]; then
        known=$(backup_newest_with "$STORE_PART" "$STORE_NAME" set 'usual full snapshot')
        [ -z "$known" ] ||
            die_with 20 "storage $STORE_NAME: $STORE_FILE is missing, and backups of it exist. 'restore $STORE_NAME' brings it back; an empty database is not started in its place"
        log_info "storage $STORE_NAME: $STORE_FILE does not exist yet, nothing to back up"
        exit 0
    fi
    mkdir -p "$STORE_FOLDER" || die_with 20 "storage $STORE_NAME: the folder $STORE_FOLDER cannot be made"
    [ "$STORE_BLOB_MODE" != none ] || STORE_BLOBS=''
    if [ -n "$STORE_BLOBS" ]; then
        [ -d "$STORE_BLOBS" ] ||
            die_with 20 "storage $STORE_NAME: its blob folder $STORE_BLOBS is missing. A database without its blobs is no backup"
        mkdir -p "$STORE_BLOB_FOLDER" || die_with 20 "storage $STORE_NAME: the folder $STORE_BLOB_FOLDER cannot be made"
    fi
    STORE_ATTEMPT=1
    while :; do
        STORE_SET='' STORE_LAST='' STORE_SIZE=0 STORE_WHAT='blobs alone'
        if [ -n "$STORE_FILE" ]; then
            backup_data || exit $?
        fi
        [ -n "$STORE_BLOBS" ] || break
        backup_blobs
        case $? in
        0) break ;;
        3)
            [ "$STORE_ATTEMPT" = 1 ] ||
                die_with 20 "storage $STORE_NAME: blobs that the database names went away during the backup, twice. Is it being packed? Try again later"
            log_warn "storage $STORE_NAME: blobs went away during the backup (a pack?): once more from the start"
            STORE_ATTEMPT=2 STORE_KIND=full
            ;;
        *) exit 20 ;;
        esac
    done
    {
        printf 'part %s\nstorage %s\n' "$STORE_PART" "$STORE_NAME"
        [ -z "$STORE_FILE" ] || printf 'file %s\nset %s\nlast %s\nsize %s\n' "$STORE_FILE" "$STORE_SET" "$STORE_LAST" "$STORE_SIZE"
        [ -z "$STORE_BLOBS" ] || printf 'blobs %s\n' "$STORE_COPY"
    } >>"$BACKUP_RECORD" || die_with 20 "backup: $BACKUP_RECORD cannot be written"
    log_info "storage $STORE_NAME: $STORE_WHAT${STORE_BLOBS:+, with its blobs}, verified"
}

# backup_data: one run of repozo. Sets set_name, last (the newest file of the set), size (bytes of the database in it), what.
backup_data() {
    rm -rf "$STORE_FOLDER"/.partial-*
    STORE_EXTEND=''
    [ "${STORE_KIND:-}" = full ] || STORE_EXTEND=$(backup_set_to_extend "$STORE_PART" "$STORE_NAME" "$STORE_BASE" "$STORE_FULL")
    if [ -n "$STORE_EXTEND" ]; then
        recorded=$(backup_newest_with "$STORE_PART" "$STORE_NAME" last 'usual full')
        backup_extend "$STORE_EXTEND" "${recorded#* }" || return $?
    else
        backup_full || return $?
    fi
}

# backup_full: a new set, made beside under a name that no one reads, renamed when it is verified.
backup_full() {
    STORE_SIDE=$STORE_FOLDER/.partial-$BACKUP_STAMP
    must mkdir "$STORE_SIDE"
    backup_repozo "$STORE_SIDE" -F || return 20
    backup_verify_set "$STORE_SIDE" '' || return 20
    STORE_SET=$(backup_set_free_name)
    mv "$STORE_SIDE" "$STORE_FOLDER/$STORE_SET" || die_with 20 "storage $STORE_NAME: $STORE_FOLDER/$STORE_SET cannot be made"
    STORE_WHAT="full backup"
}

# backup_set_free_name: prints a name for a new set; in a second attempt of the same run the stamp may be taken.
backup_set_free_name() (
    candidate=$BACKUP_STAMP
    while [ -e "$STORE_FOLDER/$candidate" ]; do
        candidate=$(backup_tool after "$candidate") || exit 1
    done
    printf '%s\n' "$candidate"
)

# backup_extend FOLDER RECORDED
#   Adds an increment to the set. What a killed run left behind its list is taken away first: repozo would read it as
#   part of the set and the next increment would overlap it. RECORDED, the newest file a record names, is never touched.
backup_extend() {
    STORE_SET=${1##*/} STORE_WHAT='incremental backup'
    if ! found=$(backup_tool tidy "$1" "$2"); then
        backup_damaged "$1" "$found"
        return 20
    fi
    # repozo names files by the second and reads them in the order of their names.
    if ! backup_tool wait "$1"; then
        log_warn "storage $STORE_NAME: the clock is behind the newest file in $1: a new set is started"
        backup_full
        return $?
    fi
    backup_repozo "$1" -Q || return 20
    STORE_SIDE=$STORE_FOLDER/.partial-$BACKUP_STAMP
    if ! found=$(backup_tool split "$1" "$STORE_SIDE"); then
        backup_damaged "$1" "$found"
        return 20
    fi
    if [ -d "$STORE_SIDE" ]; then
        # The file was packed or replaced: repozo began anew, and so does a set.
        backup_verify_set "$STORE_SIDE" '' || return 20
        STORE_SET=$(backup_set_free_name)
        mv "$STORE_SIDE" "$STORE_FOLDER/$STORE_SET" || die_with 20 "storage $STORE_NAME: $STORE_FOLDER/$STORE_SET cannot be made"
        STORE_WHAT='full backup (the file was packed or replaced)'
    else
        backup_verify_set "$1" '' || return 20
    fi
}

# backup_repozo FOLDER OPTION: runs repozo in the folder. It writes the folder's name into its list and splits the list
# at blanks, so it is given `.`.
backup_repozo() (
    cd "$1" || die_with 20 "storage $STORE_NAME: $1 cannot be entered"
    [ "$STORE_COMPRESS" != yes ] || set -- "$1" "$2" -z
    shift
    said=$(PYTHONDONTWRITEBYTECODE=1 "$BACKUP_PYTHON" -I -m ZODB.scripts.repozo -B "$@" -r . -f "$STORE_FILE" 2>&1) || {
        log_error "storage $STORE_NAME: repozo failed: $(printf '%s\n' "$said" | tail -n 3)"
        exit 20
    }
)

# backup_verify_set FOLDER LAST: every file of the set is read and compared with its list, up to LAST or to the end.
#   Not by `repozo -V`: before ZODB 6.0 it exits 0 on a corrupt set, and it sees no gap in the list.
#   Sets last and size.
backup_verify_set() {
    if ! found=$(backup_tool verify "$1" "$2"); then
        backup_damaged "$1" "$found"
        return 20
    fi
    STORE_LAST=${found%% *} STORE_SIZE=${found#* }
}

# backup_damaged FOLDER WHAT: says so, and marks the set: it no longer counts and nothing is added to it.
backup_damaged() {
    log_error "storage $STORE_NAME: the backup in $1 is not good: $2"
    case ${1##*/} in
    .partial-*) ;;
    *)
        printf '%s\n' "$2" >"$1/DAMAGED" || :
        log_error "storage $STORE_NAME: $1 is marked as damaged and no longer counts; the next backup starts a new full set beside it"
        ;;
    esac
}

# backup_blobs_before BACKUP STORAGE BLOB_LOCATION MODE: the folder of blobs that unchanged files can be linked to, or nothing.
backup_blobs_before() (
    case $4 in
    tar | tar.gz) exit 0 ;;
    esac
    newest=$(backup_newest_with "$1" "$2" blobs 'usual full snapshot')
    [ -n "$newest" ] || exit 0
    [ -d "$3/$2/${newest#* }" ] && printf '%s\n' "$3/$2/${newest#* }"
)

# backup_blobs: copies the blobs. Sets blob_name. Returns 0; 20 failed; 3 blobs that the data names are not there any more.
backup_blobs() {
    rm -rf "$STORE_BLOB_FOLDER"/.partial-*
    STORE_SIDE=$STORE_BLOB_FOLDER/.partial-$BACKUP_STAMP
    STORE_LIST=$STORE_BLOB_FOLDER/.partial-$BACKUP_STAMP.list
    STORE_PREVIOUS=$(backup_blobs_before "$STORE_PART" "$STORE_NAME" "$STORE_BLOB_BASE" "$STORE_BLOB_MODE")
    STORE_COPY=$BACKUP_STAMP
    backup_tool blobs-list "$STORE_BLOBS" >"$STORE_LIST" || return 20
    case $STORE_BLOB_MODE in
    tar | tar.gz)
        STORE_COPY=$BACKUP_STAMP.$STORE_BLOB_MODE
        backup_tool blobs-tar "$STORE_BLOBS" "$STORE_LIST" "$STORE_SIDE.$STORE_BLOB_MODE" "$STORE_SIDE.sums" || return 20
        STORE_SIDE=$STORE_SIDE.$STORE_BLOB_MODE
        ;;
    *)
        must mkdir "$STORE_SIDE"
        if [ "$STORE_BLOB_MODE" = rsync ] && command -v rsync >/dev/null 2>&1; then
            backup_blobs_rsync || return 20
        else
            backup_tool blobs-copy "$STORE_BLOBS" "$STORE_LIST" "$STORE_PREVIOUS" "$STORE_SIDE" || return 20
        fi
        backup_tool blobs-sums "$STORE_LIST" "$STORE_SIDE" "$STORE_PREVIOUS" "$STORE_BLOB_FOLDER/.partial-$BACKUP_STAMP.sums" || return 20
        ;;
    esac
    backup_tool blobs-check "$STORE_LIST" "$STORE_BLOB_FOLDER/.partial-$BACKUP_STAMP.sums" "$STORE_BLOBS" "$STORE_FILE" "$STORE_SIZE"
    case $? in
    0) ;;
    3) return 3 ;;
    *) return 20 ;;
    esac
    mv "$STORE_BLOB_FOLDER/.partial-$BACKUP_STAMP.sums" "$STORE_BLOB_FOLDER/$BACKUP_STAMP.sums" || return 20
    mv "$STORE_SIDE" "$STORE_BLOB_FOLDER/$STORE_COPY" || return 20
    rm -f "$STORE_LIST"
}

# backup_blobs_rsync: new files are copied, unchanged ones become links to the backup before. tmp/ holds what is not
# committed. 24 means that files went away meanwhile; whether that matters, the check finds out.
backup_blobs_rsync() {
    set -- -rltp --chmod=Du=rwx,Dgo=,Fu=rw,Fgo= --delete --exclude=/tmp/
    [ -z "$STORE_PREVIOUS" ] || set -- "$@" "--link-dest=$STORE_PREVIOUS/"
    rsync_said=$(rsync "$@" "$STORE_BLOBS/" "$STORE_SIDE/" 2>&1)
    rsync_status=$?
    case $rsync_status in
    0 | 24) return 0 ;;
    esac
    log_error "storage $STORE_NAME: rsync failed with status $rsync_status: $(printf '%s\n' "$rsync_said" | tail -n 3)"
    return 20
}

# backup_dump_or_stop NAME DUMP RESTORE KEEP: a dump that failed ends the run.
backup_dump_or_stop() {
    backup_wanted "$1" || return 0
    backup_dump "$@" || exit 20
}

# backup_dump NAME DUMP RESTORE KEEP: the command's standard output becomes a file. A command that fails or writes nothing is no backup.
backup_dump() (
    folder=$BACKUPS/dumps/$1
    mkdir -p "$folder" || die_with 20 "dump $1: the folder $folder cannot be made"
    rm -f "$folder"/.partial-*
    side=$folder/.partial-$BACKUP_STAMP
    backup_sh "$2" >"$side" || {
        status=$?
        rm -f "$side"
        die_with 20 "dump $1: its command failed with status $status"
    }
    [ -s "$side" ] || {
        rm -f "$side"
        die_with 20 "dump $1: its command wrote nothing"
    }
    sum=$(backup_tool sha256 "$side") || die_with 20 "dump $1: $side cannot be read"
    mv -f "$side" "$folder/$BACKUP_STAMP" || die_with 20 "dump $1: $folder/$BACKUP_STAMP cannot be written"
    printf 'dump %s\nsaved %s\nsha256 %s\n' "$1" "$BACKUP_STAMP" "$sum" >>"$BACKUP_RECORD" || die_with 20 "backup: $BACKUP_RECORD cannot be written"
    log_info "dump $1: $(wc -c <"$folder/$BACKUP_STAMP" | tr -d ' ') bytes"
)

# backup_retire: removes what is older than the wanted number of good full sets, and what no record names.
#   A failure here is a warning: the new backup is complete.
backup_retire() (
    each_storage backup_retire_storage
    each_dump backup_retire_dump
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

backup_retire_dump() {
    backup_wanted "$1" || return 0
    backup_tool retire-dump "$BACKUPS/dumps/$1" "${4:-2}" || log_warn "dump $1: old dumps could not all be removed"
}

# backup_list: one line a backup, newest last: stamp, kind, release, what is in it.
backup_list() (
    backup_records | while IFS= read -r stamp; do
        printf '%s  %-8s  release %s  %s\n' "$stamp" "$(backup_record_field "$stamp" kind)" \
            "$(backup_record_field "$stamp" release)" \
            "$(sed -n 's/^storage //p; s/^dump //p' "$BACKUPS/records/$stamp" | tr '\n' ' ')"
    done
)

# backup_last: prints `STAMP RELEASE` of the newest complete backup, or nothing. For status.
backup_last() (
    newest=$(backup_records | tail -n 1)
    [ -z "$newest" ] || printf '%s %s\n' "$newest" "$(backup_record_field "$newest" release)"
)

# backup_tool VERB ARG...: what has to look into files of ZODB, or count bytes. Answers on standard output.
backup_tool() {
    case $1 in
    open | blobs-check) "$BACKUP_PYTHON" -I -B -c "$(backup_tool_source)" "$@" ;;
    # The others need the standard library alone, and start faster without looking for more.
    *) "$BACKUP_PYTHON" -I -B -S -c "$(backup_tool_source)" "$@" ;;
    esac
}

backup_tool_source() {
    cat <<'PYTHON'
"""What backup and restore ask about files of ZODB. Run as: python -c SOURCE VERB ARGUMENT..."""
import hashlib, os, re, stat, sys, time, zlib

STAMP = '%Y-%m-%d-%H-%M-%S'
DATA_FILE = re.compile(r'(\d{4}(?:-\d\d){5})\.((?:delta)?)fsz?$').match
STAMPED = re.compile(r'\d{4}(?:-\d\d){5}(\.tar(\.gz)?)?$').match
CHUNK = 1 << 20


class Bad(Exception):
    """The set or the copy is not good; the text names the file."""


# --- sets of repozo -------------------------------------------------------------------------------------------------

def read_set(folder):
    """-> (data files in order, name of the list, entries of the list, whether its last line is incomplete)"""
    try:
        data = sorted(name for name in os.listdir(folder) if DATA_FILE(name))
    except OSError as error:
        raise Bad('%s cannot be read: %s' % (folder, error.strerror))
    full = [name for name in data if not DATA_FILE(name).group(2)]
    if not full:
        raise Bad('there is no full backup in %s' % folder)
    listing = DATA_FILE(full[0]).group(1) + '.dat'
    try:
        with open(os.path.join(folder, listing)) as stream:
            text = stream.read()
    except (OSError, ValueError):
        raise Bad('%s is missing or cannot be read' % os.path.join(folder, listing))
    lines = text.split('\n')
    cut_off = lines.pop() != ''
    entries = []
    for line in lines:
        try:
            name, start, end, digest = line.split()
            entries.append((os.path.basename(name), int(start), int(end), digest))
        except ValueError:
            raise Bad('%s has a line that is no entry: %r' % (os.path.join(folder, listing), line))
    return data, listing, entries, cut_off


def digest_of(path, algorithm, write=None):
    """Hash and size of a file, unpacked where it is one of gzip."""
    import gzip
    digest, size = hashlib.new(algorithm, usedforsecurity=False), 0
    opener = gzip.open if path.endswith('fsz') else open
    with opener(path, 'rb') as stream:
        while True:
            block = stream.read(CHUNK)
            if not block:
                return digest.hexdigest(), size
            digest.update(block)
            size += len(block)
            if write:
                write(block)


def verified(folder, last='', write=None):
    """Reads the set up to the file `last`. -> (name of its last file, bytes of the database)"""
    data, listing, entries, cut_off = read_set(folder)
    listed = [entry[0] for entry in entries]
    if last:
        if last not in listed:
            raise Bad('%s is not in the list %s' % (os.path.join(folder, last), listing))
        entries = entries[:listed.index(last) + 1]
    elif cut_off:
        raise Bad('the last line of %s is cut off' % os.path.join(folder, listing))
    if not entries:
        raise Bad('%s is empty' % os.path.join(folder, listing))
    for name in data:
        if name not in listed and (not last or name < last):
            raise Bad('%s is not in the list %s' % (os.path.join(folder, name), listing))
    position = 0
    for name, start, end, digest in entries:
        path = os.path.join(folder, name)
        if start != position or end < start:
            raise Bad('%s begins at byte %d, the one before it ended at %d: something is missing between' %
                      (path, start, position))
        try:
            actual, size = digest_of(path, 'md5', write)
        except FileNotFoundError:
            raise Bad('%s is missing' % path)
        except (EOFError, OSError, zlib.error) as error:
            raise Bad('%s cannot be read: %s' % (path, error))
        if size != end - start:
            raise Bad('%s holds %d bytes instead of %d' % (path, size, end - start))
        if actual != digest:
            raise Bad('%s has the checksum %s instead of %s' % (path, actual, digest))
        position = end
    return entries[-1][0], position


def verb_verify(folder, last):
    print('%s %d' % verified(folder, last))
    sync_folder(folder)


def verb_tidy(folder, recorded):
    """Takes away what a killed run of repozo left behind its list: at most one data file, the newest."""
    data, listing, entries, cut_off = read_set(folder)
    if recorded and recorded not in [entry[0] for entry in entries]:
        raise Bad('%s is not in the list %s' % (os.path.join(folder, recorded), listing))
    if not entries:
        raise Bad('%s is empty' % os.path.join(folder, listing))
    newest = max(entry[0] for entry in entries)
    extra = [name for name in data if name not in [entry[0] for entry in entries]]
    if len(extra) > 1 or (extra and extra[0] < newest):
        raise Bad('%s is not in the list %s' % (os.path.join(folder, extra[0]), listing))
    for name in extra:
        os.unlink(os.path.join(folder, name))
    roots = {os.path.splitext(entry[0])[0] for entry in entries}
    for name in os.listdir(folder):
        root, suffix = os.path.splitext(name)
        if name == 'tmp.tmp' or (suffix in ('.index', '.dat') and root not in roots):
            os.unlink(os.path.join(folder, name))
    if cut_off:
        path = os.path.join(folder, listing)
        with open(path) as stream:
            text = stream.read()
        with open(path + '.new', 'w') as stream:
            stream.write(text[:text.rindex('\n') + 1])
            os.fsync(stream.fileno())
        os.rename(path + '.new', path)


def verb_wait(folder):
    """Until the clock is past the newest file, at most two seconds; else status 1."""
    newest = max([DATA_FILE(name).group(1) for name in os.listdir(folder) if DATA_FILE(name)] or [''])
    for attempt in range(20):
        if newest < time.strftime(STAMP, time.gmtime()):
            return
        time.sleep(0.1)
    sys.exit(1)


def verb_split(folder, other):
    """Where repozo began a second full backup in the folder, moves it to the folder `other`."""
    full = sorted(name for name in os.listdir(folder) if DATA_FILE(name) and not DATA_FILE(name).group(2))
    if len(full) < 2:
        return
    if len(full) > 2:
        raise Bad('%s holds more than two full backups' % folder)
    root = DATA_FILE(full[1]).group(1)
    os.mkdir(other, 0o700)
    for name in (full[1], root + '.index', root + '.dat'):
        os.rename(os.path.join(folder, name), os.path.join(other, name))


def verb_file_need(path, folder):
    size = os.path.getsize(path)
    if folder:
        try:
            end = read_set(folder)[2][-1][2]
        except (Bad, IndexError):
            end = 0
        if end <= size:
            size -= end
    print(size)


# --- blobs ----------------------------------------------------------------------------------------------------------

def blob_files(folder):
    """Relative paths of the regular files; tmp/ at the top holds what is not committed."""
    found = []
    def fail(error):
        if not isinstance(error, FileNotFoundError):
            raise error
    for parent, folders, names in os.walk(folder, onerror=fail):
        if parent == folder and 'tmp' in folders:
            folders.remove('tmp')
        for name in names:
            path = os.path.join(parent, name)
            try:
                info = os.lstat(path)
            except FileNotFoundError:
                continue
            if stat.S_ISREG(info.st_mode):
                found.append((os.path.relpath(path, folder), info))
    return found


def read_list(path):
    """-> {relative path: fields before it}; the records end with NUL, for names may hold anything else."""
    with open(path, 'rb') as stream:
        records = stream.read().split(b'\0')[:-1]
    listing = {}
    for record in records:
        first, second, name = record.split(b' ', 2)
        listing[os.fsdecode(name)] = (first.decode(), int(second))
    return listing


def write_record(stream, first, second, name):
    stream.write(b'%s %d %s\0' % (str(first).encode(), second, os.fsencode(name)))


def verb_blobs_list(folder):
    for name, info in blob_files(folder):
        if not os.access(os.path.join(folder, name), os.R_OK):
            sys.exit('error: blob %s cannot be read by this user' % os.path.join(folder, name))
        write_record(sys.stdout.buffer, info.st_mtime_ns, info.st_size, name)


def unchanged(info, previous, name):
    if not previous:
        return False
    try:
        before = os.lstat(os.path.join(previous, name))
    except OSError:
        return False
    # rsync compares whole seconds where the file system before kept no more.
    return before.st_size == info.st_size and before.st_mtime_ns // 10**9 == info.st_mtime_ns // 10**9


def verb_blobs_need(folder, previous):
    print(sum(info.st_size for name, info in blob_files(folder) if not unchanged(info, previous, name)))


def verb_blobs_copy(source, listing, previous, target):
    for name in read_list(listing):
        old, new = os.path.join(source, name), os.path.join(target, name)
        os.makedirs(os.path.dirname(new), 0o700, exist_ok=True)
        try:
            info = os.lstat(old)
            if unchanged(info, previous, name):
                try:
                    os.link(os.path.join(previous, name), new)
                    continue
                except OSError:
                    pass
            copy_file(old, new)
            os.utime(new, ns=(info.st_atime_ns, info.st_mtime_ns))
        except FileNotFoundError:
            if os.path.exists(old):
                raise


def copy_file(old, new, digest=None):
    with open(old, 'rb') as reader, open(new, 'wb') as writer:
        while True:
            block = reader.read(CHUNK)
            if not block:
                break
            if digest:
                digest.update(block)
            writer.write(block)
        writer.flush()
        os.fsync(writer.fileno())


def verb_blobs_sums(listing, copy, previous, sums):
    """Hashes the copied files; a file that is the same inode as in the copy before keeps the sum it had."""
    known = {}
    if previous and os.path.exists(previous + '.sums'):
        known = read_list(previous + '.sums')
    with open(sums, 'wb') as stream:
        for name, info in blob_files(copy):
            path, digest = os.path.join(copy, name), None
            if name in known:
                try:
                    if os.path.samestat(info, os.lstat(os.path.join(previous, name))):
                        digest = known[name][0]
                except OSError:
                    pass
            write_record(stream, digest or digest_of_bytes(path), info.st_size, name)
        stream.flush()
        os.fsync(stream.fileno())


def digest_of_bytes(path):
    digest = hashlib.sha256()
    with open(path, 'rb') as stream:
        for block in iter(lambda: stream.read(CHUNK), b''):
            digest.update(block)
    return digest.hexdigest()


class Hashing:
    """A file that is hashed while tarfile reads it."""

    def __init__(self, stream):
        self.stream, self.digest, self.size = stream, hashlib.sha256(), 0

    def read(self, count):
        block = self.stream.read(count)
        self.digest.update(block)
        self.size += len(block)
        return block


def verb_blobs_tar(source, listing, archive, sums):
    import tarfile
    with tarfile.open(archive, 'w:gz' if archive.endswith('.gz') else 'w') as writer, open(sums, 'wb') as stream:
        for name in read_list(listing):
            try:
                reader = open(os.path.join(source, name), 'rb')
            except FileNotFoundError:
                continue
            with reader:
                info = writer.gettarinfo(arcname=name, fileobj=reader)
                hashing = Hashing(reader)
                writer.addfile(info, hashing)
                write_record(stream, hashing.digest.hexdigest(), hashing.size, name)
    wanted = read_list(sums)
    for name, digest, size in tar_digests(archive):
        if wanted.pop(name, None) != (digest, size):
            sys.exit('error: %s: %s is not what was written' % (archive, name))
    if wanted:
        sys.exit('error: %s lacks %s' % (archive, sorted(wanted)[0]))


def tar_digests(archive, folder=None):
    """-> (name, SHA-256, size) of every member; unpacks them into the folder where one is given."""
    import tarfile
    with tarfile.open(archive, 'r:*') as reader:
        for member in reader:
            if not member.isfile():
                continue
            name = os.path.normpath(member.name)
            if name.startswith(('/', '..')):
                raise Bad('%s holds a path that leads out of it: %s' % (archive, member.name))
            hashing, target = Hashing(reader.extractfile(member)), None
            if folder:
                path = os.path.join(folder, name)
                os.makedirs(os.path.dirname(path), 0o700, exist_ok=True)
                target = open(path, 'wb')
            for block in iter(lambda: hashing.read(CHUNK), b''):
                if target:
                    target.write(block)
            if target:
                target.close()
                os.utime(path, (member.mtime, member.mtime))
            yield name, hashing.digest.hexdigest(), hashing.size


def verb_blobs_check(listing, sums, source, data, size):
    """Status 3 where blobs that the backed up data names went away during the copy."""
    wanted, copied = read_list(listing), read_list(sums)
    gone = set()
    for name, (_, length) in wanted.items():
        if name in copied and copied[name][1] == length:
            continue
        if os.path.exists(os.path.join(source, name)):
            sys.exit('error: blob %s was not copied whole' % os.path.join(source, name))
        gone.add(name)
    if not gone or not data:
        return
    try:
        for name in named_blobs(data, source, int(size)):
            if name in gone:
                sys.exit(3)
    except Bad:
        sys.exit(3)


def named_blobs(data, folder, size):
    """Relative paths of the blobs that the first `size` bytes of a file storage name."""
    from ZODB.blob import LAYOUTS, is_blob_record
    from ZODB.FileStorage import FileIterator
    from ZODB.POSException import POSError
    try:
        with open(os.path.join(folder, '.layout')) as stream:
            layout = LAYOUTS[stream.read().strip()]
    except (OSError, KeyError):
        layout = LAYOUTS['bushy']
    if os.path.getsize(data) < size:
        raise Bad('%s became shorter' % data)
    try:
        for transaction in FileIterator(data):
            if transaction._tpos >= size:
                break
            for record in transaction:
                if record.data and is_blob_record(record.data):
                    yield layout.getBlobFilePath(record.oid, record.tid)
    except (POSError, ValueError, OSError) as error:
        raise Bad('%s cannot be read: %s' % (data, error))


# --- restore --------------------------------------------------------------------------------------------------------

def verb_recover(folder, last, target):
    """Puts the database together; every byte is checked on the way."""
    with open(target, 'wb') as stream:
        verified(folder, last, stream.write)
        stream.flush()
        os.fsync(stream.fileno())
    index = os.path.join(folder, os.path.splitext(last)[0] + '.index')
    if os.path.exists(index):
        copy_file(index, target + '.index')


def verb_open(data, blobs):
    """Opens the file read-only, walks through every record, looks for each blob. Prints what it found."""
    from ZODB.FileStorage import FileIterator, FileStorage
    size, transactions, named = os.path.getsize(data), 0, 0
    try:
        storage = FileStorage(data, read_only=True)
        try:
            if storage.getSize() != size:
                raise Bad('%s ends with an unfinished transaction' % data)
            for transaction in FileIterator(data):
                transactions += 1
                for record in transaction:
                    pass
        finally:
            storage.close()
        if blobs:
            for name in named_blobs(data, blobs, size):
                named += 1
                if not os.path.isfile(os.path.join(blobs, name)):
                    raise Bad('the database names the blob %s, which is not in %s' % (name, blobs))
    except Bad:
        raise
    except Exception as error:
        raise Bad('%s: %s: %s' % (data, type(error).__name__, error))
    print('%d transactions, %s%s' % (transactions, human(size), ', %d blobs' % named if blobs else ''))


def verb_sums_total(path):
    print(sum(size for _, size in read_list(path).values()))


def verb_blobs_recover(copy, sums, target):
    """Copies or unpacks the blobs of a backup; each is compared with the sum that was kept."""
    import tarfile
    try:
        wanted = read_list(sums)
    except OSError:
        raise Bad('%s is missing' % sums)
    if os.path.isdir(copy):
        found = copied_digests(copy, wanted, target)
    else:
        found = tar_digests(copy, target)
    missing = dict(wanted)
    try:
        for name, digest, size in found:
            if wanted.get(name) != (digest, size):
                raise Bad('%s in %s is not what was written' % (name, copy))
            del missing[name]
    except (EOFError, tarfile.TarError, zlib.error) as error:
        raise Bad('%s cannot be read: %s' % (copy, error))
    if missing:
        raise Bad('%s lacks %s' % (copy, sorted(missing)[0]))


def copied_digests(copy, names, target):
    for name in names:
        old, new = os.path.join(copy, name), os.path.join(target, name)
        os.makedirs(os.path.dirname(new), 0o700, exist_ok=True)
        digest = hashlib.sha256()
        try:
            copy_file(old, new, digest)
        except FileNotFoundError:
            raise Bad('%s is missing' % old)
        info = os.lstat(old)
        os.utime(new, ns=(info.st_atime_ns, info.st_mtime_ns))
        yield name, digest.hexdigest(), info.st_size


def verb_give(side, like):
    """Gives a folder made beside to the owner of what it stands for, or of the folder that is in."""
    try:
        info = os.stat(like)
        if stat.S_ISREG(info.st_mode):
            os.chmod(os.path.join(side, 'Data.fs'), stat.S_IMODE(info.st_mode))
    except FileNotFoundError:
        info = os.stat(os.path.dirname(like))
    mine = os.stat(side)
    if (info.st_uid, info.st_gid) == (mine.st_uid, mine.st_gid):
        return
    for parent, folders, names in os.walk(side):
        for path in [parent] + [os.path.join(parent, name) for name in names]:
            try:
                os.chown(path, info.st_uid, info.st_gid, follow_symlinks=False)
            except PermissionError:
                if info.st_uid != os.geteuid():
                    sys.exit('error: %s belongs to user %d: restore as root or as that user' % (like, info.st_uid))


def verb_unused(data):
    """Status 1 where a server holds the lock of the file storage."""
    if not unused(data):
        sys.exit(1)


def unused(data):
    import fcntl
    try:
        with open(data + '.lock', 'rb') as stream:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return True
    except BlockingIOError:
        return False
    return True


def verb_blobs_merge(side, live, before):
    """Moves the restored blobs into the live folder; what is there stays, and has a second name in the folder `before`."""
    import shutil
    if not os.path.isdir(live):
        os.rename(side, live)
        return
    layouts = [open(os.path.join(one, '.layout')).read().strip() for one in (side, live)
               if os.path.exists(os.path.join(one, '.layout'))]
    if len(set(layouts)) > 1:
        sys.exit('error: %s has another blob layout than the backup: move it away first' % live)
    partial = before + '.partial'
    if os.path.isdir(partial):
        shutil.rmtree(partial)
    mirror(live, partial)
    os.rename(partial, before)
    info = os.stat(live)
    for name, _ in blob_files(side):
        make_folders(live, os.path.dirname(name), info)
        os.rename(os.path.join(side, name), os.path.join(live, name))


def mirror(folder, target):
    """A tree of hard links, or of copies where the file system has none."""
    import shutil
    info = os.stat(folder)
    os.mkdir(target, stat.S_IMODE(info.st_mode))
    own(target, info)
    for name, _ in blob_files(folder):
        make_folders(target, os.path.dirname(name), info)
        old, new = os.path.join(folder, name), os.path.join(target, name)
        try:
            os.link(old, new)
        except OSError:
            shutil.copy2(old, new)
            own(new, os.stat(old))


def make_folders(base, name, info):
    path = base
    for piece in name.split('/') if name else []:
        path = os.path.join(path, piece)
        try:
            os.mkdir(path, stat.S_IMODE(info.st_mode))
        except FileExistsError:
            continue
        own(path, info)


def own(path, info):
    if os.geteuid() == 0:
        os.chown(path, info.st_uid, info.st_gid, follow_symlinks=False)


def verb_blobs_trim(live, sums, before):
    wanted = read_list(sums)
    for name, _ in blob_files(live):
        if name not in wanted and os.path.exists(os.path.join(before, name)):
            os.unlink(os.path.join(live, name))


# --- adopt ----------------------------------------------------------------------------------------------------------

def verb_linkable(source, target):
    """Whether files of `source` can be hard links in `target` without another owner."""
    place = target if os.path.exists(target) else os.path.dirname(target)
    old, new = os.stat(source), os.stat(place)
    if old.st_dev != new.st_dev or old.st_uid != new.st_uid:
        sys.exit(1)


def verb_adopt_file(source, target):
    digest = hashlib.sha256()
    copy_file(source, target, digest)
    if digest_of_bytes(target) != digest.hexdigest():
        sys.exit('error: %s is not what was read from %s' % (target, source))
    if os.path.exists(source + '.index'):
        copy_file(source + '.index', target + '.index')


def verb_adopt_tree(source, target, way):
    """Copies or links the files of a tree; a copy is read again and compared."""
    for name, info in blob_files(source):
        old, new = os.path.join(source, name), os.path.join(target, name)
        os.makedirs(os.path.dirname(new), 0o700, exist_ok=True)
        if way == 'link':
            os.link(old, new)
            continue
        verb_adopt_file(old, new)
        os.utime(new, ns=(info.st_atime_ns, info.st_mtime_ns))


def verb_wait_unused(data, seconds):
    end = time.monotonic() + int(seconds)
    while not unused(data):
        if time.monotonic() >= end:
            sys.exit(1)
        time.sleep(0.2)


def verb_run_as_owner(*command):
    """Runs a program as the user that owns it."""
    info = os.stat(command[0])
    if os.geteuid() == 0 and info.st_uid != 0:
        import pwd
        user = pwd.getpwuid(info.st_uid)
        os.initgroups(user.pw_name, info.st_gid)
        os.setgid(info.st_gid)
        os.setuid(info.st_uid)
        os.environ.update(HOME=user.pw_dir, USER=user.pw_name, LOGNAME=user.pw_name)
    os.chdir('/')
    os.execv(command[0], command)


# --- records, retention, space --------------------------------------------------------------------------------------

def read_record(path):
    """-> (fields of the head, parts); a part is a dict with part and storage, or with dump."""
    head, parts = {}, []
    with open(path) as stream:
        for line in stream.read().split('\n'):
            key, _, value = line.partition(' ')
            if key in ('part', 'dump'):
                parts.append({key: value})
            elif parts and key != 'verified':
                parts[-1][key] = value
            elif key:
                head[key] = value
    return head, parts


def all_records(backups):
    folder = os.path.join(backups, 'records')
    names = sorted(name for name in os.listdir(folder) if STAMPED(name))
    return [(name,) + read_record(os.path.join(folder, name)) for name in names]


def remove(path):
    """Renamed first: half of a removal is never taken for a backup."""
    import shutil
    aside = os.path.join(os.path.dirname(path), '.partial-removed-' + os.path.basename(path))
    if not os.path.lexists(path):
        return
    os.rename(path, aside)
    if os.path.isdir(aside):
        shutil.rmtree(aside)
    else:
        os.unlink(aside)


def verb_retire(backups, name, storage, data, location, blob_location, keep, keep_days):
    import calendar
    records = all_records(backups)
    newest = records[-1][0]
    named_sets, named_blobs_, keep_sets, keep_blobs = set(), set(), set(), set()
    for kinds in (('usual', 'full'), ('snapshot',)):
        sets, copies = [], []
        for stamp, head, parts in reversed(records):
            for part in parts:
                if part.get('storage') != storage or part.get('part') != name:
                    continue
                named_sets.add(part.get('set'))
                named_blobs_.add(part.get('blobs'))
                if head.get('kind') not in kinds:
                    continue
                if part.get('set') and part['set'] not in sets:
                    sets.append(part['set'])
                copies.append((stamp, part.get('set'), part.get('blobs')))
        good = [one for one in sets if os.path.isdir(os.path.join(location, one)) and
                not os.path.exists(os.path.join(location, one, 'DAMAGED'))]
        wanted = good if int(keep) == 0 else good[:int(keep)]
        oldest = wanted[-1] if wanted and len(wanted) == int(keep) else ''
        kept = {one for one in sets if one in wanted or one > oldest}
        keep_sets |= kept
        now = time.time()
        for index, (stamp, one, copy) in enumerate(copies):
            if not copy:
                continue
            if one:
                fresh = one in kept
            else:
                age = now - calendar.timegm(time.strptime(stamp, STAMP))
                fresh = index == 0 or int(keep_days) == 0 or age < int(keep_days) * 86400
            if fresh:
                keep_blobs.add(copy)
    for folder, keeping in ((location, keep_sets), (blob_location, keep_blobs)):
        if not os.path.isdir(folder):
            continue
        for entry in sorted(os.listdir(folder)):
            if entry.startswith('.partial-'):
                discard(os.path.join(folder, entry))
            elif STAMPED(entry) and entry not in keeping and entry[:19] <= newest:
                remove(os.path.join(folder, entry))
            elif entry.endswith('.sums') and STAMPED(entry[:-5]) and entry[:19] <= newest and \
                    not any(copy and copy[:19] == entry[:19] for copy in keeping):
                remove(os.path.join(folder, entry))


def discard(path):
    import shutil
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path)
    else:
        os.unlink(path)


def verb_retire_dump(folder, keep):
    if not os.path.isdir(folder):
        return
    dumps = sorted(name for name in os.listdir(folder) if STAMPED(name))
    for name in dumps[:-int(keep)] if int(keep) else []:
        remove(os.path.join(folder, name))


def verb_retire_records(backups, places):
    """Removes the records of which nothing that they name is there any more. Parts of another profile are left alone."""
    lines = places.split('\n')
    known = {(lines[at], lines[at + 1]): (lines[at + 2], lines[at + 3]) for at in range(0, len(lines) - 3, 4)}
    for stamp, head, parts in all_records(backups):
        if not any(alive(backups, known, part) for part in parts):
            os.unlink(os.path.join(backups, 'records', stamp))


def alive(backups, known, part):
    if 'dump' in part:
        return os.path.exists(os.path.join(backups, 'dumps', part['dump'], part.get('saved', '')))
    place = known.get((part['part'], part.get('storage')))
    return not place or any(os.path.exists(os.path.join(base, part['storage'], part[key]))
                            for base, key in zip(place, ('set', 'blobs')) if part.get(key))


def verb_space():
    """Reads lines `BYTES FOLDER`; status 1 and what is short on standard output where they do not fit."""
    need, where = {}, {}
    for line in sys.stdin.read().splitlines():
        count, _, folder = line.partition(' ')
        while not os.path.isdir(folder):
            folder = os.path.dirname(folder)
        device = os.stat(folder).st_dev
        need[device] = need.get(device, 0) + int(count)
        where[device] = folder
    short = []
    for device, count in need.items():
        info = os.statvfs(where[device])
        free = info.f_frsize * (info.f_bfree if os.geteuid() == 0 else info.f_bavail)
        wanted = count + count // 20 + 65536
        if free < wanted:
            short.append('%s has %s free, %s are needed' % (where[device], human(free), human(wanted)))
    if short:
        print('; '.join(short))
        sys.exit(1)


def human(count):
    for unit in ('bytes', 'KB', 'MB', 'GB'):
        if count < 10000:
            return '%d %s' % (count, unit)
        count //= 1000
    return '%d TB' % count


def verb_after(stamp):
    import calendar
    print(time.strftime(STAMP, time.gmtime(calendar.timegm(time.strptime(stamp, STAMP)) + 1)))


def verb_sha256(path):
    print(digest_of_bytes(path))


def sync_folder(path):
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


verb = globals()['verb_' + sys.argv[1].replace('-', '_')]
try:
    verb(*sys.argv[2:])
except Bad as bad:
    print(bad)
    sys.exit(1)
except OSError as error:
    sys.exit('error: %s: %s' % (error.filename or sys.argv[1], error.strerror))
PYTHON
}
