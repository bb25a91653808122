# shellcheck shell=sh
# service.sh: the programs of a release: which changed, in what order they are restarted, whether they run.
#
# service_record             writes $ETC/services, what this release runs, so that any later script can go back to it
# service_changes            for plan: prints `added|changed|removed NAME`, this script's services against those that run
# service_outdated           prints the services whose sources (of a dev profile) changed since they were started; 1 where there are none
# service_restart            restarts what changed since it was last started (FORCE_RESTART=yes: everything). 0 all that was
#                            restarted runs and answers; 1 something does not
# service_stop               stops every service, clients first
# service_start              starts every service that should run, servers first, and waits for them
# service_settled SECONDS    0 where every service that should run still does after SECONDS, with the same process
# service_alive              1 and a line for each service that is down for good
# service_states             for status: prints `NAME STATE PID`, STATE is running starting stopped exited failed absent
#
# SERVICES says who runs them: supervisor, systemd, or none: then each_service_command has commands of the profile's own.
#
# A release's record is a file, for a rollback is run by another release's script. Its lines:
#   manager SERVICES     service NAME PRIORITY FINGERPRINT AUTOSTART START_SECONDS GROUP-or-     ready NAME ADDRESS
#   source NAME PATH: of a dev profile, a folder of sources that the service runs
# SERVICES is that of the current release from then on, whatever the script's own is; $STATE/manager says which ran services last.
# $STATE/services says with which fingerprint each service was last started: `FINGERPRINT NAME`. A service whose fingerprint
# differs from it runs older code. With sources of its own it is `FINGERPRINT.DIGEST`, the digest of their code as it is
# now. supervisord and systemd themselves are asked whether the text of their own files changed.
#
# Order. A server is a changed service that clients connect to: it has a tcp:// address, and another service that is restarted
# has a higher priority. Where there is one, the others are stopped first, and started when it answers. Where there is none,
# services are restarted one at a time, each waited for, so that of several instances one always answers; the first that
# does not come up ends it, and the rest stay as they are.

SERVICE_DEADLINE=${SERVICE_DEADLINE:-180}

service_record() (
    supervisor_refused || exit 1
    umask 077
    {
        echo "manager $SERVICES"
        each_service service_record_one
        each_service_source echo source
    } >"$ETC/services.new" || die "$ETC/services can't be written"
    must mv -f "$ETC/services.new" "$ETC/services"
    ! supervisor_wanted || supervisor_record "$ETC/supervisor"
)

# service_record_one NAME PRIORITY FINGERPRINT AUTOSTART START_SECONDS GROUP READY...
service_record_one() (
    name=$1
    echo "service $1 $2 $3 $4 $5 ${6:--}"
    shift 6
    for address in "$@"; do
        echo "ready $name $address"
    done
)

service_changes() (
    supervisor_changes
    old=$CURRENT/etc/services
    [ -f "$old" ] || old=/dev/null
    manager=$(awk '$1 == "manager" { print $2 }' "$old")
    if [ "${manager:-$SERVICES}" != "$SERVICES" ]; then
        echo "exchanged $manager for $SERVICES: all services stop and start"
    fi
    {
        sed 's/^/old /' "$old"
        each_service service_record_one | sed 's/^/new /'
    } | awk '
        $2 != "service" { next }
        $1 == "old" { was[$3] = $5; order[++n] = $3; next }
        { is[$3] = 1 }
        !($3 in was) { print "added", $3; next }
        was[$3] != $5 { print "changed", $3 }
        END { for (i = 1; i <= n; i++) if (!(order[i] in is)) print "removed", order[i] }'
    [ "$(release_active)" != "$RELEASE_ID" ] || service_outdated | sed 's/^/changed /'
)

# service_code: prints one digest of the code of all sources that services of the current release run; nothing where there are none.
service_code() (
    sources=$(sed -n 's/^source [^ ]* //p' "$CURRENT/etc/services" 2>/dev/null | sort -u)
    [ -z "$sources" ] || checkout_stamp <<SOURCES
$sources
SOURCES
)

