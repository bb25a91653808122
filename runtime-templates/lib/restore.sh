# shellcheck shell=sh
# restore.sh: a backup comes back, and what was there stays until it does.
#
# Everything is made beside first (data put together and checked against its sums, opened, its blobs counted), then the
# services stop, then renames put it in place. Killed anywhere, the live file or the restored one is there, with all its
# blobs: blobs are never changed once written, so the live folder holds both sets of them until the data has been swapped.
# What was there stays as FILE.before-restore-STAMP and BLOBS.before-restore-STAMP; nobody but the administrator removes it.
#
# Reads   each_storage each_dump; BACKUPS CURRENT; backup.sh; service_stop and service_start where services are declared.

# restore_run [-q] [-n] [--at DATE] [--snapshot] [--without-blobs] [DATE] [STORAGE]
#   Restores every storage and dump, or STORAGE alone, as of DATE (UTC, yyyy-mm-dd[-hh[-mm[-ss]]]; default: the newest).
#   --without-blobs  for a database whose blobs are not in the backup: without it that is refused
#   --snapshot       looks at snapshots alone
#   --leave-stopped  the services are not started again
#   -n               does not ask
#   Returns 0 restored; 1 failed, what was there is still there; 20 the backup is not good; 64 usage.
restore_run() (
    restore_start "$@"
)

# restore_start: what belongs to one run is in variables RESTORE_...
restore_start() {
    RESTORE_AT='' RESTORE_STORAGE='' RESTORE_ASK=yes RESTORE_BLOBS=yes RESTORE_START=yes RESTORE_KINDS='usual full snapshot'
    while [ "$#" -gt 0 ]; do
        case $1 in
        --at)
            [ "$#" -gt 1 ] || die_with 64 "restore: --at wants a date"
            RESTORE_AT=$2
            shift
            ;;
        --at=*) RESTORE_AT=${1#--at=} ;;
        --without-blobs) RESTORE_BLOBS=no ;;
        --leave-stopped) RESTORE_START=no ;;
        --snapshot) RESTORE_KINDS=snapshot ;;
        -n | --no-prompt | --yes) RESTORE_ASK=no ;;
        -q | --quiet) log_quiet ;;
        -*) die_with 64 "restore: unknown option $1 (known: --at DATE, --snapshot, --without-blobs, -n, -q)" ;;
        [0-9][0-9][0-9][0-9]-[0-9]*) RESTORE_AT=$1 ;;
        *) RESTORE_STORAGE=$1 ;;
        esac
        shift
    done
    restore_date_check "$RESTORE_AT" ||
        die_with 64 "restore: $RESTORE_AT is no date; write yyyy-mm-dd[-hh[-mm[-ss]]], in UTC, as 'backup --list' prints them"
    if [ -n "$RESTORE_STORAGE" ] && ! restore_names | grep -Fqx -e "$RESTORE_STORAGE"; then
        die_with 64 "restore: there is no storage or dump called $RESTORE_STORAGE (known: $(restore_names | tr '\n' ' '))"
    fi
    umask 077
    BACKUP_PYTHON=$(restore_python) || exit 1
    RESTORE_STAMP=$(record_stamp) || exit 1
    RESTORE_FOUND=no RESTORE_REFUSED=no
    each_storage restore_judge_storage
    each_dump restore_judge_dump
    [ "$RESTORE_REFUSED" = no ] || exit "$RESTORE_STATUS"
    [ "$RESTORE_FOUND" = yes ] || die "restore: there is no backup${RESTORE_AT:+ of $RESTORE_AT or earlier}${RESTORE_STORAGE:+ of $RESTORE_STORAGE} in $BACKUPS"
    restore_confirm || die "restore: not confirmed, nothing was changed"
    restore_space || exit 1
    each_storage restore_clean
    each_storage restore_prepare_or_stop
    (
        # From here on a signal would leave services stopped; what is left takes seconds.
        trap '' INT TERM HUP
        restore_swap
    )
    RESTORE_STATUS=$?
    each_storage restore_clean
    [ "$RESTORE_STATUS" = 0 ] || exit "$RESTORE_STATUS"
    log_info "restore is complete; what was there before is kept beside it under the name ...before-restore-$RESTORE_STAMP"
}

# restore_with_release TO [OPTION...]: for `rollback --with-data`. Restores the data as it was when release TO was active, before
#   the present release took over. The services stay stopped: those of TO are started after the switch.
#   restore_rollback_stamp FROM TO prints the backup that this would be, or fails where there is none.
restore_with_release() (
    to=$1 from=$(release_active)
    shift
    stamp=$(restore_rollback_stamp "$from" "$to") ||
        die "there is no backup of the time when release $to was active: its data cannot be restored with the rollback"
    restore_run --leave-stopped --at "$stamp" "$@"
)

