# shellcheck shell=sh
# prune.sh: old releases go; what runs, what could be needed, and data stay.
#
# prune_releases                deletes what prune_candidates prints; for the last step of a deploy. Returns 1 where something could
#                               not be deleted
# prune_run [--hitlist] [--dry-run]    the same as a command; --hitlist: what hitlist_show prints as well
# prune_candidates              prints `ID REASON` for each release that may go: complete ones beyond KEEP, unfinished ones, bad ones
#                               but for the last. Never current, the one before, a pinned one, one that a process runs from
# prune_hitlist                 prints every path under PREFIX that no complete release and no class of the layout accounts for, and
#                               units of systemd and a file of cron of the application that the current release has no use for
# prune_uninstall [--yes]       stops the services and takes the releases away; data, backups, logs, the journal, files of secrets and what
#                               an administrator put beside them stay, and are listed

prune_releases() (
    failed=0
    list=$(prune_candidates) || exit 1
    {
        printf '%s' "$list"
        echo
    } | {
        while read -r id reason; do
            [ -n "$id" ] || continue
            if ( release_remove "$id" ); then
                release_remove_cache "$id"
                log_info "release $id is deleted: $reason"
            else
                failed=1
            fi
        done
        [ "$SERVICES" != supervisor ] || supervisor_prune || failed=1
        exit "$failed"
    }
)

prune_run() (
    hitlist=no dry=no
    for word; do
        case $word in
        --hitlist) hitlist=yes ;;
        --dry-run) dry=yes ;;
        *) die_with 64 "prune takes --hitlist and --dry-run, not $word" ;;
        esac
    done
    if [ "$dry" = yes ]; then
        prune_candidates | sed 's/^\([^ ]*\) \(.*\)$/release \1: \2/'
        [ "$hitlist" = no ] || prune_hitlist
        exit 0
    fi
    prune_releases || exit 1
    [ "$hitlist" = yes ] || exit 0
    prune_hitlist | {
        failed=0
        while IFS= read -r path; do
            if prune_path "$path"; then
                log_info "deleted: $path"
            else
                log_warn "could not be deleted: $path"
                failed=1
            fi
        done
        exit "$failed"
    }
)

