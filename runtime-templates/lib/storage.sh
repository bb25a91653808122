# shellcheck shell=sh
# storage.sh: one storage is backed up: its file by repozo, its blobs after it, both verified. What backup.sh lists on disk.

# storage_set_to_extend BACKUP STORAGE LOCATION FULL: prints the folder of the set that an increment goes into, or
# nothing where a new set has to be started.
storage_set_to_extend() (
    [ "$BACKUP_KIND" = usual ] && [ "$4" != yes ] || exit 0
    newest=$(record_newest_with "$1" "$2" set 'usual full')
    [ -n "$newest" ] || exit 0
    folder=$3/$2/${newest#* }
    [ -d "$folder" ] && [ ! -e "$folder/DAMAGED" ] && printf '%s\n' "$folder"
)

# storage_backup_or_stop ROW: a storage that could not be backed up ends the run.
storage_backup_or_stop() {
    backup_wanted "$1" || return 0
    storage_backup "$@" || exit 20
}

# storage_backup BACKUP STORAGE FILE BLOBS LOCATION BLOB_LOCATION KEEP KEEP_BLOB_DAYS FULL COMPRESS BLOB_MODE
#   Data first, blobs after it: a blob that came in between is of no harm, one that is missing would be.
#   A pack during the backup may take blobs away that the copy of the data still needs: then once more from the start.
storage_backup() (
    storage_steps "$@"
)

storage_steps() {
    STORE_PART=$1 STORE_NAME=$2 STORE_FILE=$3 STORE_BLOBS=$4 STORE_BASE=$5 STORE_FOLDER=$5/$2 STORE_BLOB_BASE=$6 STORE_BLOB_FOLDER=$6/$2 STORE_FULL=$9
    shift 9
    STORE_COMPRESS=$1 STORE_BLOB_MODE=$2
    if [ -n "$STORE_FILE" ] && [ ! -e "$STORE_FILE" ]; then
        known=$(record_newest_with "$STORE_PART" "$STORE_NAME" set 'usual full snapshot')
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
            storage_data || exit $?
        fi
        [ -n "$STORE_BLOBS" ] || break
        storage_blobs
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

# storage_data: one run of repozo. Sets set_name, last (the newest file of the set), size (bytes of the database in it), what.
storage_data() {
    rm -rf "$STORE_FOLDER"/.partial-*
    STORE_EXTEND=''
    [ "${STORE_KIND:-}" = full ] || STORE_EXTEND=$(storage_set_to_extend "$STORE_PART" "$STORE_NAME" "$STORE_BASE" "$STORE_FULL")
    if [ -n "$STORE_EXTEND" ]; then
        recorded=$(record_newest_with "$STORE_PART" "$STORE_NAME" last 'usual full')
        storage_extend "$STORE_EXTEND" "${recorded#* }" || return $?
    else
        storage_full || return $?
    fi
}

# storage_full: a new set, made beside under a name that no one reads, renamed when it is verified.
storage_full() {
    STORE_SIDE=$STORE_FOLDER/.partial-$BACKUP_STAMP
    must mkdir "$STORE_SIDE"
    storage_repozo "$STORE_SIDE" -F || return 20
    storage_verify "$STORE_SIDE" '' || return 20
    STORE_SET=$(storage_free_name)
    mv "$STORE_SIDE" "$STORE_FOLDER/$STORE_SET" || die_with 20 "storage $STORE_NAME: $STORE_FOLDER/$STORE_SET cannot be made"
    STORE_WHAT="full backup"
}

# storage_free_name: prints a name for a new set; in a second attempt of the same run the stamp may be taken.
storage_free_name() (
    candidate=$BACKUP_STAMP
    while [ -e "$STORE_FOLDER/$candidate" ]; do
        candidate=$(backup_tool after "$candidate") || exit 1
    done
    printf '%s\n' "$candidate"
)

# storage_extend FOLDER RECORDED
#   Adds an increment to the set. What a killed run left behind its list is taken away first: repozo would read it as
#   part of the set and the next increment would overlap it. RECORDED, the newest file a record names, is never touched.
storage_extend() {
    STORE_SET=${1##*/} STORE_WHAT='incremental backup'
    if ! found=$(backup_tool tidy "$1" "$2"); then
        storage_damaged "$1" "$found"
        return 20
    fi
    # repozo names files by the second and reads them in the order of their names.
    if ! backup_tool wait "$1"; then
        log_warn "storage $STORE_NAME: the clock is behind the newest file in $1: a new set is started"
        storage_full
        return $?
    fi
    storage_repozo "$1" -Q || return 20
    STORE_SIDE=$STORE_FOLDER/.partial-$BACKUP_STAMP
    if ! found=$(backup_tool split "$1" "$STORE_SIDE"); then
        storage_damaged "$1" "$found"
        return 20
    fi
    if [ -d "$STORE_SIDE" ]; then
        # The file was packed or replaced: repozo began anew, and so does a set.
        storage_verify "$STORE_SIDE" '' || return 20
        STORE_SET=$(storage_free_name)
        mv "$STORE_SIDE" "$STORE_FOLDER/$STORE_SET" || die_with 20 "storage $STORE_NAME: $STORE_FOLDER/$STORE_SET cannot be made"
        STORE_WHAT='full backup (the file was packed or replaced)'
    else
        storage_verify "$1" '' || return 20
    fi
}

# storage_repozo FOLDER OPTION: runs repozo in the folder. It writes the folder's name into its list and splits the list
# at blanks, so it is given `.`.
storage_repozo() (
    cd "$1" || die_with 20 "storage $STORE_NAME: $1 cannot be entered"
    [ "$STORE_COMPRESS" != yes ] || set -- "$1" "$2" -z
    shift
    said=$(PYTHONDONTWRITEBYTECODE=1 "$BACKUP_PYTHON" -I -m ZODB.scripts.repozo -B "$@" -r . -f "$STORE_FILE" 2>&1) || {
        log_error "storage $STORE_NAME: repozo failed: $(printf '%s\n' "$said" | tail -n 3)"
        exit 20
    }
)

# storage_verify FOLDER LAST: every file of the set is read and compared with its list, up to LAST or to the end.
#   Not by `repozo -V`: before ZODB 6.0 it exits 0 on a corrupt set, and it sees no gap in the list.
#   Sets last and size.
storage_verify() {
    if ! found=$(backup_tool verify "$1" "$2"); then
        storage_damaged "$1" "$found"
        return 20
    fi
    STORE_LAST=${found%% *} STORE_SIZE=${found#* }
}

# storage_damaged FOLDER WHAT: says so, and marks the set: it no longer counts and nothing is added to it.
storage_damaged() {
    log_error "storage $STORE_NAME: the backup in $1 is not good: $2"
    case ${1##*/} in
    .partial-*) ;;
    *)
        printf '%s\n' "$2" >"$1/DAMAGED" || :
        log_error "storage $STORE_NAME: $1 is marked as damaged and no longer counts; the next backup starts a new full set beside it"
        ;;
    esac
}

# storage_blobs_before BACKUP STORAGE BLOB_LOCATION MODE: the folder of blobs that unchanged files can be linked to, or nothing.
storage_blobs_before() (
    case $4 in
    tar | tar.gz) exit 0 ;;
    esac
    newest=$(record_newest_with "$1" "$2" blobs 'usual full snapshot')
    [ -n "$newest" ] || exit 0
    [ -d "$3/$2/${newest#* }" ] && printf '%s\n' "$3/$2/${newest#* }"
)

# storage_blobs: copies the blobs. Sets blob_name. Returns 0; 20 failed; 3 blobs that the data names are not there any more.
storage_blobs() {
    rm -rf "$STORE_BLOB_FOLDER"/.partial-*
    STORE_SIDE=$STORE_BLOB_FOLDER/.partial-$BACKUP_STAMP
    STORE_LIST=$STORE_BLOB_FOLDER/.partial-$BACKUP_STAMP.list
    STORE_PREVIOUS=$(storage_blobs_before "$STORE_PART" "$STORE_NAME" "$STORE_BLOB_BASE" "$STORE_BLOB_MODE")
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
            storage_rsync || return 20
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

# storage_rsync: new files are copied, unchanged ones become links to the backup before. tmp/ holds what is not
# committed. 24 means that files went away meanwhile; whether that matters, the check finds out.
storage_rsync() {
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