# service_lines: the current release's record, with the code in the fingerprints. SERVICE_CODE has the digest where it is known.
service_lines() (
    [ -f "$CURRENT/etc/services" ] || exit 0
    code=${SERVICE_CODE-$(service_code)}
    awk -v code="$code" '
        NR == FNR { if ($1 == "source") runs[$2] = 1; next }
        $1 == "service" && ($2 in runs) { $4 = $4 "." code }
        { print }' "$CURRENT/etc/services" "$CURRENT/etc/services"
)

service_outdated() (
    if [ ! -f "$STATE/services" ] || ! grep -q '^source ' "$CURRENT/etc/services" 2>/dev/null; then
        exit 1
    fi
    names=$({
        sed 's/^/applied /' "$STATE/services"
        service_lines
    } | awk '
        $1 == "applied" { applied[$3] = $2 }
        $1 == "source" { runs[$2] = 1 }
        $1 == "service" { is[$2] = $4 }
        END { for (name in runs) if ((name in applied) && applied[name] != is[name]) print name }' | sort)
    [ -n "$names" ] || exit 1
    printf '%s\n' "$names"
)

service_restart() {
    service_manager
    service_leave || return 1
    # As it is before anything is started: what changes from now on is for the next restart.
    SERVICE_CODE=$(service_code)
    case $SERVICES in
    none) service_restart_commands ;;
    *) service_restart_managed ;;
    esac
}

# service_manager: assigns SERVICES, as the current release has it.
service_manager() {
    service_recorded=$(awk '$1 == "manager" { print $2 }' "$CURRENT/etc/services" 2>/dev/null)
    case $service_recorded in
    supervisor | systemd | none) SERVICES=$service_recorded ;;
    esac
}

# service_leave: where another manager ran services until now, ends them there: they hold the ports.
service_leave() (
    must mkdir -p "$STATE"
    before=$(cat "$STATE/manager" 2>/dev/null)
    if [ "${before:-$SERVICES}" != "$SERVICES" ]; then
        log_info "services were run by $before, and are by $SERVICES from here on: all of them stop, and start again"
        service_remember "$before" || exit 1
        case $before in
        supervisor) supervisor_shutdown || exit 1 ;;
        systemd) systemd_uninstall || exit 1 ;;
        none) service_command stop || exit 1 ;;
        esac
        must rm -f "$STATE/services"
        [ "$SERVICES" != none ] || service_start_all_told || exit 1
    fi
    umask 077
    printf '%s\n' "$SERVICES" >"$STATE/manager.new" || die "$STATE can't be written"
    must mv -f "$STATE/manager.new" "$STATE/manager"
)

# service_remember MANAGER: notes in $STATE/stood what operators stopped and started by hand, before MANAGER ends all: `stopped NAME`,
# `running NAME`. What is noted there already is of a run that did not come to its end: it holds where MANAGER knows nothing of it.
service_remember() (
    case $1 in
    supervisor | systemd) "${1}_running" || exit 0 ;;
    *) exit 0 ;;
    esac
    umask 077
    states=$("${1}_states") || exit 1
    {
        sed 's/^/stood /' "$STATE/stood" 2>/dev/null
        sed 's/^/applied /' "$STATE/services" 2>/dev/null
        printf '%s\n' "$states" | sed 's/^/state /'
        cat "$CURRENT/etc/services" 2>/dev/null
    } | awk '
        $1 == "stood" { stood[$3] = $2 }
        $1 == "applied" && $2 != "-" { applied[$3] = 1 }
        $1 == "state" { state[$2] = $3 }
        $1 == "service" {
            up = state[$2] == "running" || state[$2] == "starting"
            down = state[$2] == "stopped" && ($2 in applied) || !up && stood[$2] == "stopped"
            if ($5 == "yes" && down) print "stopped", $2
            if ($5 == "no" && (up || state[$2] == "absent" && stood[$2] == "running")) print "running", $2
        }' >"$STATE/stood.new" || die "$STATE/stood can't be written"
    must mv -f "$STATE/stood.new" "$STATE/stood"
)

# service_start_all_told: a command of the profile's own starts all of them; who has none leaves what was noted for another manager.
service_start_all_told() (
    stopped=$(service_stood stopped | tr '\n' ' ')
    if [ -n "$stopped" ] && [ -n "$(each_service_command service_command_pick start)$(each_service_command service_command_pick restart)" ]; then
        log_warn "an operator had stopped these, and with services = none they start with the others: $stopped"
        service_forget_stood
    fi
)

