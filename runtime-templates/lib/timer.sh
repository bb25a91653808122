# shellcheck shell=sh
# timer.sh: the release's jobs as units of the host's systemd: NAME-job-JOB.timer with the times, NAME-job-JOB.service with the command.
#
# timer_install          makes systemd run the jobs of the current release: what is new is enabled, what changed is read again, what is
#                        no job of it any more goes. A timer that an operator stopped or disabled stays so. A job that runs is let be
# timer_remove           takes all of the application's jobs out of the host, and ends those that run
# timer_problems         for preflight: prints why the jobs of this script could not be installed, a line each; writes nothing
# timer_states           prints `NAME STATE TIMES` for each job of the current release
#
# Which units are the application's jobs is told by their first line, which names PREFIX. A job of @reboot has no timer: its service is
# wanted by multi-user.target, so it starts with the host, and not with a deploy.
# $STATE/timers holds `SUM SIZE FILE ENABLED(yes/no)` of each unit as systemd has taken it, written last: a run that was killed is gone
# on with.

timer_install() (
    applied=$STATE/timers
    [ -f "$applied" ] || applied=/dev/null
    gone=$(timer_gone)
    changed=$(timer_units | while IFS= read -r unit; do
        cmp -s "$CURRENT/etc/systemd/$unit" "$SYSTEMD_FOLDER/$unit" && timer_sum "$unit" | grep -Fqx -f - "$applied" ||
            printf '%s\n' "$unit"
    done)
    if [ -z "$gone$changed" ]; then
        [ -z "$(timer_units)" ] || log_info "the timers are unchanged"
        exit 0
    fi
    systemd_running || die "systemd does not answer on this host, and the jobs are for it: is it the first process? Else use [release] schedules = cron"
    known=$(awk '$4 == "yes" { print $3 }' "$applied" | while IFS= read -r unit; do
        [ ! -f "$SYSTEMD_FOLDER/$unit" ] || printf '%s\n' "$unit"
    done)
    timer_each "$changed" timer_own || exit 1
    timer_each "$gone" timer_drop || exit 1
    timer_each "$changed" timer_put || exit 1
    must systemctl daemon-reload
    timer_each "$changed" timer_start "$known" || exit 1
    must mkdir -p "$STATE"
    timer_units | while IFS= read -r unit; do
        timer_sum "$unit"
    done >"$STATE/timers.new" || die "$STATE can't be written"
    must mv -f "$STATE/timers.new" "$STATE/timers"
    if [ -n "$(timer_units)" ]; then
        log_info "systemd has the jobs of $NAME: see systemctl list-timers '$NAME-job-*'"
    else
        log_info "systemd has no more jobs for $NAME"
    fi
)

timer_remove() (
    units=$(timer_installed)
    [ -n "$units" ] || exit 0
    systemd_running || die "systemd does not answer on this host: jobs of $NAME are left in $SYSTEMD_FOLDER"
    timer_each "$units" timer_drop --now || exit 1
    must systemctl daemon-reload
    must rm -f "$STATE/timers"
    log_info "systemd has no more jobs for $NAME"
)

timer_problems() (
    systemd_problems "schedules = systemd" "schedules = cron"
    each_schedule timer_problem
)

# timer_problem NAME TIMES COMMAND
timer_problem() (
    for unit in "$NAME-job-$1.timer" "$NAME-job-$1.service"; do
        if [ -f "$SYSTEMD_FOLDER/$unit" ] && ! timer_is_own "$SYSTEMD_FOLDER/$unit"; then
            echo "$SYSTEMD_FOLDER/$unit belongs to something else: take it away, or give job $1 another name"
        fi
    done
)

timer_states() (
    awk -F '\t' '/^# / { name = substr($0, 3); next } NF { print name "\t" $1 }' "$CURRENT/etc/timers" |
        while IFS='	' read -r name times; do
            printf '%s %s %s\n' "$name" "$(timer_state "$name" "$times")" "$times"
        done
)

