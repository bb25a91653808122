# shellcheck shell=sh
# dump.sh: data that a command of the user's writes (pg_dump for RelStorage): saved, summed, counted.

# dump_backup_or_stop ROW: a dump that failed ends the run.
dump_backup_or_stop() {
    backup_wanted "$1" || return 0
    dump_backup "$@" || exit 20
}

# dump_backup NAME DUMP RESTORE KEEP VERIFY: the command's standard output becomes a file. A command that fails or writes nothing is
# no backup, and none that VERIFY, which reads it again, finds wanting: of `pg_dump | gzip` sh knows the status of gzip alone.
dump_backup() (
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
    if [ -n "${5:-}" ]; then
        backup_sh "$5" <"$side" >&2 || {
            status=$?
            rm -f "$side"
            die_with 20 "dump $1: what its command wrote is not whole: the command that verifies it failed with status $status"
        }
    fi
    sum=$(backup_tool sha256 "$side") || die_with 20 "dump $1: $side cannot be read"
    mv -f "$side" "$folder/$BACKUP_STAMP" || die_with 20 "dump $1: $folder/$BACKUP_STAMP cannot be written"
    printf 'dump %s\nsaved %s\nsha256 %s\n' "$1" "$BACKUP_STAMP" "$sum" >>"$BACKUP_RECORD" || die_with 20 "backup: $BACKUP_RECORD cannot be written"
    log_info "dump $1: $(wc -c <"$folder/$BACKUP_STAMP" | tr -d ' ') bytes"
)

# dump_space NAME: a dump is taken to be as large as the one before.
dump_space() (
    backup_wanted "$1" || exit 0
    newest=$(find "$BACKUPS/dumps/$1" -type f -name '[0-9]*' 2>/dev/null | LC_ALL=C sort | tail -n 1)
    [ -z "$newest" ] || printf '%s %s\n' "$(wc -c <"$newest" | tr -d ' ')" "$BACKUPS"
)

dump_retire() {
    backup_wanted "$1" || return 0
    backup_tool retire-dump "$BACKUPS/dumps/$1" "${4:-2}" || log_warn "dump $1: old dumps could not all be removed"
}

# dump_aside NAME DUMP STAMP: what is there before a restore, as another dump that no retention takes away. Prints its path, or
# nothing where it can't be had: a database that is lost has nothing to save.
dump_aside() (
    aside=$BACKUPS/dumps/$1/before-restore-$3
    if backup_sh "$2" >"$aside" </dev/null && [ -s "$aside" ]; then
        printf '%s\n' "$aside"
    else
        rm -f "$aside"
        log_warn "dump $1: what is there now could not be dumped, so it is not kept"
    fi
)
