# shellcheck shell=sh
# syslog.sh: the script's own lines in the host's log.
#
# syslog_init                       sets LOG_SYSLOG=yes where the release wants syslog and the host has logger
# syslog_write SEVERITY MESSAGE     one line, with the release's facility and the tag NAME. Severities: debug info notice warning
#                                   err crit. Never fails a run: returns 1 where there was nobody to write to.
# syslog_left                       prints the application's drop-in of rsyslog, which an administrator put there, and the logs that
#                                   it writes
# Reads SYSLOG_ENABLED SYSLOG_FACILITY NAME.

RSYSLOG_FOLDER=${RSYSLOG_FOLDER:-/etc/rsyslog.d}

syslog_init() {
    LOG_SYSLOG=no
    [ "${SYSLOG_ENABLED:-no}" = yes ] || return 0
    if shell_has logger; then
        LOG_SYSLOG=yes
    else
        log_warn "no logger on this host: lines of this run are not sent to syslog (facility $SYSLOG_FACILITY)"
    fi
}

syslog_write() (
    # On standard input, for ps shows a command line to everyone; and one message is one line, whatever is in it.
    printf '%s' "$2" | tr '\n\r' '  ' | logger -t "$NAME" -p "$SYSLOG_FACILITY.$1" >/dev/null 2>&1
)

syslog_left() (
    for file in "$RSYSLOG_FOLDER"/*.conf; do
        case $(sed -n '1p' "$file" 2>/dev/null) in
        "# The log of $NAME: "*) ;;
        *) continue ;;
        esac
        printf '%s\n' "$file"
        sed -n 's/^ *action(type="omfile" file="\([^"]*\)".*/\1/p' "$file" | while IFS= read -r log; do
            for kept in "$log" "$log".* "$log"-*; do
                [ ! -e "$kept" ] || printf '%s\n' "$kept"
            done
        done
    done
)
