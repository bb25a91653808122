# shellcheck shell=sh
# signal.sh: long work that a signal can stop at once.
#
# signal_run COMMAND...   runs a function or command in the background and waits for it: a trapped signal comes through at once and not
#                       when the installer is done. Returns its status. Variables that COMMAND sets are lost.
#                       Not for what starts daemons: background work ignores INT, and so would they.
# signal_stop           ends what signal_run runs, with all its children; for the trap. First TERM, then KILL
# signal_tree PID       prints PID and all processes below it

SIGNAL_CHILD=

signal_run() {
    # Of a killed command ksh93 would hand on the signal's number alone, which reads like a status of the command's own.
    {
        "$@" && exit 0
        signal_status=$?
        [ "$signal_status" -lt 126 ] || exit 1
        exit "$signal_status"
    } &
    SIGNAL_CHILD=$!
    wait "$SIGNAL_CHILD"
    signal_status=$?
    SIGNAL_CHILD=
    return "$signal_status"
}

signal_stop() (
    [ -n "$SIGNAL_CHILD" ] || exit 0
    # The parents first, or they would start the next child.
    pids=$(signal_tree "$SIGNAL_CHILD")
    signal_each TERM "$pids"
    tries=0
    while [ "$tries" -lt 5 ] && signal_each 0 "$pids"; do
        sleep 1
        tries=$((tries + 1))
    done
    signal_each KILL "$pids"
    exit 0
)

signal_tree() (
    if [ -d /proc/self ]; then
        cat /proc/[0-9]*/stat 2>/dev/null | sed -n 's/^\([0-9]*\) (.*) [A-Za-z] \([0-9]*\) .*/\1 \2/p'
    else
        ps -A -o pid= -o ppid= 2>/dev/null
    fi | awk -v root="$1" '
        { parent[$1] = $2; pids[++n] = $1 }
        END {
            inside[root] = 1
            print root
            do {
                more = 0
                for (i = 1; i <= n; i++) if (!(pids[i] in inside) && parent[pids[i]] in inside) {
                    inside[pids[i]] = 1
                    print pids[i]
                    more = 1
                }
            } while (more)
        }'
)

# signal_each SIGNAL PIDS: true where one of them could be signalled and is no zombie.
signal_each() (
    printf '%s\n' "$2" | {
        some=1
        while read -r pid; do
            if [ -z "$pid" ] || [ -z "$(lock_start "$pid")" ]; then
                continue
            fi
            if kill "-$1" "$pid" 2>/dev/null; then
                some=0
            fi
        done
        exit "$some"
    }
)
