# shellcheck shell=sh
# status.sh: what runs, since when, by whom, from which configs; what was before, and what could go. Writes nothing.
#
# status_show [--json] [--hitlist]    at a glance. --hitlist: what could be deleted, a path a line
# status_list [--json]          the releases of this host: ID STATE MADE and marks

status_show() (
    json=${JSON:-no}
    for word; do
        case $word in
        --json) json=yes ;;
        --hitlist)
            status_hitlist
            exit 0
            ;;
        *) die_with 64 "status takes --json and --hitlist, not $word" ;;
        esac
    done
    active=$(release_active)
    switched='' since='' by='' before='' reason='' drift=0 python='' python_now=''
    if [ -n "$active" ]; then
        switched=$(journal_switched "$active")
        since=$(json_field time "$switched")
        by=$(json_field by "$switched")
        # The second line: that of the switch has no reason.
        reason=$(json_field reason "$switched")
        before=$(journal_before "$active")
        # As plan prints it, so that whoever can't read the release is not told that nothing differs.
        if [ -r "$RELEASES/$active/MANIFEST" ] && [ -x "$RELEASES/$active/lib" ]; then
            drift=$(plan_drift "$active" | grep -c .)
        else
            drift=-1
        fi
        python=$(release_field "$active" python)
        # RELEASE_ID stays what it is: the release of this script.
        python_now=$(layout_release "$active" && release_python)
    fi
    holder=$(lock_holder)
    backup=$(status_backup)
    bad=
    [ -z "$backup" ] || bad=$(backup_lost "$backup")
    last=$(journal_last)
    pending=$(release_pending)
    deletable=$(prune_candidates 2>/dev/null | awk '{ print $1 }')
    hits=$(prune_hitlist | grep -c .)
    states='' jobs=''
    if [ -n "$active" ]; then
        states=$(service_states 2>/dev/null)
        jobs=$(schedule_states 2>/dev/null)
    fi
    shown=status_text
    [ "$json" = no ] || shown=status_json
    "$shown" "$active" "$since" "$by" "$reason" "$before" "$drift" "$python" "$python_now" "$backup" "$pending" "$holder" \
        "$deletable" "$hits" "$states" "$bad" "$last" "$jobs"
)

# status_text, status_json ACTIVE SINCE BY REASON BEFORE DRIFT PYTHON PYTHON_NOW BACKUP PENDING HOLDER DELETABLE HITS STATES BAD LAST JOBS:
# print what status_show found.
status_text() (
    active=$1 since=$2 by=$3 reason=$4 before=$5 drift=$6 python=$7 python_now=$8 backup=$9
    shift 9
    pending=$1 holder=$2 deletable=$3 hits=$4 states=$5 bad=$6 last=$7 jobs=$8
    printf '%s on %s, in %s\n\n' "$NAME" "$HOST_NAME" "$PREFIX"
    if [ -z "$active" ]; then
        printf '  nothing is deployed\n'
    else
        printf '  current   %s since %s, by %s%s\n' "$active" "${since:-unknown}" "${by:-unknown}" "${reason:+ ($reason)}"
        printf '  before    %s\n' "${before:-none that can be gone back to}"
        printf '  made from %s\n' "$(status_sources "$active" | awk '{ printf "%s%s", sep, $0; sep = ", " }')"
        case $drift in
        0) printf '  drift     none\n' ;;
        -1) printf '  drift     unknown: %s may not read the release\n' "$DEPLOYER" ;;
        *) printf '  drift     %s: see verify\n' "$(status_count "$drift" difference)" ;;
        esac
        if [ "$python" != "$python_now" ]; then
            printf '  python    was %s, is %s: deploy a new version\n' "${python:-unknown}" "${python_now:-gone}"
        else
            printf '  python    %s\n' "${python:-none}"
        fi
        printf '%s' "$states" | awk 'NF { printf "  service   %s %s%s\n", $1, $2, ($3 ~ /^[0-9]+$/ && $3 > 0 ? " (pid " $3 ")" : "") }'
    fi
    printf '%s' "$jobs" | awk 'NF { name = $1; state = $2; sub(/^[^ ]* [^ ]* /, ""); printf "  job       %s %s (%s)\n", name, state, $0 }'
    case $backup:$bad in
    :*)
        if [ -z "$(backup_names)" ]; then
            printf '  backup    none: nothing is declared that would be backed up\n'
        elif [ -d "$BACKUPS" ] && [ ! -x "$BACKUPS" ]; then
            printf '  backup    unknown: %s may not look into %s\n' "$DEPLOYER" "$BACKUPS"
        else
            printf '  backup    none yet\n'
        fi
        ;;
    *:) printf '  backup    %s, verified, of release %s\n' "$backup" "$(record_field "$backup" release)" ;;
    *) printf '  backup    NOT GOOD: %s: %s\n' "$backup" "$(printf '%s' "$bad" | awk '{ printf "%s%s", sep, $0; sep = "; " }')" ;;
    esac
    [ -z "$last" ] || printf '  last run  %s\n' "$(journal_show 1)"
    [ -z "$pending" ] || printf '  unfinished  a switch from %s to %s was not verified: deploy again, or rollback\n' "${pending% *}" "${pending#* }"
    [ -z "$holder" ] || printf '  at work   %s\n' "$holder"
    if [ "$RELEASE_ID" != "$active" ]; then
        printf '  this script is %s, %s\n' "$RELEASE_ID" "$(if [ -e "$RELEASES/$RELEASE_ID" ]; then release_state "$RELEASE_ID"; else echo 'not on this host yet'; fi)"
    fi
    if [ -n "$deletable" ] || [ "$hits" -gt 0 ]; then
        printf '  could go  %s, %s: see status --hitlist\n' "$(status_count "$(printf '%s' "$deletable" | grep -c .)" release)" \
            "$(status_count "$hits" 'other path')"
    fi
)