# service_stood WORD: the services that were stopped, or running, when another manager ended them.
service_stood() {
    awk -v word="$1" '$1 == word { print $2 }' "$STATE/stood" 2>/dev/null
}

service_restart_managed() (
    must mkdir -p "$STATE"
    must rm -f "$STATE/up"
    if service_nothing; then
        log_info "this release has no services"
        exit 0
    fi
    "${SERVICES}_begin"
    case $? in
    0) ;;
    # Nothing ran before, so everything was just started from the files of this release.
    10)
        service_each_word "$(service_begun | tr '\n' ' ')" service_wait_up || exit 1
        service_applied_all
        log_info "all services are started"
        exit 0
        ;;
    *) exit 1 ;;
    esac
    states=$("${SERVICES}_states") || exit 1
    differs=$("${SERVICES}_differs") || exit 1
    work=$(service_work "$states" "$differs") || exit 1
    if [ -z "$work" ]; then
        log_info "services are unchanged: nothing is restarted"
        service_applied_all || exit 1
        service_forget_stood
        exit 0
    fi
    # What is gone first: it may hold a port that something new wants.
    service_over "$work" service_do_remove || exit 1
    service_over "$work" service_do_quiet || exit 1
    case $work in
    *' server '* | *' server')
        service_over "$(printf '%s\n' "$work" | service_reversed)" service_do_stop_clients || exit 1
        service_over "$(printf '%s\n' "$work" | service_reversed)" service_do_stop_servers || exit 1
        service_over "$work" service_do_start_servers || exit 1
        service_over "$work" service_do_start_clients || exit 1
        service_over "$work" service_do_wait || exit 1
        ;;
    *) service_over "$work" service_do_roll || exit 1 ;;
    esac
    service_applied_all || exit 1
    service_forget_stood
)

service_forget_stood() {
    must rm -f "$STATE/stood"
}

# service_nothing: 0 where the current release has no services, and no earlier one left any running.
service_nothing() {
    [ -z "$(service_names)" ] && ! "${SERVICES}_running"
}

# service_work STATES DIFFERS: prints what to do, a line each in the order of starting: `ACTION ITEM ROLE HELD MEMBER...`.
#   ACTION  restart  the program runs older code: stop, start
#           load     its configuration changed: the manager has to take the new one
#           quiet    an operator stopped it: there is nothing to restart
#           start    it should run and does not
#           remove   it is no service of this release
#   ROLE    server or client. ITEM is a service, or a group that the manager can only load as a whole.
#   HELD    services of ITEM that an operator stopped and that must stay so, joined by commas, or -
#   MEMBER  services of ITEM that run afterwards
service_work() (
    force=${FORCE_RESTART:-no}
    applied=$STATE/services
    [ -f "$applied" ] || applied=/dev/null
    {
        printf '%s\n' "$1" | sed 's/^/state /'
        printf '%s\n' "$2" | sed 's/^/differs /'
        sed 's/^/stood /' "$STATE/stood" 2>/dev/null
        sed 's/^/applied /' "$applied"
        service_lines
    } | awk -v force="$force" '
        $1 == "state" { state[$2] = $3 }
        $1 == "differs" && NF == 3 { differs[$3] = $2 }
        $1 == "applied" { applied[$3] = $2 }
        $1 == "stood" { stood[$3] = $2 }
        $1 == "ready" && $3 ~ /^tcp:/ { listens[$2] = 1 }
        $1 == "service" {
            names[++n] = $2
            priority[$2] = $3
            print_of[$2] = $4
            autostart[$2] = $5
            seconds[$2] = $6
            group[$2] = $7
        }
        END {
            for (i = 1; i <= n; i++) {
                name = names[i]
                unit = group[name] == "-" ? name : group[name]
                if (unit in differs) {
                    add(unit, "load", priority[name])
                    if (runs(name)) members[unit] = members[unit] " " name
                    else if (autostart[name] == "yes") held[unit] = held[unit] (held[unit] == "" ? "" : ",") name
                } else if (force == "yes" || applied[name] != print_of[name]) {
                    single(name, runs(name) ? "restart" : "quiet")
                } else if (runs(name) && (state[name] == "failed" || state[name] == "absent" || (state[name] == "exited" && seconds[name] != "0"))) {
                    single(name, "start")
                }
            }
            sort()
            for (i = 1; i <= m; i++) if (kind[items[i]] != "quiet" && at[items[i]] + 0 > top + 0) top = at[items[i]]
            for (i = 1; i <= m; i++) {
                unit = items[i]
                role = "client"
                count = split(members[unit], list, " ")
                for (k = 1; k <= count; k++) if ((list[k] in listens) && kind[unit] != "quiet" && at[unit] + 0 < top + 0) role = "server"
                print kind[unit], unit, role, (held[unit] == "" ? "-" : held[unit]) members[unit]
            }
            for (unit in differs) if (differs[unit] == "removed") print "remove", unit, "client", "-"
        }
        # `-` for a fingerprint: an earlier run stopped it, and did not live to start it.
        function runs(name) {
            if (applied[name] == "" && (name in stood)) return stood[name] == "running"
            if (applied[name] == "" || applied[name] == "-") return autostart[name] == "yes"
            return state[name] != "stopped"
        }
        function single(name, action) {
            add(name, action, priority[name])
            members[name] = " " name
        }
        function add(unit, action, priority) {
            if (unit in kind) return
            items[++m] = unit
            kind[unit] = action
            at[unit] = priority
        }
        function sort(    i, j, moved) {
            for (i = 2; i <= m; i++) {
                moved = items[i]
                for (j = i - 1; j > 0 && at[items[j]] + 0 > at[moved] + 0; j--) items[j + 1] = items[j]
                items[j + 1] = moved
            }
        }'
)

