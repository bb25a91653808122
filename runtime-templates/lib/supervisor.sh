# shellcheck shell=sh
# supervisor.sh: a supervisord of the application's own, which outlives releases.
#
# supervisor_setup       makes a box in $SUPERVISOR: venv-DIGEST/ (hash-locked); of the first one also what is in use: the link venv,
#                        supervisord.conf, bin/supervisord, bin/supervisorctl
# supervisor_record FOLDER    writes what a release wants of supervisord (into $ETC/supervisor), so that any later script can go
#                        back to it
# supervisor_changes     for plan: prints a line where a deploy would exchange supervisord itself
# supervisor_prune       deletes boxes that nothing names any more
# supervisor_running     0 where it answers
# supervisor_launch      starts it where it does not run, and waits until it answers
# supervisor_shutdown    ends it and every program under it
# supervisor_ctl ARG...    supervisorctl with its configuration
# and what service.sh asks of a manager:
# supervisor_begin       0 it runs, and is the one that the current release wants; 10 it was just started from its files
# supervisor_states      prints `NAME STATE PID` for each service of the current release
# supervisor_state NAME  prints running, starting, stopped, exited, failed or absent
# supervisor_why NAME    prints why it does not run
# supervisor_differs     prints `added|changed|removed GROUP`: supervisord's own comparison of the files with what it runs
# supervisor_stop NAME | supervisor_start NAME | supervisor_load GROUP HELD | supervisor_remove GROUP
#
# It runs as the service user, as its programs do: then its socket and pid file may lie in the service's own run folder, and
# listeners such as memmon can talk to it. Where a program names another user (SUPERVISOR_AS_ROOT=yes) it stays root, and both lie
# in the box, where the service can't put a link in their place.
# Its working folder is `/`: one that was started in a release would keep that folder after a prune.
# Its environment is empty but for PATH and the locale: programs inherit it, and the deployer's holds secrets.

SUPERVISOR_WAIT=${SUPERVISOR_WAIT:-60}

supervisor_setup() {
    supervisor_wanted || return 0
    supervisor_make_box || return
    # Once one is in use, only a restart exchanges it.
    [ -h "$SUPERVISOR/venv" ] || supervisor_install_own
}

# A release without services needs no box. One that an earlier release made stays: rollback may want it.
supervisor_wanted() {
    [ "$SERVICES" = supervisor ] && [ -n "$(each_service echo)" ]
}

# The box that this script's release wants, beside the one in use: the programs run on under that.
supervisor_make_box() (
    umask 022
    must mkdir -p "$SUPERVISOR"
    must chmod 0755 "$SUPERVISOR"
    box=$(supervisor_box) || exit 1
    if [ -e "$SUPERVISOR/$box/.complete" ]; then
        exit 0
    fi
    [ ! -e "$SUPERVISOR/$box" ] || release_evict "$SUPERVISOR/$box" "box of supervisor"
    environment_install "$SUPERVISOR/$box" @supervisor "$STATE/build-supervisor" || exit $?
    log_orphan
    : >"$SUPERVISOR/$box/.complete" || die "$SUPERVISOR/$box can't be written"
    supervisor_readable "$SUPERVISOR/$box" || exit 1
    log_info "supervisor's box is made: $SUPERVISOR/$box"
)