restore_rollback_stamp() (
    best='' exact=no
    for stamp in $(record_list); do
        [ "$(record_field "$stamp" release)" = "$2" ] || continue
        case $(record_field "$stamp" before) in
        "$1") best=$stamp exact=yes ;;
        *) [ "$exact" = yes ] || best=$stamp ;;
        esac
    done
    [ -n "$best" ] && printf '%s\n' "$best"
)

restore_date_check() (
    [ -n "$1" ] || exit 0
    printf '%s\n' "$1" | grep -Eqx '[0-9]{4}-[0-9]{2}-[0-9]{2}(-[0-9]{2}){0,3}'
)

restore_names() {
    each_storage restore_print_second
    each_dump backup_print_name
}

restore_print_second() {
    printf '%s\n' "$2"
}

restore_wanted() {
    [ -z "$RESTORE_STORAGE" ] || [ "$RESTORE_STORAGE" = "$1" ]
}

# restore_python: the running release's interpreter, or that of this script's own release where none runs.
restore_python() (
    for python in "$CURRENT/lib/venv/bin/python" "${VENV:-/nowhere}/bin/python"; do
        if "$python" -I -c '' 2>/dev/null; then
            printf '%s\n' "$python"
            exit 0
        fi
    done
    die "restore: there is no release whose Python starts ($CURRENT/lib/venv/bin/python); deploy one, then restore"
)

# restore_choose BACKUP STORAGE FIELD: prints the newest record not later than the wanted date in which the storage has FIELD.
restore_choose() (
    record_list | LC_ALL=C sort -r | while IFS= read -r stamp; do
        [ -z "$RESTORE_AT" ] || [ "$stamp" = "$RESTORE_AT" ] || record_earlier "$stamp" "$RESTORE_AT" || continue
        case " $RESTORE_KINDS " in
        *" $(record_field "$stamp" kind) "*) ;;
        *) continue ;;
        esac
        if [ -n "$(record_part "$stamp" "$1" "$2" "$3")" ]; then
            printf '%s\n' "$stamp"
            break
        fi
    done
)

# restore_field ROW... of each_storage: which field of a record says that the storage is in it.
restore_main_field() {
    if [ -n "$3" ]; then echo set; else echo blobs; fi
}

# restore_refuse STATUS MESSAGE: all reasons are said before the run ends.
restore_refuse() {
    RESTORE_REFUSED=yes RESTORE_STATUS=$1
    shift
    log_error "$@"
}

# restore_judge_storage ROW: whether the backup has what is asked for, and whether it may be put back. Changes nothing.
restore_judge_storage() {
    restore_wanted "$2" || return 0
    RESTORE_FROM=$(restore_choose "$1" "$2" "$(restore_main_field "$@")")
    [ -n "$RESTORE_FROM" ] || return 0
    RESTORE_FOUND=yes
    RESTORE_SET=$(record_part "$RESTORE_FROM" "$1" "$2" set)
    RESTORE_COPY=$(record_part "$RESTORE_FROM" "$1" "$2" blobs)
    if [ -n "$3" ]; then
        if [ ! -d "$5/$2/$RESTORE_SET" ]; then
            restore_refuse 20 "storage $2: the backup of $RESTORE_FROM is gone: no $5/$2/$RESTORE_SET"
        elif [ -e "$5/$2/$RESTORE_SET/DAMAGED" ]; then
            restore_refuse 20 "storage $2: the backup of $RESTORE_FROM is damaged: $(cat "$5/$2/$RESTORE_SET/DAMAGED"). An earlier one can be named: restore --at DATE (backup --list shows them)"
        fi
    fi
    if [ -n "$4" ] && [ "$RESTORE_BLOBS" = yes ]; then
        if [ -z "$RESTORE_COPY" ]; then
            restore_refuse 1 "storage $2: the backup of $RESTORE_FROM holds no blobs. A database without its blobs is not restored unless asked for: --without-blobs"
        elif [ ! -e "$6/$2/$RESTORE_COPY" ]; then
            restore_refuse 20 "storage $2: the blobs of the backup of $RESTORE_FROM are gone: no $6/$2/$RESTORE_COPY. A database without its blobs is not restored unless asked for: --without-blobs"
        fi
    fi
    restore_may_write "$2" "$3"
    restore_may_write "$2" "$4"
}