# service_over WORK CALL: runs CALL ACTION ITEM ROLE HELD MEMBERS for each line; the first failure ends it.
service_over() (
    while read -r action item role held members; do
        [ -n "$action" ] || continue
        "$2" "$action" "$item" "$role" "$held" "$members" </dev/null || exit 1
    done <<WORK
$1
WORK
)

service_reversed() {
    awk '{ line[NR] = $0 } END { for (i = NR; i > 0; i--) print line[i] }'
}

service_do_remove() {
    [ "$1" = remove ] || return 0
    "${SERVICES}_remove" "$2" || return 1
    log_info "service $2 is removed"
}

service_do_quiet() {
    if [ "$1" = quiet ]; then
        log_info "service $2 was stopped by an operator and stays stopped"
    fi
}

service_do_stop_clients() {
    [ "$3" = client ] || return 0
    service_do_stop "$@"
}

service_do_stop_servers() {
    [ "$3" = server ] || return 0
    service_do_stop "$@"
}

service_do_stop() {
    case $1 in
    restart | load | start) ;;
    *) return 0 ;;
    esac
    service_applied "$5" - || return 1
    service_each_word "$5" service_stop_one
}

service_do_start_servers() {
    [ "$3" = server ] || return 0
    service_do_up "$@" && service_do_wait "$@"
}

service_do_start_clients() {
    [ "$3" = client ] || return 0
    service_do_up "$@"
}

service_do_up() {
    case $1 in
    restart | start) ;;
    load)
        "${SERVICES}_load" "$2" "$4" || return 1
        [ "$4" = - ] || log_info "stopped by an operator, and stays stopped: $4"
        ;;
    *) return 0 ;;
    esac
    service_each_word "$5" service_start_stopped
}

# A loaded program starts by itself, where it is one that does.
service_start_stopped() {
    case $("${SERVICES}_state" "$1") in
    running | starting) ;;
    *) "${SERVICES}_start" "$1" ;;
    esac
}

service_do_roll() {
    service_do_stop "$@" && service_do_up "$@" && service_do_wait "$@"
}

# Waits for what was started, and notes with which fingerprint it runs.
service_do_wait() {
    case $1 in
    restart | load | start) ;;
    *) return 0 ;;
    esac
    service_each_word "$5" service_wait_up || return 1
    service_applied "$5" || return 1
    log_info "service $2 is up"
}