# supervisor_box: prints the name of the box in $SUPERVISOR that this script's release wants.
supervisor_box() (
    sum=$({ echo "$IMPLEMENTATION $PYTHON_WANTED"; environment_requirements @supervisor; } | digest_stdin) || exit 1
    printf 'venv-%s\n' "${sum%"${sum#????????????}"}"
)

# supervisor_record FOLDER: writes there what this release wants of supervisord itself.
supervisor_record() (
    umask 077
    must mkdir -p "$1"
    supervisor_check_socket || exit 1
    supervisor_box >"$1/box" || exit 1
    supervisor_conf >"$1/supervisord.conf" || die "$1 can't be written"
    supervisor_daemon >"$1/supervisord" || die "$1 can't be written"
)

# supervisor_install FOLDER: the box, the settings and the launcher that FOLDER names become those in use.
supervisor_install() (
    umask 022
    must mkdir -p "$SUPERVISOR/bin" "$SUPERVISOR/held.d"
    must chmod 0755 "$SUPERVISOR" "$SUPERVISOR/bin" "$SUPERVISOR/held.d"
    box=$(cat "$1/box") || exit 1
    [ -x "$SUPERVISOR/$box/bin/supervisord" ] || die "supervisor's box $SUPERVISOR/$box is not there: run $SCRIPT setup"
    if [ "$(layout_link "$SUPERVISOR/venv")" != "$box" ]; then
        must rm -rf "$SUPERVISOR/.new"
        must mkdir "$SUPERVISOR/.new"
        must ln -s "$box" "$SUPERVISOR/.new/venv"
        must mv -f "$SUPERVISOR/.new/venv" "$SUPERVISOR/"
        must rm -rf "$SUPERVISOR/.new"
    fi
    supervisor_put "$SUPERVISOR/supervisord.conf" 0644 <"$1/supervisord.conf" || exit 1
    supervisor_put "$SUPERVISOR/bin/supervisord" 0755 <"$1/supervisord" || exit 1
    printf '#!/bin/sh\nexec %s -I %s -c %s "$@"\n' "$SUPERVISOR/venv/bin/python" \
        "$SUPERVISOR/venv/bin/supervisorctl" "$SUPERVISOR/supervisord.conf" |
        supervisor_put "$SUPERVISOR/bin/supervisorctl" 0755 || exit 1
)

# What this script's release wants, before there is a release.
supervisor_install_own() (
    must rm -rf "$STATE/supervisor"
    supervisor_record "$STATE/supervisor" || exit 1
    supervisor_install "$STATE/supervisor" || exit 1
    must rm -rf "$STATE/supervisor"
)

# supervisor_outdated: 0 where the supervisord in use is not the one that the current release wants. A release without a record
# takes the one that is there.
supervisor_outdated() (
    folder=$CURRENT/etc/supervisor
    [ -f "$folder/box" ] || exit 1
    [ "$(layout_link "$SUPERVISOR/venv")" = "$(cat "$folder/box")" ] &&
        cmp -s "$folder/supervisord.conf" "$SUPERVISOR/supervisord.conf" &&
        cmp -s "$folder/supervisord" "$SUPERVISOR/bin/supervisord" && exit 1
    exit 0
)

# supervisor_changes: for plan: a line where a deploy would exchange the supervisord that runs.
supervisor_changes() (
    if ! supervisor_wanted || [ ! -h "$SUPERVISOR/venv" ]; then
        exit 0
    fi
    if [ "$(layout_link "$SUPERVISOR/venv")" = "$(supervisor_box)" ] &&
        supervisor_conf | cmp -s - "$SUPERVISOR/supervisord.conf" &&
        supervisor_daemon | cmp -s - "$SUPERVISOR/bin/supervisord"; then
        exit 0
    fi
    echo "exchanged supervisord: all services stop and start, for its own version or settings differ"
)

# supervisor_prune: takes away boxes that no release on this host names and that are not in use.
supervisor_prune() (
    used=$(layout_link "$SUPERVISOR/venv")
    for folder in "$SUPERVISOR"/venv-*; do
        box=${folder##*/}
        if [ ! -d "$folder" ] || [ "$box" = "$used" ] || cat "$RELEASES"/*/etc/supervisor/box 2>/dev/null | grep -Fqx -e "$box"; then
            continue
        fi
        if rm -rf "$folder"; then
            log_info "deleted: $folder, which no release names"
        else
            exit 1
        fi
    done
)

# supervisor_readable PATH: for the service's group, whatever the umask was; never through a link.
supervisor_readable() (
    if [ "$(id -u)" = 0 ]; then
        gid=$(permission_gid @service) || die "there is no group ${SERVICE_GROUP:-of $SERVICE_USER} on this host"
        must find "$1" ! -type l -exec chgrp "$gid" '{}' +
        must find "$1" ! -type l -exec chmod g=rX,o= '{}' +
    fi
)

supervisor_check_socket() (
    socket=$(supervisor_socket)
    if [ "${#socket}" -gt 100 ]; then
        die "the path of supervisor's socket is too long for this system (${#socket} characters, 100 are safe): give a shorter PREFIX, or [layout] run: $socket"
    fi
)

# supervisor_put FILE MODE: writes standard input there, where it differs.
supervisor_put() (
    must rm -f "$1.new"
    cat >"$1.new" || die "$1 can't be written"
    must chmod "$2" "$1.new"
    if cmp -s "$1.new" "$1"; then
        must rm -f "$1.new"
    else
        must mv -f "$1.new" "$1"
    fi
)

supervisor_socket() {
    if [ "${SUPERVISOR_AS_ROOT:-no}" = yes ]; then
        printf '%s\n' "$SUPERVISOR/supervisor.sock"
    else
        printf '%s\n' "$RUN/supervisor.sock"
    fi
}

supervisor_conf() {
    socket=$(supervisor_socket)
    echo "; The supervisor of ${NAME}. Its programs are those of the current release."
    echo "[unix_http_server]"
    echo "file = $socket"
    echo "chmod = 0700"
    echo
    echo "[supervisord]"
    echo "identifier = $NAME"
    echo "directory = /"
    echo "pidfile = ${socket%.sock}.pid"
    echo "umask = 077"
    echo "childlogdir = $LOG"
    echo "nocleanup = true"
    echo "minfds = 1024"
    if [ "${SYSLOG_ENABLED:-no}" = yes ]; then
        echo "logfile = syslog"
    else
        echo "logfile = $LOG/supervisord.log"
        echo "logfile_maxbytes = 10MB"
        echo "logfile_backups = 5"
    fi
    if [ "${SUPERVISOR_AS_ROOT:-no}" != yes ] && [ "$(id -u)" = 0 ] && [ "${SERVICE_USER:-root}" != root ]; then
        echo "user = $SERVICE_USER"
    fi
    echo
    echo "[rpcinterface:supervisor]"
    echo "supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface"
    echo
    echo "[supervisorctl]"
    echo "serverurl = unix://$socket"
    echo
    echo "[include]"
    echo "files = $CURRENT/etc/supervisor.d/*.conf $SUPERVISOR/held.d/*.conf"
}

# supervisord's own syslog handlers call syslog() and leave facility and tag to whoever opened the log.
supervisor_daemon() {
    echo "#!$SUPERVISOR/venv/bin/python -I"
    if [ "${SYSLOG_ENABLED:-no}" = yes ]; then
        echo "import syslog"
        printf 'syslog.openlog("%s", syslog.LOG_PID, syslog.LOG_%s)\n' "$NAME" \
            "$(printf '%s' "$SYSLOG_FACILITY" | tr 'abcdefghijklmnopqrstuvwxyz' 'ABCDEFGHIJKLMNOPQRSTUVWXYZ')"
    fi
    echo "from supervisor.supervisord import main"
    printf 'main(["-c", "%s"])\n' "$SUPERVISOR/supervisord.conf"
}

supervisor_ctl() {
    "$SUPERVISOR/bin/supervisorctl" "$@" </dev/null
}

supervisor_running() (
    [ -x "$SUPERVISOR/bin/supervisorctl" ] || exit 1
    pid=$(supervisor_ctl pid 2>/dev/null) || exit 1
    case $pid in
    '' | *[!0-9]*) exit 1 ;;
    esac
)

supervisor_launch() (
    if supervisor_running; then
        exit 0
    fi
    [ -x "$SUPERVISOR/bin/supervisord" ] || die "supervisor's box is not there: run $SCRIPT setup"
    # Left from a run that is over: its programs are loaded afresh.
    must rm -f "$SUPERVISOR"/held.d/*.conf "$SUPERVISOR"/held.d/*.sum "$SUPERVISOR"/held.d/*.names
    supervisor_hold_again || exit 1
    said=$(cd / && env -i "PATH=$(supervisor_path)" LANG=C.UTF-8 HOME=/ SHELL=/bin/sh "USER=${SERVICE_USER:-$DEPLOYER}" \
        "$SUPERVISOR/bin/supervisord" 2>&1 </dev/null) ||
        die "supervisord did not start: $(printf '%s\n' "$said" | tail -n 3 | tr '\n' ' ')"
    end=$(($(date +%s) + SUPERVISOR_WAIT))
    until supervisor_running; do
        [ "$(date +%s)" -lt "$end" ] || die "supervisord was started and does not answer on $(supervisor_socket)"
        service_nap
    done
    must rm -f "$SUPERVISOR"/held.d/*.conf
    log_info "supervisord is started"
)

supervisor_path() {
    printf '%s\n' /usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
}

supervisor_shutdown() (
    supervisor_running || exit 0
    supervisor_ctl shutdown >/dev/null || die "supervisord does not shut down"
    end=$(($(date +%s) + SERVICE_DEADLINE))
    while supervisor_running; do
        [ "$(date +%s)" -lt "$end" ] || die "supervisord still runs: a program does not stop"
        service_nap
    done
    log_info "supervisord is stopped"
)

supervisor_begin() (
    if supervisor_running; then
        if ! supervisor_outdated; then
            must rm -f "$STATE/stood"
            exit 0
        fi
        log_info "supervisord itself is exchanged: all services stop, and start again"
        service_remember supervisor || exit 1
        supervisor_shutdown || exit 1
    fi
    # Its programs can't be handed over to another one. A run that is killed here finds none running, and goes on like this one.
    if supervisor_outdated; then
        supervisor_install "$CURRENT/etc/supervisor" || exit 1
    fi
    supervisor_launch || exit 1
    supervisor_resume || exit 1
    exit 10
)

# supervisor_hold_again: a supervisord that is started next leaves alone what operators had stopped.
supervisor_hold_again() (
    [ -f "$STATE/stood" ] || exit 0
    service_stood stopped | while read -r name; do
        group=$(supervisor_group "$name")
        held=$(cat "$SUPERVISOR/held.d/$group.names" 2>/dev/null)
        printf '%s%s' "${held:+$held,}" "$name" >"$SUPERVISOR/held.d/$group.names" || die "$SUPERVISOR/held.d can't be written"
    done || exit 1
    for file in "$SUPERVISOR"/held.d/*.names; do
        [ -f "$file" ] || continue
        group=${file##*/}
        supervisor_hold "${group%.names}" "$(cat "$file")" || exit 1
    done
)

# supervisor_held: the services that the supervisord which was started last must not start by itself, one a line.
supervisor_held() (
    for file in "$SUPERVISOR"/held.d/*.names; do
        [ ! -f "$file" ] || tr ',' '\n' <"$file"
        echo
    done
)

# supervisor_resume: starts what operators had started by hand; from here on nothing has to be remembered.
supervisor_resume() (
    [ -f "$STATE/stood" ] || exit 0
    service_each_word "$(service_stood running | tr '\n' ' ')" supervisor_start || exit 1
    service_stood stopped | while read -r name; do
        log_info "service $name was stopped by an operator and stays stopped"
    done
    must rm -f "$STATE/stood"
)

supervisor_differs() (
    # It exits with 0 for a file that it can't read, and says so.
    said=$(supervisor_ctl reread 2>&1) || die "supervisord can't read the new files: $said"
    case $said in
    *ERROR*) die "supervisord can't read the new files: $said" ;;
    esac
    printf '%s\n' "$said" | awk '
        $2 == "available" { print "added", substr($1, 1, length($1) - 1) }
        $2 == "changed" { print "changed", substr($1, 1, length($1) - 1) }
        $2 == "disappeared" { print "removed", substr($1, 1, length($1) - 1) }' |
        while read -r kind group; do
            # It was loaded without its autostart (supervisor_hold), and nothing else of it changed since.
            if [ "$kind" = changed ] && [ -f "$SUPERVISOR/held.d/$group.sum" ] &&
                [ "$(cat "$SUPERVISOR/held.d/$group.sum")" = "$(supervisor_sum "$group")" ]; then
                continue
            fi
            echo "$kind $group"
        done
)

# supervisor_group NAME: the supervisor group of a service: the one it was put in, else its own.
supervisor_group() (
    group=$(service_field "$1" 7)
    case $group in
    '' | -) printf '%s\n' "$1" ;;
    *) printf '%s\n' "$group" ;;
    esac
)

# supervisor_members GROUP: the services of the current release that are loaded with it.
supervisor_members() {
    awk -v group="$1" '$1 == "service" && ($7 == group || ($7 == "-" && $2 == group)) { print $2 }' "$CURRENT/etc/services"
}

supervisor_sum() (
    {
        supervisor_members "$1" | while read -r name; do
            cat "$CURRENT/etc/supervisor.d/$name.conf"
        done
        cat "$CURRENT/etc/supervisor.d/$1.group.conf" 2>/dev/null
    } | cksum
)

# supervisor_status: every process as `GROUP PROCESS STATE PID`.
supervisor_status() (
    # 3 says that one of them does not run, which is an answer.
    said=$(supervisor_ctl status 2>&1)
    status=$?
    case $status in
    0 | 3) ;;
    *)
        log_error "supervisord does not answer: $said"
        exit 1
        ;;
    esac
    printf '%s\n' "$said" | awk '
        NF >= 2 {
            split($1, part, ":")
            pid = $3 == "pid" ? $4 : "-"
            sub(/,$/, "", pid)
            print part[1], part[2] == "" ? part[1] : part[2], $2, pid
        }'
)

supervisor_states() (
    [ -f "$CURRENT/etc/services" ] || exit 0
    processes=$(supervisor_status) || exit 1
    {
        printf '%s\n' "$processes" | sed 's/^/process /'
        cat "$CURRENT/etc/services"
    } | awk '
        $1 == "process" { n++; group[n] = $2; process[n] = $3; state[n] = $4; pid[n] = $5 }
        $1 == "service" {
            worst = 0
            word = "absent"
            pids = "-"
            for (i = 1; i <= n; i++) {
                if ($7 == "-" ? group[i] != $2 : group[i] != $7 || !member(process[i], $2)) continue
                # Of several processes (numprocs) the worst one is the service.
                if (rank(state[i]) > worst) { worst = rank(state[i]); word = meaning(state[i]) }
                pids = pids == "-" ? pid[i] : pids "," pid[i]
            }
            print $2, word, pids
        }
        function member(process, name) {
            return process == name || (index(process, name "_") == 1 && substr(process, length(name) + 2) ~ /^[0-9]+$/)
        }
        function rank(state) {
            return state == "RUNNING" ? 1 : state == "STOPPED" ? 2 : state == "EXITED" ? 3 : state == "FATAL" || state == "UNKNOWN" ? 5 : 4
        }
        # BACKOFF is a start that failed and will be tried again; STOPPING may still come to an end.
        function meaning(state) {
            return state == "RUNNING" ? "running" : state == "STOPPED" ? "stopped" : state == "EXITED" ? "exited" : state == "FATAL" || state == "UNKNOWN" ? "failed" : "starting"
        }'
)

supervisor_state() {
    supervisor_states | awk -v name="$1" '$1 == name { print $2; found = 1 } END { if (!found) print "absent" }'
}

supervisor_why() (
    group=$(supervisor_group "$1")
    supervisor_ctl status "$group:*" 2>/dev/null | awk '$2 != "RUNNING" { $1 = $1; print; exit }'
)

# supervisor_processes NAME: the names of a service's processes as supervisorctl takes them.
supervisor_processes() (
    group=$(supervisor_group "$1")
    processes=$(supervisor_status) || exit 1
    printf '%s\n' "$processes" | awk -v group="$group" -v name="$1" '
        $1 == group && (group == name || $2 == name || (index($2, name "_") == 1 && substr($2, length(name) + 2) ~ /^[0-9]+$/)) { print $1 ":" $2 }'
)

supervisor_stop() (
    processes=$(supervisor_processes "$1") || exit 1
    service_each_word "$(printf '%s' "$processes" | tr '\n' ' ')" supervisor_stop_process
)

supervisor_stop_process() (
    said=$(supervisor_ctl stop "$1" 2>&1) && exit 0
    case $said in
    *'not running'*) exit 0 ;;
    esac
    log_error "supervisor can't stop $1: $said"
    exit 1
)

supervisor_start() (
    processes=$(supervisor_processes "$1") || exit 1
    [ -n "$processes" ] || die "supervisord does not know $1"
    service_each_word "$(printf '%s' "$processes" | tr '\n' ' ')" supervisor_start_process && exit 0
    service_last_words "$1"
    exit 1
)

supervisor_start_process() (
    # The answer comes after the program's own start seconds, which service_wait_one waits for and judges.
    said=$(supervisor_ctl start "$1" 2>&1) && exit 0
    case $said in
    *'already started'*) exit 0 ;;
    esac
    log_error "supervisor can't start $1: $said"
    exit 1
)

# supervisor_load GROUP HELD: takes the group's new files; the programs HELD (joined by commas, or -) don't start.
# supervisord starts what it loads, so for that moment a second file says that they must not; files that are read later win.
supervisor_load() (
    group=$1
    must rm -f "$SUPERVISOR/held.d/$group.sum" "$SUPERVISOR/held.d/$group.names"
    if [ "$2" != - ]; then
        supervisor_hold "$group" "$2" || exit 1
    fi
    said=$(supervisor_update "$group")
    status=$?
    must rm -f "$SUPERVISOR/held.d/$group.conf"
    case $status:$said in
    0:*ERROR* | [!0]*)
        log_error "supervisor can't load $group: $said"
        exit 1
        ;;
    esac
)

# supervisor_update GROUP: prints what supervisord says. A program that ends again and again may be started once more between
# the stop and the removal that an update consists of; the next one meets it in another moment.
supervisor_update() (
    tries=0
    while :; do
        said=$(supervisor_ctl update "$1" 2>&1)
        status=$?
        tries=$((tries + 1))
        case $tries:$said in
        [1-9]:*STILL_RUNNING*) ;;
        *) break ;;
        esac
    done
    printf '%s\n' "$said"
    exit "$status"
)

# supervisor_hold GROUP NAMES: writes the file by which NAMES (joined by commas) don't start, and the sum of what it is for.
supervisor_hold() (
    printf '%s\n' "$2" | tr ',' '\n' | while read -r name; do
        [ -f "$CURRENT/etc/supervisor.d/$name.conf" ] || continue
        sed -n '/^\[[a-z]*:/{p;q;}' "$CURRENT/etc/supervisor.d/$name.conf"
        echo "autostart = false"
    done >"$SUPERVISOR/held.d/$1.conf" || die "$SUPERVISOR/held.d can't be written"
    must chmod 0644 "$SUPERVISOR/held.d/$1.conf"
    supervisor_sum "$1" >"$SUPERVISOR/held.d/$1.sum" || die "$SUPERVISOR/held.d can't be written"
)

supervisor_remove() (
    said=$(supervisor_update "$1") || {
        log_error "supervisor can't remove $1: $said"
        exit 1
    }
    must rm -f "$SUPERVISOR/held.d/$1.sum" "$SUPERVISOR/held.d/$1.names"
)

# What a value of the host needs inside a program's file. ConfigParser ends a value at a blank and `#` or `;`, the expansion of `%`
# wants `%%`, and shlex takes quotes away.
#
# supervisor_quote_shlex VALUE        inside the single quotes of a word of `command`
# supervisor_quote_environment VALUE  inside the double quotes of `environment`
# supervisor_quote_percent VALUE      anywhere else
#
# They run where a here-document is filled in, and the shell forgets a status there: what can't be written becomes a mark that
# supervisor_refused finds before the switch.
supervisor_quote_shlex() (
    supervisor_one_line "$1" || exit 1
    printf '%s' "$1" | sed -e 's/%/%%/g' -e "s/['#;(]/'\\\\&'/g"
)

supervisor_quote_environment() (
    supervisor_one_line "$1" || exit 1
    case $1 in
    *\"* | \'* | *\' | *[[:space:]][\#\;]*)
        supervisor_refuse "holds a double quote, a single one at its end, or a blank before # or ;"
        exit 1
        ;;
    esac
    printf '%s' "$1" | sed 's/%/%%/g'
)

supervisor_quote_percent() (
    supervisor_one_line "$1" || exit 1
    case $1 in
    *[[:space:]][\#\;]*)
        supervisor_refuse "holds a blank before # or ;"
        exit 1
        ;;
    esac
    printf '%s' "$1" | sed 's/%/%%/g'
)

supervisor_one_line() {
    case $1 in
    *[[:cntrl:]]*)
        supervisor_refuse "holds a control character"
        return 1
        ;;
    *'%(here)s'*)
        supervisor_refuse "holds %(here)s, which supervisord replaces"
        return 1
        ;;
    esac
}

supervisor_refuse() {
    log_error "an input or a secret for a service $1: supervisor's file has no way to write that"
    printf '%%(refused)s'
}

# supervisor_refused: 1 where a file of this release holds such a mark.
supervisor_refused() (
    for file in "$ETC"/supervisor.d/*.conf; do
        if [ -f "$file" ] && grep -q '%(refused)s' "$file"; then
            log_error "$file can't be used: see above"
            exit 1
        fi
    done
)
