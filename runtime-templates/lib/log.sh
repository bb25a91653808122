# shellcheck shell=sh
# log.sh: what the script says. Log lines go to standard error, answers to standard output.
#
# Reads   QUIET (yes: no info lines), LOG_FILE (where set, every line is added to it), LOG_SYSLOG (yes: lines go to
#         `syslog_write SEVERITY MESSAGE` too), STEP (the step at work, in front of the lines of errors).
# A line is plain text without colour: it is read in terminals, CI logs and syslog alike.

# log_info MESSAGE...: what was done.
log_info() {
    [ "${QUIET:-no}" = yes ] || log_line info "$*"
}

# log_quiet: no info lines from here on.
log_quiet() {
    QUIET=yes
}

# log_warn MESSAGE...: what an administrator should look at; the run goes on.
log_warn() {
    log_line warning "warning: $*"
}

# log_error MESSAGE...: why the run stops.
log_error() {
    log_line err "error: $*"
}

# log_step NUMBER TOTAL NAME: a step begins.
log_step() {
    STEP=$3
    log_info "step $1 of $2: $3"
}

# log_progress DONE TOTAL WHAT: how far long work is. On a terminal one line that is written over; elsewhere nothing:
# logs of CI stay short. `log_progress_end` closes the line.
log_progress() {
    if [ "${QUIET:-no}" != yes ] && [ -t 2 ]; then
        printf '\r\033[K  %s of %s: %s' "$1" "$2" "$3" >&2
    fi
}

log_progress_end() {
    if [ "${QUIET:-no}" != yes ] && [ -t 2 ]; then
        printf '\r\033[K' >&2
    fi
}

# die MESSAGE...: logs and exits 1. In a function with a ( ) body this leaves that function alone: its caller looks at the status.
die() {
    die_with 1 "$@"
}

# die_with STATUS MESSAGE...: as die, with an exit status of its own (64 usage, 75 locked, 78 unfit host, ...).
die_with() {
    die_status=$1
    shift
    log_error "$@"
    exit "$die_status"
}

# must COMMAND...: runs it, or logs what failed and exits 1. Stands in for `set -e`, which is off inside `if` and `||`.
# A library function that already said why it failed is called as `name ... || exit $?` instead: its status is kept.
must() {
    log_orphan
    "$@" || die_with 1 "failed with status $?: $*"
}

# log_orphan: exits where the script itself was killed. A subshell outlives it, and must not meddle with the next run.
log_orphan() {
    kill -0 "$$" 2>/dev/null || exit 1
}

# log_line SEVERITY MESSAGE: one line, to every place that listens. Severities are those of syslog.
log_line() {
    printf '%s\n' "$2" >&2
    log_record "$1" "$2"
}

# log_record SEVERITY MESSAGE: one line, to every place but the screen, which has it already.
log_record() {
    if [ -n "${LOG_FILE:-}" ]; then
        printf '%s\n' "$2" >>"$LOG_FILE" || LOG_FILE=
    fi
    if [ "${LOG_SYSLOG:-no}" = yes ]; then
        syslog_write "$1" "$2" || :
    fi
}