# prune_path PATH: deletes what the hitlist has; a unit is taken from systemd first.
prune_path() {
    case $1 in
    "$PREFIX"/?*) rm -rf "$1" ;;
    "$SYSTEMD_FOLDER"/*) systemd_forget "$1" ;;
    "$CRON_FOLDER"/*) rm -f "$1" ;;
    esac
}

prune_candidates() (
    active=$(release_active)
    before=$(journal_before "$active")
    last_bad=
    complete=0
    # Youngest first.
    release_list | awk '{ line[NR] = $0 } END { for (i = NR; i; i--) print line[i] }' | while read -r id; do
        if [ -e "$RELEASES/$id/.complete" ]; then
            if [ -e "$STATE/bad/$id" ] && [ "$id" != "$active" ]; then
                if [ -z "$last_bad" ]; then
                    last_bad=$id
                    continue
                fi
                reason="it failed its health gate"
            else
                complete=$((complete + 1))
                [ "$complete" -gt "$KEEP" ] || continue
                reason="more than the $KEEP that are kept"
            fi
        else
            reason="unfinished"
        fi
        if [ "$id" = "$active" ] || [ "$id" = "$before" ] || [ -e "$STATE/pinned/$id" ] || ! shell_is_name "$id"; then
            continue
        fi
        if [ "$reason" = unfinished ] && [ "$id" = "$(release_building)" ]; then
            continue
        fi
        if [ -n "$(release_processes "$id")" ]; then
            log_warn "release $id would be deleted, but processes run from it: $(release_processes "$id" | tr '\n' ' ')"
            continue
        fi
        printf '%s %s\n' "$id" "$reason"
    done
)

prune_hitlist() (
    for path in "$PREFIX"/* "$PREFIX"/.*; do
        case $path in
        */. | */.. | "$PREFIX/*" | "$PREFIX/.*") continue ;;
        "$CURRENT" | "$RELEASES" | "$STATE" | "$DATA" | "$LOG" | "$RUN" | "$BACKUPS" | "$SUPERVISOR" | "$CACHE") continue ;;
        esac
        # A folder that a class lies in is accounted for.
        if ! prune_holds "$path"; then
            printf '%s\n' "$path"
        fi
    done
    for path in "$RELEASES"/* "$RELEASES"/.*; do
        case $path in
        */. | */.. | "$RELEASES/*" | "$RELEASES/.*") continue ;;
        esac
        if [ -h "$path" ] || [ ! -d "$path" ] || [ ! -e "$path/.complete" ]; then
            [ "${path##*/}" = "$(release_building)" ] || printf '%s\n' "$path"
        fi
    done
    if ! lock_holder >/dev/null || [ -n "${LOCK_NUMBER:-}" ]; then
        for path in "$STATE/build" "$STATE"/build-* "$STATE/archive" "$STATE/launchers" "$STATE/command" "$STATE"/checks.* \
            "$STATE"/*.new "$STATE"/manifest.*; do
            [ ! -e "$path" ] || printf '%s\n' "$path"
        done
    fi
    systemd_left
    crontab_left
)

prune_holds() {
    for prune_class in "$DATA" "$LOG" "$RUN" "$BACKUPS" "$SUPERVISOR" "$CACHE"; do
        case $prune_class in
        "$1"/*) return 0 ;;
        esac
    done
    return 1
}

prune_uninstall() (
    if [ "${1:-}" != --yes ]; then
        log_error "uninstall stops the services and deletes every release of $NAME below $PREFIX; say it again with --yes"
        exit 64
    fi
    service_manager
    service_stop || log_warn "not every service could be stopped"
    case $SERVICES in
    supervisor) supervisor_shutdown || die "supervisord could not be ended: nothing is deleted" ;;
    systemd) systemd_uninstall || log_warn "units of $NAME are left in $SYSTEMD_FOLDER" ;;
    esac
    schedule_remove || log_warn "this host still has jobs of $NAME"
    must rm -f "$CURRENT"
    for folder in "$RELEASES"/*; do
        if [ -h "$folder" ] || [ ! -d "$folder" ]; then
            continue
        fi
        must release_remove "${folder##*/}"
        release_remove_cache "${folder##*/}"
    done
    must rm -rf "$SUPERVISOR" "$CACHE" "$STATE/tmp" "$STATE/bad" "$STATE/pinned" "$STATE/switch"
    if [ -n "$LAYOUT_ETC_LINK" ] && [ -h "$LAYOUT_ETC_LINK" ]; then
        must rm -f "$LAYOUT_ETC_LINK"
    fi
    rmdir "$RELEASES" "$RUN" 2>/dev/null
    log_info "$NAME is uninstalled. What stays:"
    {
        printf '%s\n' "$DATA" "$LOG" "$BACKUPS" "$RUN" "$STATE"
        each_directory prune_stays
        each_file prune_stays
        each_secret prune_secret
        systemd_drop_ins
        syslog_left
    } | awk '
        # A folder in one that is listed says nothing more.
        { for (i = 1; i <= n; i++) if (index($0 "/", path[i] "/") == 1) next; path[++n] = $0; print }' | while IFS= read -r path; do
        [ ! -e "$path" ] || printf '%s\t%s\n' "$(prune_size "$path")" "$path"
    done
    exit 0
)

# prune_secret NAME FROM SOURCE GENERATE: prints the file that a secret is in, and its folder where that is the application's own.
prune_secret() {
    [ "$2" = file ] || return 0
    printf '%s\n' "$3"
    prune_folder=${3%/"$NAME"/*}/$NAME
    case $3:$PREFIX/ in
    "$prune_folder"/*:"$prune_folder"/*) ;;
    "$prune_folder"/*) printf '%s\n' "$prune_folder" ;;
    esac
}

# prune_stays CLASS PATH ...: prints a folder, or a file, where it is none of a release.
prune_stays() {
    case $2 in
    "$RELEASE" | "$RELEASE"/*) ;;
    *) printf '%s\n' "$2" ;;
    esac
}

prune_size() {
    du -sk "$1" 2>/dev/null | awk '{ print $1 " KiB"; exit }'
}