# service_wait_up NAME: waits for it, and notes for the gate which process was up: a port may be answered by a program that dies
# a moment later, or by another one.
service_wait_up() (
    pid=$(service_wait_one "$1" started) || exit 1
    [ -z "$pid" ] || printf '%s %s %s\n' "${JOURNAL_RUN:-$$}" "$1" "$pid" >>"$STATE/up" || die "$STATE/up can't be written"
)

# service_each_word WORDS CALL...: names have no blanks.
service_each_word() (
    words=$1
    shift
    while read -r word; do
        [ -z "$word" ] || "$@" "$word" </dev/null || exit 1
    done <<WORDS
$(printf '%s' "$words" | tr ' ' '\n')
WORDS
)

# service_wait_one NAME [started]: until it runs, each of its addresses answers, and it still is the same process; one that was just
# started for its START_SECONDS. Prints its pid, or nothing where it needs not run.
service_wait_one() (
    name=$1 started=${2:-}
    seconds=$(service_field "$name" 6)
    patience=$(service_patience) || exit 1
    deadline=$(($(date +%s) + patience + ${seconds:-0})) seen='' since=0
    addresses=$(awk -v name="$name" '$1 == "ready" && $2 == name { print $3 }' "$CURRENT/etc/services")
    while :; do
        now=$(service_now "$name") || exit 1
        state=${now% *}
        why="it is $state"
        [ "$now" = "$seen" ] || seen=$now since=$(date +%s)
        case $state in
        running)
            if ! why=$(service_answers "$addresses"); then
                :
            # Supervisor calls no program running before that; systemd does at once.
            elif [ "$SERVICES$started" = systemdstarted ] && [ $(($(date +%s) - since)) -lt "${seconds:-0}" ]; then
                why="it runs for less than $seconds seconds"
            elif [ -z "$addresses" ] || [ "$(service_now "$name")" = "$now" ]; then
                printf '%s\n' "${now#* }"
                exit 0
            else
                why="its process ended while its address was asked"
            fi
            ;;
        # Stopped is what a program of another's choice is: a group may hold one that must not start by itself.
        stopped) [ "$(service_field "$name" 5)" = yes ] || exit 0 ;;
        exited) [ "${seconds:-1}" != 0 ] || exit 0 ;;
        esac
        case $state in
        failed | exited)
            log_error "service $name does not run: $("${SERVICES}_why" "$name")"
            service_last_words "$name"
            exit 1
            ;;
        esac
        if [ "$(date +%s)" -ge "$deadline" ]; then
            log_error "service $name is not up after $patience seconds: $why"
            service_last_words "$name"
            exit 1
        fi
        service_nap
    done
)

# service_patience: prints how many seconds a service may take: as many as its health check, where those are more.
service_patience() {
    {
        printf '%s\n' "$SERVICE_DEADLINE"
        each_health_check service_deadline
    } | sort -n | tail -n 1
}

# service_deadline KIND TARGET STATUSES DEADLINE INTERVAL
service_deadline() {
    printf '%s\n' "$4"
}

# service_now NAME: prints `STATE PID`.
service_now() (
    states=$("${SERVICES}_states") || exit 1
    printf '%s\n' "$states" | awk -v name="$1" '$1 == name { print $2, $3; found = 1 } END { if (!found) print "absent -" }'
)

service_answers() (
    while read -r address; do
        [ -n "$address" ] || continue
        if ! why=$(health_answers "$address"); then
            printf '%s: %s\n' "$address" "$why"
            exit 1
        fi
    done <<ADDRESSES
$1
ADDRESSES
)

# A moment: POSIX knows whole seconds alone, most hosts know more.
service_nap() {
    sleep 0.2 2>/dev/null || sleep 1
}

# service_field NAME NUMBER: a field of a service's line in the record.
service_field() (
    awk -v name="$1" -v number="$2" '$1 == "service" && $2 == name { print $number }' "$CURRENT/etc/services"
)

# service_names [ORDER]: the services of the current release, in the order of starting, or of stopping.
service_names() (
    [ -f "$CURRENT/etc/services" ] || exit 0
    awk '$1 == "service" { print $3, $2 }' "$CURRENT/etc/services" | sort -n | awk '{ print $2 }'
)

