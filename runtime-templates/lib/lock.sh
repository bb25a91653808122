# shellcheck shell=sh
# lock.sh: one deploy at a time. A dead holder's lock is taken over, and that is said.
#
# lock_take SECONDS  takes the lock, or waits up to SECONDS for it. Returns 75 where a living run holds it.
# lock_release          gives it back; nothing where it is not held by this run
# lock_holder           prints `PID USER HOST COMMAND VERSION since TIME` of the living holder; fails where the lock is free
# lock_break            frees a lock that this host cannot judge (held from another host). For `unlock`.
# lock_start PID        prints when the process started, in whatever form the host has; empty where it has none
#
# How. Locks are numbered folders in $STATE/lock. Taking one is `mkdir` of the highest number plus one, allowed only where the
# highest is free or its owner dead. Then the owner is written, and all is read once more: whoever finds another newcomer
# beside itself steps back. So two that both saw a dead owner cannot both win, nor can one that was slow between looking and
# making. The highest number is never deleted: it is what a late mkdir is measured by.
# An owner is pid, boot, start time and host. A pid that is in use again has another start time; a host that was booted, another boot.

lock_take() {
    LOCK_NUMBER=
    lock_waited=0 lock_unknown=0 lock_stale=
    must mkdir -p "$STATE/lock"
    while :; do
        lock_try
        case $? in
        0) return 0 ;;
        1) continue ;;
        2)
            # Its maker is between two commands, or died there. If it is only slow, it steps back when it finds this run beside it.
            lock_unknown=$((lock_unknown + 1))
            if [ "$lock_unknown" -gt 5 ]; then
                lock_stale=$lock_top
                continue
            fi
            sleep 1
            ;;
        3)
            if [ "$lock_waited" -ge "$1" ]; then
                log_error "another run holds the lock: $(lock_describe "$lock_top"); to wait for it: --wait SECONDS"
                return 75
            fi
            sleep 1
            lock_waited=$((lock_waited + 1))
            ;;
        *) die "cannot make a folder in $STATE/lock" ;;
        esac
    done
}

lock_release() {
    lock_number=${LOCK_NUMBER:-}
    # A signal can come between making the folder and noting it; whether it is this run's own, its owner says.
    if [ -z "$lock_number" ] && [ -n "${LOCK_MADE:-}" ] && [ "$(cat "$STATE/lock/$LOCK_MADE/owner" 2>/dev/null)" = "$lock_text" ]; then
        lock_number=$LOCK_MADE
    fi
    LOCK_NUMBER='' LOCK_MADE=''
    [ -z "$lock_number" ] || lock_free "$lock_number"
}

lock_holder() (
    lock_look
    [ "$lock_top" -gt 0 ] || return 1
    lock_judge "$lock_top"
    [ "$lock_state" = held ] || return 1
    lock_read "$lock_top"
    printf '%s %s %s %s\n' "$lock_pid" "$lock_user" "$lock_host" "$lock_what since $lock_since"
)

lock_break() (
    lock_look
    if [ "$lock_top" -eq 0 ] || [ -d "$STATE/lock/$lock_top/free" ]; then
        log_info "the lock is free"
        return 0
    fi
    log_warn "the lock is broken by hand; it was held by $(lock_describe "$lock_top")"
    lock_free "$lock_top"
)

lock_start() (
    if [ -r "/proc/$1/stat" ]; then
        # The 22nd field; the second is the command in parentheses, which may hold blanks. A zombie (Z) has no start: it is dead.
        sed 's/^.*) //' "/proc/$1/stat" 2>/dev/null | awk '$1 != "Z" { print $20; exit }'
    elif [ ! -d /proc/self ]; then
        ps -o lstart= -p "$1" 2>/dev/null | tr -s ' ' '_'
    fi
)

lock_boot() (
    if [ -r /proc/sys/kernel/random/boot_id ]; then
        cat /proc/sys/kernel/random/boot_id
    else
        sysctl -n kern.boottime 2>/dev/null | tr -dc '0123456789'
    fi
)

