# shellcheck shell=sh
# command.sh: commands of the profile, and what they say.
#
# command_run SEVERITY WHOSE COMMAND...
#   Runs it without input, its words on standard error as they come. Where it fails, their end goes to the log too, each line
#   with SEVERITY and behind WHOSE. Returns its status.

command_run() (
    severity=$1 whose=$2
    shift 2
    words=$STATE/command.log
    must rm -f "$words" "$words.done"
    # Into a file and not into a pipe, which a daemon that it starts would keep open.
    # They may hold a secret, until they are redacted for the log.
    (umask 077 && : >"$words") || die "could not write $words"
    exec 3<"$words"
    command_follow "$words.done" &
    follower=$!
    "$@" </dev/null >"$words" 2>&1 3<&-
    status=$?
    : >"$words.done" || kill "$follower"
    wait "$follower"
    cat <&3 >&2
    [ "$status" -eq 0 ] || command_record "$words" "$severity" "$whose"
    rm -f "$words" "$words.done"
    # A signal is 128 and its number; ksh93 counts from 256 and yash from 384, and an exit status has no room for that.
    [ "$status" -lt 256 ] || status=$((128 + status % 128))
    exit "$status"
)

# command_follow DONE: shows what comes into file 3, until the file DONE is there. Who shows the rest reads on from the same place.
# A release has many short commands, and each waits for the next look: it comes soon at first.
command_follow() {
    for pause in 0.02 0.04 0.08 0.15 0.3 0.5; do
        command_look "$1" "$pause" || return 0
    done
    while command_look "$1" 1; do :; done
}

# command_look DONE SECONDS: shows what is there and waits, a whole second where sleep knows no fractions; fails where DONE is.
command_look() {
    [ ! -e "$1" ] || return 1
    cat <&3 >&2
    sleep "$2" 2>/dev/null || sleep 1
    log_orphan
}

# command_record FILE SEVERITY WHOSE: the end of its words, which the screen has, for the log. They are no part of this script, and
# may show what they were given.
command_record() {
    tail -n 25 "$1" | secret_redact_likely | while IFS= read -r line; do
        [ -z "$line" ] || log_record "$2" "$3$line"
    done
}