# timer_state NAME TIMES: the state of the job's last run comes before that of its timer.
timer_state() (
    case $2 in
    @reboot) kind=service ;;
    *) kind=timer ;;
    esac
    {
        systemctl show -p LoadState -p ActiveState -p UnitFileState "$NAME-job-$1.$kind" </dev/null | sed 's/^/times /'
        systemctl show -p ActiveState "$NAME-job-$1.service" </dev/null | sed 's/^/job /'
    } 2>/dev/null | awk -v kind="$kind" '
        { split($2, pair, "="); is[$1 " " pair[1]] = pair[2] }
        END {
            job = is["job ActiveState"]
            on = kind == "timer" ? is["times ActiveState"] == "active" : is["times UnitFileState"] == "enabled"
            if (is["times LoadState"] != "loaded") print "absent"
            else if (job == "failed") print "failed"
            else if (job == "activating" || job == "active") print "running"
            else print on ? "scheduled" : "stopped"
        }'
)

timer_first_line() {
    printf '# A job of %s in %s, written by its release script.\n' "$NAME" "$PREFIX"
}

timer_is_own() {
    [ "$(sed -n '1p' "$1" 2>/dev/null)" = "$(timer_first_line)" ]
}

# timer_units: the files of the current release's jobs, a line each; services first, for a timer may start one at once.
timer_units() {
    timer_owned "$CURRENT/etc/systemd/$NAME-job-"*.service "$CURRENT/etc/systemd/$NAME-job-"*.timer
}

# timer_installed: those of the host that are the application's jobs; timers first, so that none starts while it goes.
timer_installed() {
    timer_owned "$SYSTEMD_FOLDER/$NAME-job-"*.timer "$SYSTEMD_FOLDER/$NAME-job-"*.service
}

# timer_owned FILE...: prints the names of those that are the application's jobs.
timer_owned() (
    for file in "$@"; do
        if [ -f "$file" ] && timer_is_own "$file"; then
            printf '%s\n' "${file##*/}"
        fi
    done
)

# timer_gone: those of the host that the current release has not.
timer_gone() (
    timer_installed | while IFS= read -r unit; do
        [ -f "$CURRENT/etc/systemd/$unit" ] || printf '%s\n' "$unit"
    done
)

timer_sum() (
    sum=$(cksum <"$CURRENT/etc/systemd/$1") || exit 1
    printf '%s %s %s\n' "$sum" "$1" "$(timer_enables "$CURRENT/etc/systemd/$1" && echo yes || echo no)"
)

# timer_each UNITS CALL [ARG]: runs CALL UNIT ARG for each line; the first failure ends it.
timer_each() (
    while IFS= read -r unit; do
        [ -z "$unit" ] || "$2" "$unit" "${3:-}" </dev/null || exit 1
    done <<UNITS
$1
UNITS
)

timer_own() (
    if [ -f "$SYSTEMD_FOLDER/$1" ] && ! timer_is_own "$SYSTEMD_FOLDER/$1"; then
        die "$SYSTEMD_FOLDER/$1 belongs to something else: it is left alone"
    fi
)

# timer_drop UNIT [--now]: with --now a job that runs is ended too.
timer_drop() (
    case $1:${2:-} in
    *.timer:* | *:--now) systemctl --quiet disable --now "$1" || log_warn "$1 could not be disabled" ;;
    *) timer_disable "$1" ;;
    esac
    must rm -f "$SYSTEMD_FOLDER/$1"
    log_info "$1 is removed"
)

timer_disable() (
    if timer_enables "$SYSTEMD_FOLDER/$1"; then
        systemctl --quiet disable "$1" || log_warn "$1 could not be disabled"
    fi
)

# timer_enables FILE: 0 for a unit that something wants: a timer, or the service of a job of @reboot.
timer_enables() {
    grep -q '^WantedBy=' "$1" 2>/dev/null
}

timer_put() (
    # While its old text still says of what it is part.
    timer_enables "$CURRENT/etc/systemd/$1" || timer_disable "$1" || exit 1
    systemd_put "$1"
)

# timer_start UNIT KNOWN: what is new is enabled. Of KNOWN, one a line, systemd reads a timer again where it runs.
timer_start() (
    timer_enables "$SYSTEMD_FOLDER/$1" || exit 0
    if ! printf '%s\n' "$2" | grep -Fqx -e "$1"; then
        case $1 in
        *.timer) must systemctl --quiet enable --now "$1" ;;
        *) must systemctl --quiet enable "$1" ;;
        esac
    elif [ "${1##*.}" = timer ]; then
        must systemctl try-restart "$1"
    fi
)