# The services that should run: those that start by themselves and were not stopped by an operator.
service_wanted() (
    states=$("${SERVICES}_states") || exit 1
    {
        printf '%s\n' "$states" | sed 's/^/state /'
        cat "$CURRENT/etc/services"
    } | awk '
        $1 == "state" { state[$2] = $3 }
        $1 == "service" && ($5 == "yes" || (state[$2] != "stopped" && state[$2] != "absent")) && state[$2] != "stopped" { print $2 }'
)

# The services that a manager which was just started has to bring up: all but those that it was told to leave alone.
service_begun() (
    held=
    [ "$SERVICES" != supervisor ] || held=$(supervisor_held)
    service_names | while read -r name; do
        printf '%s\n' "$held" | grep -Fqx -e "$name" || printf '%s\n' "$name"
    done
)

# service_applied NAMES [-]: notes that these run with the fingerprints of the current release; with `-`, that they are being
# restarted: whoever comes next must not take them for stopped by an operator, nor for running older code.
service_applied() (
    umask 077
    old=$STATE/services
    [ -f "$old" ] || old=/dev/null
    {
        service_lines
        sed 's/^/applied /' "$old"
    } | awk -v names="$1" -v mark="${2:-}" '
        BEGIN { n = split(names, list, " "); for (i = 1; i <= n; i++) now[list[i]] = 1 }
        $1 == "service" { is[$2] = $4; order[++m] = $2 }
        $1 == "applied" && ($3 in is) && !($3 in now) { print $2, $3 }
        END { for (i = 1; i <= m; i++) if (order[i] in now) print mark == "" ? is[order[i]] : mark, order[i] }' >"$STATE/services.new" &&
        mv -f "$STATE/services.new" "$STATE/services"
)

service_applied_all() {
    [ ! -f "$CURRENT/etc/services" ] || service_applied "$(service_names | tr '\n' ' ')"
}

service_stop() (
    service_manager
    case $SERVICES in
    none)
        service_command stop
        exit $?
        ;;
    *)
        "${SERVICES}_running" || exit 0
        service_each_word "$(service_names | service_reversed | tr '\n' ' ')" service_stop_one || exit 1
        ;;
    esac
    log_info "all services are stopped"
)

service_stop_one() {
    case $("${SERVICES}_state" "$1") in
    stopped | absent) ;;
    *) "${SERVICES}_stop" "$1" ;;
    esac
}

service_start() (
    service_manager
    service_leave || exit 1
    case $SERVICES in
    none)
        service_command start || exit 1
        exit 0
        ;;
    esac
    if service_nothing; then
        exit 0
    fi
    "${SERVICES}_begin"
    case $? in
    0 | 10) ;;
    *) exit 1 ;;
    esac
    service_each_word "$(service_names | tr '\n' ' ')" service_start_one || exit 1
    service_applied_all || exit 1
    service_forget_stood
    log_info "all services are started"
)

service_start_one() {
    case $("${SERVICES}_state" "$1") in
    running | starting) ;;
    *)
        [ "$(service_field "$1" 5)" = yes ] || return 0
        "${SERVICES}_start" "$1" || return 1
        ;;
    esac
    service_wait_one "$1" >/dev/null
}

service_settled() (
    [ -f "$CURRENT/etc/services" ] || exit 0
    service_manager
    if [ "$SERVICES" = none ]; then
        service_command status
        exit $?
    fi
    if service_nothing; then
        exit 0
    fi
    wanted=$(service_wanted) || exit 1
    [ -n "$wanted" ] || exit 0
    # Of those that this run has started, the process that was up then.
    since=
    [ ! -f "$STATE/up" ] || since=$(awk -v run="${JOURNAL_RUN:-$$}" '$1 == run { print $2, "running", $3 }' "$STATE/up")
    states=$("${SERVICES}_states") || exit 1
    service_unmoved "$wanted" "$since" "$states" || exit 1
    service_each_word "$(printf '%s' "$wanted" | tr '\n' ' ')" service_wait_one >/dev/null || exit 1
    before=$("${SERVICES}_states") || exit 1
    service_unmoved "$wanted" "$since" "$before" || exit 1
    end=$(($(date +%s) + $1))
    while [ "$(date +%s)" -lt "$end" ]; do
        sleep 1
        service_alive || exit 1
    done
    after=$("${SERVICES}_states") || exit 1
    service_unmoved "$wanted" "$before" "$after"
)