# restore_may_write STORAGE PATH: whether this user can put a file there that the service can read.
restore_may_write() {
    [ -n "$2" ] || return 0
    RESTORE_PLACE=$(dirname -- "$2")
    if [ ! -d "$RESTORE_PLACE" ]; then
        restore_refuse 1 "storage $1: there is no folder $RESTORE_PLACE; 'setup' makes it"
    elif [ ! -w "$RESTORE_PLACE" ]; then
        restore_refuse 1 "storage $1: $(id -un) may not write $RESTORE_PLACE. Run restore as root or as the owner of the data"
    fi
}

restore_judge_dump() {
    restore_wanted "$1" || return 0
    RESTORE_FROM=$(restore_choose_dump "$1")
    [ -n "$RESTORE_FROM" ] || return 0
    if [ -z "$3" ]; then
        [ -z "$RESTORE_STORAGE" ] ||
            restore_refuse 1 "dump $1: the profile declares no restore command; the dump is $BACKUPS/dumps/$1/$RESTORE_FROM"
        return 0
    fi
    RESTORE_FOUND=yes
    RESTORE_DUMP=$BACKUPS/dumps/$1/$RESTORE_FROM
    if [ ! -f "$RESTORE_DUMP" ]; then
        restore_refuse 20 "dump $1: $RESTORE_DUMP is gone"
    elif [ "$(backup_tool sha256 "$RESTORE_DUMP")" != "$(restore_dump_sum "$RESTORE_FROM" "$1")" ]; then
        restore_refuse 20 "dump $1: $RESTORE_DUMP is not what was written: its checksum differs"
    fi
}

# restore_choose_dump NAME: prints the newest record not later than the wanted date that has this dump.
restore_choose_dump() (
    record_list | LC_ALL=C sort -r | while IFS= read -r stamp; do
        [ -z "$RESTORE_AT" ] || [ "$stamp" = "$RESTORE_AT" ] || record_earlier "$stamp" "$RESTORE_AT" || continue
        case " $RESTORE_KINDS " in
        *" $(record_field "$stamp" kind) "*) ;;
        *) continue ;;
        esac
        if [ -n "$(restore_dump_sum "$stamp" "$1")" ]; then
            printf '%s\n' "$stamp"
            break
        fi
    done
)

# restore_dump_sum STAMP NAME: prints the checksum that the record keeps.
restore_dump_sum() (
    inside=no
    while IFS= read -r line; do
        case $line in
        "dump $2") inside=yes ;;
        'dump '* | 'part '*) inside=no ;;
        'sha256 '*) [ "$inside" != yes ] || printf '%s\n' "${line#sha256 }" ;;
        esac
    done <"$BACKUPS/records/$1"
)

# restore_confirm: says what will happen and asks for a literal yes.
restore_confirm() {
    {
        each_storage restore_tell_storage
        each_dump restore_tell_dump
    } >&2
    [ "$RESTORE_ASK" = yes ] || return 0
    printf 'This replaces the data above. Type yes to go on: ' >&2
    RESTORE_ANSWER=''
    read -r RESTORE_ANSWER || :
    [ "$RESTORE_ANSWER" = yes ]
}

restore_tell_storage() (
    restore_wanted "$2" || exit 0
    stamp=$(restore_choose "$1" "$2" "$(restore_main_field "$@")")
    [ -n "$stamp" ] || exit 0
    printf 'storage %s: the backup of %s (release %s) comes back as %s\n' \
        "$2" "$stamp" "$(record_field "$stamp" release)" "${3:-$4}"
    if [ -n "$4" ] && [ "$RESTORE_BLOBS" = no ]; then
        printf 'storage %s: WITHOUT its blobs: %s stays as it is\n' "$2" "$4"
    fi
)

restore_tell_dump() (
    restore_wanted "$1" || exit 0
    stamp=$(restore_choose_dump "$1")
    [ -z "$stamp" ] || [ -z "$3" ] || printf 'dump %s: the dump of %s is given to its restore command\n' "$1" "$stamp"
)

restore_space() {
    RESTORE_SHORT=$(each_storage restore_space_of | backup_tool space) || {
        log_error "restore: not enough free space to put the backup beside the data: $RESTORE_SHORT"
        return 1
    }
}

restore_space_of() (
    restore_wanted "$2" || exit 0
    stamp=$(restore_choose "$1" "$2" "$(restore_main_field "$@")")
    [ -n "$stamp" ] || exit 0
    size=$(record_part "$stamp" "$1" "$2" size)
    [ -z "$3" ] || printf '%s %s\n' "${size:-0}" "$(dirname -- "$3")"
    copy=$(record_part "$stamp" "$1" "$2" blobs)
    if [ -n "$4" ] && [ -n "$copy" ] && [ "$RESTORE_BLOBS" = yes ]; then
        printf '%s %s\n' "$(backup_tool sums-total "$6/$2/$(restore_sums_name "$copy")")" "$(dirname -- "$4")"
    fi
)

