# shellcheck shell=sh
# health.sh: whether a release serves, and the way back where it does not.
#
# health_gate [OLD]
#   After the restart: every service up for HEALTH_SETTLE seconds with the same process, its addresses answering, every check of
#   each_health_check and every `running` check of each_check passed, each until its own deadline.
#   Where one fails the host goes back to OLD (what was active before, by the journal where it is not given), unless the release
#   declares a data migration. Returns 0 healthy; 30 the old release is back and serves; 1 there was no way back.
# health_checks          the checks alone: returns 0 or 1, changes nothing
# health_answers URL [STATUSES]
#   One try: tcp://HOST:PORT and unix:///PATH connect; http and https answer with one of STATUSES (as `200 204`; any without).
#   Prints why not.
# health_python          prints a Python of the host or the release
#
# Reads HEALTH_SETTLE (5), HEALTH_TIMEOUT (seconds for one try, 5), DATA_MIGRATION, VENV, PYTHON_WANTED.

HEALTH_SETTLE=${HEALTH_SETTLE:-5}
HEALTH_TIMEOUT=${HEALTH_TIMEOUT:-5}

health_gate() (
    if { service_settled "$HEALTH_SETTLE" || health_again "${1:-}"; } && health_checks; then
        log_info "healthy: $NAME $RELEASE_ID"
        exit 0
    fi
    health_return "${1:-}"
)

# health_again [OLD]: a second chance for the first release of a host. Clients that start at once on a database that is not there yet
# may all want to make it: one of them wins, the others end with a conflict and are started anew. One that can't run fails again.
health_again() {
    if [ -n "$1" ] || [ -n "$(journal_before "$RELEASE_ID")" ]; then
        return 1
    fi
    log_warn "no release ran here before, so its services are watched once more"
    # What was up until now is not what is to stay up.
    must rm -f "$STATE/up"
    service_settled "$HEALTH_SETTLE"
}

# health_return [OLD]: from a release that does not serve to the one before. Returns 30, or 1 where there is no way back.
health_return() (
    bad=$RELEASE_ID old=${1:-}
    if [ -n "$(service_code)" ] && ! release_pending >/dev/null; then
        log_error "$NAME $bad does not serve with its sources as they are now, and another release runs the same: mend them, and deploy again"
        exit 1
    fi
    release_mark_bad "$bad"
    if [ "${DATA_MIGRATION:-no}" = yes ]; then
        log_error "$NAME $bad failed its health gate and stays: it declares a data migration, so the release before may not read the data"
        log_error "mend it and deploy again, or restore the backup of this deploy with: $SCRIPT rollback --with-data"
        exit 1
    fi
    if [ -z "$old" ]; then
        old=$(journal_before "$bad") || old=
    fi
    if [ -z "$old" ] || ! release_usable "$old"; then
        log_error "$NAME $bad failed its health gate, and there is no release before it to go back to"
        exit 1
    fi
    log_error "$NAME $bad failed its health gate: going back to $old"
    journal_switch "$bad" "$old" return || exit 1
    release_switch "$old" || exit 1
    # What went wrong with the new one says nothing about the old one's processes, so all that changed is restarted.
    if ! service_restart || ! service_settled "$HEALTH_SETTLE"; then
        log_error "$NAME $old is current again, and its services do not all run: see above"
        exit 1
    fi
    schedule_install || log_warn "the jobs are still those of $bad"
    release_settle
    log_info "$NAME $old is back and serves"
    webhook_send rollback "${STEP:-verify}" "$NAME went back from $bad to $old: the health gate failed" 30
    exit 30
)

health_checks() {
    health_failed=no
    each_health_check health_check || return 1
    each_check health_command_check || return 1
    [ "$health_failed" = no ]
}

# health_check KIND TARGET STATUSES DEADLINE_SECONDS INTERVAL_SECONDS
health_check() {
    log_info "health check: $2"
    if ! health_until "$@"; then
        health_failed=yes
        return 1
    fi
}

health_until() (
    kind=$1 target=$2 statuses=$3 deadline=$4 interval=$5
    begin=$(date +%s)
    while :; do
        case $kind in
        url) why=$(health_answers "$target" "$statuses") ;;
        *) why=$(health_command "$target") ;;
        esac && exit 0
        if [ $(($(date +%s) - begin)) -ge "$deadline" ]; then
            log_error "health check failed for $deadline seconds: $target: $why"
            exit 1
        fi
        # A program that died for good needs no deadline.
        if ! service_alive; then
            log_error "health check given up: $target: $why"
            exit 1
        fi
        sleep "$interval"
    done
)

# health_command COMMAND: a command of the user's, by sh. Prints the last line it said where it fails.
health_command() (
    said=$(sh -c "$1" </dev/null 2>&1) && exit 0
    status=$?
    last=$(printf '%s\n' "$said" | tail -n 1)
    printf 'status %s%s\n' "$status" "${last:+: $last}"
    exit 1
)

# health_command_check NAME WHEN COMMAND...
health_command_check() {
    [ "$2" = running ] || return 0
    health_check_name=$1
    shift 2
    if "$@" </dev/null; then
        log_info "check passed: $health_check_name"
    else
        log_error "check failed with status $?: $health_check_name"
        health_failed=yes
        return 1
    fi
}

health_answers() (
    python=$(health_python) || exit 1
    "$python" -I -c '
import http.client, socket, ssl, sys
from urllib.parse import urlsplit
url, statuses, timeout = sys.argv[1], sys.argv[2].replace(",", " ").split(), float(sys.argv[3])
try:
    parts = urlsplit(url)
    if parts.scheme == "tcp":
        socket.create_connection((parts.hostname, parts.port), timeout).close()
    elif parts.scheme == "unix":
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(timeout)
            connection.connect(parts.path)
    elif parts.scheme in ("http", "https"):
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        connection = kind(parts.hostname, parts.port, timeout=timeout)
        path = (parts.path or "/") + ("?" + parts.query if parts.query else "")
        connection.request("GET", path, headers={"User-Agent": "cfgc-release", "Connection": "close"})
        status = connection.getresponse().status
        if statuses and str(status) not in statuses:
            sys.exit("HTTP %d, wanted %s" % (status, " ".join(statuses)))
    else:
        sys.exit("this is no address that can be asked: %s" % url)
except (OSError, ValueError, http.client.HTTPException) as problem:
    sys.exit(str(problem) or type(problem).__name__)' "$1" "${2:-}" "$HEALTH_TIMEOUT" 2>&1 </dev/null
)

health_python() {
    if [ -n "${VENV:-}" ] && [ -x "$VENV/bin/python" ] && "$VENV/bin/python" -I -c '' 2>/dev/null; then
        printf '%s\n' "$VENV/bin/python"
    elif shell_has "python${PYTHON_WANTED:-3}"; then
        command -v "python${PYTHON_WANTED:-3}"
    elif shell_has python3; then
        command -v python3
    else
        log_warn "no Python on this host"
        return 1
    fi
}