# lock_try: 0 taken; 1 look again at once; 2 its owner is not known (yet); 3 held; 4 it cannot be made at all.
lock_try() {
    lock_look
    if [ "$lock_top" -gt 0 ]; then
        lock_judge "$lock_top"
        case $lock_state in
        held) return 3 ;;
        unknown) [ "$lock_stale" = "$lock_top" ] || return 2 ;;
        esac
    fi
    lock_below=$lock_top
    lock_mine=$((lock_top + 1))
    lock_text=$(lock_owner)
    LOCK_MADE=$lock_mine
    if ! mkdir "$STATE/lock/$lock_mine" 2>/dev/null; then
        LOCK_MADE=
        # Somebody was faster; or the disk is full or read-only.
        lock_look
        [ "$lock_top" -ge "$lock_mine" ] || return 4
        return 1
    fi
    printf '%s\n' "$lock_text" >"$STATE/lock/$lock_mine/owner" || return 4
    lock_look
    if [ "$lock_top" -ne "$lock_mine" ]; then
        lock_free "$lock_mine"
        return 1
    fi
    if [ "$lock_below" -gt 0 ]; then
        lock_judge "$lock_below"
        case $lock_state in
        held)
            lock_free "$lock_mine"
            return 1
            ;;
        dead | unknown) log_warn "the lock of a dead run is taken over: $(lock_describe "$lock_below")" ;;
        esac
    fi
    LOCK_NUMBER=$lock_mine
    for lock_folder in "$STATE"/lock/*; do
        if [ "$lock_folder" != "$STATE/lock/$LOCK_NUMBER" ]; then
            rm -rf "$lock_folder"
        fi
    done
}

# The owner's text. `since` is the last line: a file without it was not written to its end.
lock_owner() (
    printf 'pid=%s\nboot=%s\nstart=%s\nhost=%s\nuser=%s\nwhat=%s\nsince=%s\n' "$$" "$(lock_boot)" "$(lock_start "$$")" \
        "$HOST_NAME" "$DEPLOYER" "${main_command:-deploy} $RELEASE_ID" "$(date -u +%Y-%m-%dT%H:%M:%SZ)"
)

lock_free() {
    mkdir "$STATE/lock/$1/free" 2>/dev/null || [ ! -d "$STATE/lock/$1" ] || [ -d "$STATE/lock/$1/free" ] ||
        log_warn "the lock could not be freed: rm -r $STATE/lock/$1"
}

# Sets lock_top, the highest number; 0 where there is none.
lock_look() {
    lock_top=0
    for lock_folder in "$STATE"/lock/*; do
        lock_name=${lock_folder##*/}
        case $lock_name in
        '' | *[!0123456789]*) continue ;;
        esac
        if [ "$lock_name" -gt "$lock_top" ]; then
            lock_top=$lock_name
        fi
    done
}

# Sets lock_state of lock NUMBER: free, held, dead, or unknown where no owner is written.
lock_judge() {
    lock_state=free
    if [ -d "$STATE/lock/$1/free" ] || [ ! -d "$STATE/lock/$1" ]; then
        return 0
    fi
    lock_read "$1"
    if [ "$1" = "${LOCK_NUMBER:-}" ]; then
        lock_state=held
    elif [ -z "$lock_since" ]; then
        lock_state=unknown
    elif [ "$lock_host" != "$HOST_NAME" ]; then
        lock_state=held
    elif [ "$lock_pid" = "$$" ]; then
        # This very pid, and this run has not got it: a run before, whose number is in use again.
        lock_state=dead
    elif [ "$lock_boot" != "$(lock_boot)" ]; then
        lock_state=dead
    elif ! lock_alive "$lock_pid"; then
        lock_state=dead
    elif [ "$lock_start" != "$(lock_start "$lock_pid")" ]; then
        lock_state=dead
    else
        lock_state=held
    fi
}

# kill -0 fails for a process of another user too, so /proc and ps are asked first.
lock_alive() {
    if [ -d /proc/self ]; then
        [ -d "/proc/$1" ]
    else
        kill -0 "$1" 2>/dev/null || ps -p "$1" >/dev/null 2>&1
    fi
}

lock_read() {
    lock_pid='' lock_boot='' lock_start='' lock_host='' lock_user='' lock_what='' lock_since=''
    [ -r "$STATE/lock/$1/owner" ] || return 0
    while IFS='=' read -r lock_key lock_value; do
        case $lock_key in
        pid) lock_pid=$lock_value ;;
        boot) lock_boot=$lock_value ;;
        start) lock_start=$lock_value ;;
        host) lock_host=$lock_value ;;
        user) lock_user=$lock_value ;;
        what) lock_what=$lock_value ;;
        since) lock_since=$lock_value ;;
        esac
    done <"$STATE/lock/$1/owner"
}

lock_describe() (
    lock_read "$1"
    echo "pid ${lock_pid:-unknown} of ${lock_user:-unknown} on ${lock_host:-unknown}, ${lock_what:-unknown}, since ${lock_since:-unknown}"
)