# service_unmoved WANTED BEFORE AFTER: 0 where each of WANTED that has a state BEFORE is the same running process AFTER.
service_unmoved() (
    moved=$({
        printf '%s\n' "$1" | sed 's/^/wanted /'
        printf '%s\n' "$2" | sed 's/^/before /'
        printf '%s\n' "$3" | sed 's/^/after /'
    } | awk '
        $1 == "wanted" { wanted[$2] = 1 }
        $1 == "before" { pid[$2] = $4; was[$2] = $3 }
        $1 == "after" && ($2 in wanted) && ($2 in was) && was[$2] != "exited" && ($3 != "running" || $4 != pid[$2]) { print $2 " (" $3 ")" }')
    if [ -n "$moved" ]; then
        log_error "came up and did not stay up: $(printf '%s' "$moved" | tr '\n' ' ')"
        service_each_word "$(printf '%s\n' "$moved" | awk '{ print $1 }' | tr '\n' ' ')" service_last_words
        exit 1
    fi
)

service_alive() (
    service_manager
    case $SERVICES in
    none) exit 0 ;;
    esac
    [ -f "$CURRENT/etc/services" ] || exit 0
    dead=$("${SERVICES}_states" | awk '$2 == "failed" { print $1 }') || exit 1
    [ -n "$dead" ] || exit 0
    while read -r name; do
        log_error "service $name does not run: $("${SERVICES}_why" "$name" </dev/null)"
        service_last_words "$name"
    done <<DEAD
$dead
DEAD
    exit 1
)

# service_last_words NAME: why, by the program itself: the last error in its own file, with what follows; else its last lines.
# A program that dies is started again meanwhile, so the end of the file may be the beginning of the next try.
service_last_words() (
    file=$LOG/$1.log
    [ -f "$file" ] && [ ! -L "$file" ] && [ -r "$file" ] || exit 0
    tail -n 200 "$file" | awk '
        NF { line[++n] = substr($0, 1, 300) }
        NF && /(Error|Exception|[Ee]rror:|FATAL|[Pp]anic)/ { last = n }
        END {
            first = last ? last : n - 4
            if (first < 1) first = 1
            for (i = first; i <= n && i < first + 5; i++) print line[i]
        }' | while IFS= read -r said; do
        log_error "  $1: $said"
    done
)

service_states() {
    service_manager
    case $SERVICES in
    none) return 0 ;;
    *) "${SERVICES}_states" ;;
    esac
}

# With commands of one's own all services are one: restarted where one of them changed.
service_restart_commands() (
    must mkdir -p "$STATE"
    applied=$STATE/services
    [ -f "$applied" ] || applied=/dev/null
    changed=$({
        sed 's/^/applied /' "$applied"
        service_lines
    } | awk '
        $1 == "applied" { applied[$3] = $2 }
        $1 == "service" && applied[$2] != $4 { print $2 }
        $1 == "service" { delete applied[$2] }
        END { for (name in applied) print name }')
    if [ -z "$changed" ] && [ "${FORCE_RESTART:-no}" != yes ]; then
        log_info "services are unchanged: nothing is restarted"
        exit 0
    fi
    service_command restart || exit 1
    service_applied_all
)

# service_command ACTION: runs the profile's command for it. restart falls back to stop and start; what has no command is told.
service_command() (
    action=$1
    command=$(each_service_command service_command_pick "$action")
    if [ -n "$command" ]; then
        command_run err "services: $action: " sh -c "$command"
        status=$?
        if [ "$status" -ne 0 ]; then
            log_error "services: $action failed with status $status: $command"
            exit 1
        fi
        log_info "services: $action is done"
        exit 0
    fi
    case $action in
    restart)
        start=$(each_service_command service_command_pick start)
        if [ -n "$start" ]; then
            service_command stop && service_command start
            exit $?
        fi
        log_warn "services = none, and no restart command: restart what uses $CURRENT yourself"
        ;;
    status) ;;
    *) log_warn "services = none, and no $action command: nothing was done" ;;
    esac
)

# service_command_pick WANTED ACTION COMMAND
service_command_pick() {
    [ "$1" != "$2" ] || printf '%s' "$3"
}