# restore_sums_name COPY: the list of sums that belongs to a copy of blobs.
restore_sums_name() (
    copy=${1%.gz}
    printf '%s.sums\n' "${copy%.tar}"
)

# restore_side PATH: the folder beside PATH in which its successor is made. Its name is no one else's.
restore_side() (
    printf '%s/.restore-%s\n' "$(dirname -- "$1")" "${1##*/}"
)

# restore_clean ROW: takes away what this run, or a killed one, made beside.
restore_clean() {
    restore_wanted "$2" || return 0
    [ -z "$3" ] || rm -rf "$(restore_side "$3")"
    [ -z "$4" ] || rm -rf "$(restore_side "$4")"
}

restore_prepare_or_stop() {
    restore_wanted "$2" || return 0
    restore_prepare "$@" || {
        RESTORE_STATUS=$?
        each_storage restore_clean
        log_error "restore: stopped; what was there is untouched"
        exit "$RESTORE_STATUS"
    }
}

# restore_prepare ROW: puts the storage together beside the live one and checks it.
restore_prepare() (
    stamp=$(restore_choose "$1" "$2" "$(restore_main_field "$@")")
    [ -n "$stamp" ] || exit 0
    copy=''
    [ -z "$4" ] || [ "$RESTORE_BLOBS" = no ] || copy=$(record_part "$stamp" "$1" "$2" blobs)
    blobs_side=''
    if [ -n "$copy" ]; then
        blobs_side=$(restore_side "$4")
        must mkdir "$blobs_side"
        said=$(backup_tool blobs-recover "$6/$2/$copy" "$6/$2/$(restore_sums_name "$copy")" "$blobs_side") ||
            die_with 20 "storage $2: the blobs of $stamp are not good: $said"
        backup_tool give "$blobs_side" "$4" || exit 1
    fi
    if [ -n "$3" ]; then
        side=$(restore_side "$3")
        must mkdir "$side"
        folder=$5/$2/$(record_part "$stamp" "$1" "$2" set)
        last=$(record_part "$stamp" "$1" "$2" last)
        said=$(backup_tool recover "$folder" "$last" "$side/Data.fs") ||
            die_with 20 "storage $2: the backup of $stamp is not good: $said"
        said=$(backup_tool open "$side/Data.fs" "$blobs_side") ||
            die_with 20 "storage $2: the backup of $stamp does not open: $said"
        rm -f "$side/Data.fs.lock" "$side/Data.fs.tmp"
        backup_tool give "$side" "$3" || exit 1
        log_info "storage $2: the backup of $stamp is good ($said)"
    fi
)

# restore_swap: stops the services, puts everything in place, starts them again.
restore_swap() {
    if restore_has service_stop; then
        service_stop || die "restore: the services could not be stopped; nothing was changed"
    fi
    RESTORE_FAILED='' RESTORE_GIVEN=''
    each_storage restore_look_unused
    [ -n "$RESTORE_FAILED" ] || each_storage restore_merge_blobs
    [ -n "$RESTORE_FAILED" ] || each_storage restore_swap_data
    [ -n "$RESTORE_FAILED" ] || each_dump restore_give_dump
    if [ -n "$RESTORE_FAILED" ]; then
        each_dump restore_take_back
        each_storage restore_swap_back
        log_error "restore: stopped; what was there is in its place, but for what the lines above name"
    else
        each_storage restore_trim_blobs
    fi
    if [ -n "$RESTORE_FAILED" ] || [ "$RESTORE_START" = yes ]; then
        restore_start_services
    fi
    [ -z "$RESTORE_FAILED" ]
}

restore_start_services() {
    if restore_has service_start; then
        service_start || {
            log_error "restore: the services did not start"
            RESTORE_FAILED=yes
        }
    fi
}

# restore_has FUNCTION: whether there is something that stops and starts services.
restore_has() {
    command -v "$1" >/dev/null 2>&1
}

# restore_look_unused ROW: a server that has the file open would go on writing into the one that is put away.
restore_look_unused() {
    restore_wanted "$2" && [ -n "$3" ] || return 0
    backup_tool unused "$3" || {
        log_error "storage $2: $3 is in use (its lock is held): stop the server that has it open"
        RESTORE_FAILED=yes
    }
}