# status_count NUMBER WORD
status_count() {
    if [ "$1" = 1 ]; then
        printf '1 %s\n' "$2"
    else
        printf '%s %ss\n' "$1" "$2"
    fi
}

status_json() (
    active=$1 since=$2 by=$3 reason=$4 before=$5 drift=$6 python=$7 python_now=$8 backup=$9
    shift 9
    pending=$1 holder=$2 deletable=$3 hits=$4 states=$5 bad=$6 last=$7 jobs=$8
    printf '{"schema":"cfgc-status/1",%s,%s,%s' "$(json_pair name "$NAME")" "$(json_pair host "$HOST_NAME")" "$(json_pair prefix "$PREFIX")"
    printf ',%s,%s,%s' "$(json_pair current "$active")" "$(json_pair since "$since")" "$(json_pair by "$by")"
    printf ',%s,%s,%s' "$(json_pair reason "$reason")" "$(json_pair before "$before")" "$(json_pair script "$RELEASE_ID")"
    printf ',"sources":'
    status_sources "$active" | json_lines
    printf ',"drift":%s,%s,%s' "$drift" "$(json_pair python "$python")" "$(json_pair python_now "$python_now")"
    printf ',%s,%s,%s' "$(json_pair backup "$backup")" "$(json_pair pending "$pending")" "$(json_pair lock "$holder")"
    printf ',"services":'
    printf '%s' "$states" | json_lines
    printf ',"schedules":'
    printf '%s' "$jobs" | json_lines
    printf ',"deletable":'
    printf '%s' "$deletable" | json_lines
    printf ',"backup_problems":'
    printf '%s' "$bad" | json_lines
    printf ',"last_run":['
    printf '%s' "$last" | awk '{ printf "%s%s", sep, $0; sep = "," }'
    printf '],"hitlist":%s}\n' "$hits"
)

# status_sources RELEASE: the files that a release was compiled from, as its script's header names them, after the digest of each.
status_sources() {
    [ -r "$RELEASES/$1/release.sh" ] || return 0
    awk '
        /^# Made from$/ { inside = 1; next }
        inside && /^#   / { print substr($0, 71); next }
        inside { exit }' "$RELEASES/$1/release.sh"
}

# The youngest record of a whole backup; its name is its time.
status_backup() (
    last=
    for record in "$BACKUPS"/records/*; do
        [ ! -f "$record" ] || last=${record##*/}
    done
    printf '%s\n' "$last"
)

status_hitlist() {
    prune_candidates | while read -r id reason; do
        printf '%s\t%s, %s\n' "$RELEASES/$id" "$reason" "$(prune_size "$RELEASES/$id")"
    done
    prune_hitlist | while IFS= read -r path; do
        case $path in
        "$RELEASES"/*) [ ! -e "$path/.complete" ] && [ -d "$path" ] && [ ! -h "$path" ] && continue ;;
        esac
        printf '%s\tno release and no class accounts for it, %s\n' "$path" "$(prune_size "$path")"
    done
}

status_list() (
    json=${JSON:-no}
    [ "${1:-}" != --json ] || json=yes
    active=$(release_active)
    before=$(journal_before "$active")
    comma=
    [ "$json" = no ] || printf '['
    release_list | while read -r id; do
        state=$(release_state "$id")
        made=$(release_field "$id" made)
        marks=
        [ "$id" != "$before" ] || marks=" before"
        [ ! -e "$STATE/pinned/$id" ] || marks="$marks pinned"
        if [ "$json" = yes ]; then
            printf '%s{%s,%s,%s,%s}' "$comma" "$(json_pair id "$id")" "$(json_pair state "$state")" "$(json_pair made "$made")" "$(json_pair marks "${marks# }")"
            comma=,
        else
            printf '%-24s %-9s %s%s\n' "$id" "$state" "${made:--}" "$marks"
        fi
    done
    [ "$json" = no ] || printf ']\n'
)