restore_merge_blobs() {
    restore_wanted "$2" && [ -n "$4" ] && [ -z "$RESTORE_FAILED" ] || return 0
    [ -d "$(restore_side "$4")" ] || return 0
    backup_tool blobs-merge "$(restore_side "$4")" "$4" "$4.before-restore-$RESTORE_STAMP" || {
        log_error "storage $2: its blobs could not be put into $4"
        RESTORE_FAILED=yes
    }
}

# restore_swap_data ROW: one rename. The old file gets its second name before; an old index does not stay beside new data.
restore_swap_data() {
    restore_wanted "$2" && [ -n "$3" ] && [ -z "$RESTORE_FAILED" ] || return 0
    RESTORE_NEW=$(restore_side "$3")/Data.fs RESTORE_OLD=$3.before-restore-$RESTORE_STAMP
    [ -f "$RESTORE_NEW" ] || return 0
    RESTORE_FAILED=yes
    if [ -e "$3" ]; then
        ln "$3" "$RESTORE_OLD" 2>/dev/null || cp -p "$3" "$RESTORE_OLD" || return 0
    fi
    if [ -e "$3.index" ]; then
        mv -f "$3.index" "$RESTORE_OLD.index" || return 0
    fi
    mv -f "$RESTORE_NEW" "$3" || return 0
    if [ -e "$RESTORE_NEW.index" ]; then
        mv -f "$RESTORE_NEW.index" "$3.index" || log_warn "storage $2: its index could not be put in place; the server makes a new one"
    fi
    RESTORE_FAILED=''
}

# restore_swap_back ROW: where a later storage failed, the earlier ones get their own file back.
restore_swap_back() {
    restore_wanted "$2" && [ -n "$3" ] || return 0
    RESTORE_OLD=$3.before-restore-$RESTORE_STAMP
    [ -e "$RESTORE_OLD" ] || return 0
    mv -f "$RESTORE_OLD" "$3" || log_error "storage $2: $RESTORE_OLD could not be moved back to $3: do it by hand"
    if [ -e "$RESTORE_OLD.index" ]; then
        mv -f "$RESTORE_OLD.index" "$3.index" || rm -f "$3.index"
    fi
}

# restore_trim_blobs ROW: blobs that the restored database does not know leave the live folder; they are kept in the other.
restore_trim_blobs() {
    restore_wanted "$2" && [ -n "$4" ] && [ "$RESTORE_BLOBS" = yes ] || return 0
    RESTORE_FROM=$(restore_choose "$1" "$2" "$(restore_main_field "$@")")
    [ -n "$RESTORE_FROM" ] || return 0
    RESTORE_COPY=$(record_part "$RESTORE_FROM" "$1" "$2" blobs)
    backup_tool blobs-trim "$4" "$6/$2/$(restore_sums_name "$RESTORE_COPY")" "$4.before-restore-$RESTORE_STAMP" ||
        log_warn "storage $2: blobs of later transactions are still in $4; they do no harm"
}

# restore_give_dump NAME DUMP RESTORE: the command reads the dump on standard input.
restore_give_dump() {
    restore_wanted "$1" && [ -n "$3" ] && [ -z "$RESTORE_FAILED" ] || return 0
    RESTORE_FROM=$(restore_choose_dump "$1")
    [ -n "$RESTORE_FROM" ] || return 0
    RESTORE_GIVEN="$RESTORE_GIVEN $1"
    RESTORE_OLD=$(dump_aside "$1" "$2" "$RESTORE_STAMP")
    if backup_sh "$3" <"$BACKUPS/dumps/$1/$RESTORE_FROM" >&2; then
        log_info "dump $1: the dump of $RESTORE_FROM is back${RESTORE_OLD:+; what was there before is $RESTORE_OLD}"
    else
        log_error "dump $1: its restore command failed with status $?"
        RESTORE_FAILED=yes
    fi
}

# restore_take_back NAME DUMP RESTORE: where something failed, the command is given what was there before it was asked.
restore_take_back() {
    case "$RESTORE_GIVEN " in
    *" $1 "*) ;;
    *) return 0 ;;
    esac
    RESTORE_OLD=$BACKUPS/dumps/$1/before-restore-$RESTORE_STAMP
    if [ -s "$RESTORE_OLD" ] && backup_sh "$3" <"$RESTORE_OLD" >&2; then
        log_error "dump $1: what was there before is back"
    else
        log_error "dump $1: what its restore command left behind only it knows$([ ! -s "$RESTORE_OLD" ] || printf '; what was there before is %s' "$RESTORE_OLD")"
    fi
}
