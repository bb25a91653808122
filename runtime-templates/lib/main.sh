# shellcheck shell=sh
# main.sh: the command line, and the order of the steps.
#
# A step is a function main_step_NAME here. `deploy` runs them all; each is a command of its own too, and can be repeated:
# what is done already says so. What a step leaves is on the disk, so one process may run the next step or another may.

main() {
    shell_init
    settings
    QUIET=no JSON=no FORCE_RESTART=no DETAILED_EXITCODE=no ACCEPT_EDITED=no AS_STEP=no WAIT=0 STEP=
    SCRIPT=$0
    case $SCRIPT in
    /*) ;;
    *) SCRIPT=$PWD/$SCRIPT ;;
    esac
    # Of Ansible, which calls it with a file of arguments; a path is never a command.
    case $#:${1:-} in
    1:/*)
        if [ -f "$1" ]; then
            module_main "$1"
            exit
        fi
        ;;
    esac
    main_count=$#
    while [ "$main_count" -gt 0 ]; do
        main_word=$1
        shift
        main_count=$((main_count - 1))
        case $main_word in
        -q | --quiet) QUIET=yes ;;
        --json) JSON=yes ;;
        --force-restart) FORCE_RESTART=yes ;;
        --detailed-exitcode) DETAILED_EXITCODE=yes ;;
        --accept-edited) ACCEPT_EDITED=yes ;;
        --step) AS_STEP=yes ;;
        --wait=*) WAIT=${main_word#--wait=} ;;
        --wait)
            [ "$main_count" -gt 0 ] || main_usage "--wait needs a number of seconds"
            WAIT=$1
            shift
            main_count=$((main_count - 1))
            ;;
        -h | --help) set -- "$@" help ;;
        *) set -- "$@" "$main_word" ;;
        esac
    done
    case $WAIT in
    '' | *[!0123456789]*) main_usage "--wait needs a number of seconds, not $WAIT" ;;
    esac
    if [ "$#" -eq 0 ]; then
        help_show >&2
        exit 64
    fi
    main_command=$1
    shift
    case $main_command in
    help)
        help_show "$@"
        exit
        ;;
    version)
        printf '%s %s\n' "$NAME" "$VERSION"
        exit 0
        ;;
    esac
    selfcheck_verify "$SCRIPT" || exit $?
    layout_init
    syslog_init
    host_facts
    main_run "$@"
}

main_usage() {
    log_error "$1; see: sh ${SCRIPT##*/} help"
    exit 64
}

# The commands. Those that take arguments read them themselves; the others take none.
main_run() {
    # The Makefile runs a deploy step by step: where there is nothing to deploy, no step has anything to do.
    if [ "$AS_STEP" = yes ] && [ "$FORCE_RESTART" = no ] && release_unchanged && ! service_outdated >/dev/null; then
        if [ "$main_command" = build ]; then
            checkout_update || return
        fi
        log_info "unchanged: release $RELEASE_ID is deployed; nothing to do for $main_command"
        return 0
    fi
    case $main_command in
    prune | pin | unpin | uninstall | rollback | run)
        # These take a lock, and the lock's folder would be made on a host that has nothing else.
        [ -d "$STATE" ] || die "nothing of $NAME is in $PREFIX: there is nothing to $main_command"
        ;;
    esac
    case $main_command in
    plan) plan_show "$@" ;;
    status) status_show "$@" ;;
    fact) module_fact ;;
    verify) main_verify "$@" ;;
    history) journal_show "$@" ;;
    list) status_list "$@" ;;
    backup)
        case " $* " in
        *' --list '*) backup_run "$@" ;;
        *) main_alone backup_run "$@" ;;
        esac
        ;;
    restore) main_alone restore_run "$@" ;;
    adopt) main_alone adopt_run "$@" ;;
    prune)
        case " $* " in
        *' --dry-run '*) prune_run "$@" ;;
        *) main_alone prune_run "$@" ;;
        esac
        ;;
    pin | unpin)
        [ "$#" -eq 1 ] || main_usage "$main_command takes one version"
        main_alone "release_$main_command" "$1"
        ;;
    uninstall)
        case $* in
        --yes) main_alone prune_uninstall --yes ;;
        *) prune_uninstall "$@" ;;
        esac
        ;;
    start | stop)
        [ "$#" -eq 0 ] || main_usage "$main_command takes no arguments: $*"
        main_alone "service_$main_command"
        ;;
    rollback) main_alone main_rollback "$@" ;;
    run) main_alone main_command_run "$@" ;;
    unlock) lock_break ;;
    deploy | setup | preflight | check | build | configure | permissions | complete | switch | restart | steps)
        [ "$#" -eq 0 ] || main_usage "$main_command takes no arguments: $*"
        case $main_command in
        deploy) main_deploy ;;
        preflight) preflight_check ;;
        check) main_check ;;
        steps) main_steps ;;
        setup) main_alone main_setup ;;
        *) main_alone "main_step_$main_command" ;;
        esac
        ;;
    *) main_usage "there is no command $main_command" ;;
    esac
}

# main_steps: prints the steps of a deploy in their order, one a line.
main_steps() {
    printf '%s\n' preflight lock backup build configure permissions complete switch restart verify prune
}

# check: would a deploy change anything? 0 no, 2 yes. Writes nothing.
main_check() {
    if ! release_unchanged; then
        log_info "release $RELEASE_ID is not deployed"
        return 2
    fi
    if main_outdated=$(service_outdated); then
        log_info "release $RELEASE_ID is deployed, and services run older code of its sources: $(printf '%s' "$main_outdated" | tr '\n' ' ')"
        return 2
    fi
    log_info "release $RELEASE_ID is deployed: nothing to do"
}

# --- deploy

main_deploy() {
    main_trap
    if release_unchanged && [ "$FORCE_RESTART" = no ]; then
        checkout_update || return
        # In a dev profile the sources may be others now than those that the services run.
        if ! service_outdated >/dev/null; then
            log_info "unchanged: release $RELEASE_ID is deployed"
            return 0
        fi
    fi
    main_step 1 preflight preflight_check
    main_step 2 lock main_step_lock deploy
    # The long ones can be stopped in the middle of a download. Those that start services run in the foreground: what is started
    # in the background ignores Ctrl-C for good.
    main_step 3 backup signal_run main_step_backup
    main_step 4 build signal_run main_step_build
    main_step 5 configure signal_run main_step_configure
    main_step 6 permissions signal_run main_step_permissions
    main_step 7 complete signal_run main_step_complete
    main_step 8 switch main_step_switch
    main_step 9 restart main_step_restart
    main_step 10 verify main_step_verify
    main_step 11 prune main_step_prune
    main_end 0
    log_info "release $RELEASE_ID is deployed"
    if [ "$DETAILED_EXITCODE" = yes ]; then
        return 2
    fi
}

# main_step NUMBER NAME COMMAND...: one step, or the end of the run.
main_step() {
    log_step "$1" 11 "$2"
    [ "$1" -le 2 ] || webhook_send step "$2" "step $1 of 11: $2"
    shift 2
    "$@" || main_fail $?
}

# Makes the folders that are missing, takes the lock, opens the journal: from here on the run is known.
main_step_lock() {
    layout_setup || return
    # Before it is taken: a signal in the midst of that gives it back too.
    MAIN_LOCKED=yes
    lock_take "$WAIT" || return
    # This run's lines, for the webhook of a failure and for who comes after.
    LOG_FILE=$STATE/last.log
    : >"$LOG_FILE" || LOG_FILE=
    main_from=$(release_active) || main_from=
    WEBHOOK_FROM=$main_from
    MAIN_OPEN=yes
    journal_begin "$1" "$main_from" "$RELEASE_ID" "${REASON:-}" "${main_arguments:-}"
    if [ "$ACCEPT_EDITED" = yes ]; then
        journal_write note "note=edited" "text=the script was edited after it was made, and that was accepted"
    fi
    secret_load || return
    webhook_send start lock "$1 of $NAME $RELEASE_ID begins"
}

# What is made once for all releases: folders, and the supervisor's own box.
main_setup() {
    preflight_check || return
    layout_setup || return
    supervisor_setup
}

main_step_backup() {
    backup_run --before "$RELEASE_ID"
}

# Build, configure and permissions leave a note of how far the unfinished release is, so that each can be a process of its own.
main_step_build() {
    layout_setup || return
    checkout_update || return
    release_begin
    main_status=$?
    case $main_status in
    0) ;;
    3)
        supervisor_setup
        return
        ;;
    *) return "$main_status" ;;
    esac
    main_mark none
    main_environments || return
    entry_build || return
    bridge_build || return
    main_mark build
}

# The release's environments, and the supervisor's box beside them: while one waits for the index the other compiles.
main_environments() {
    if [ "$INSTALLER" = uv ]; then
        # Both would build it.
        environment_uv >/dev/null || return
    fi
    supervisor_setup &
    main_box=$!
    environment_build
    main_status=$?
    wait "$main_box" || return
    return "$main_status"
}

main_step_configure() {
    main_complete && return 0
    main_marked build configure permissions || main_step_build || return
    entry_configure || return
    # What runs and what cron runs, as files of the release: a rollback by another release's script reads them.
    service_record || return
    schedule_record || return
    main_mark configure
}

main_step_permissions() {
    if main_complete; then
        # Of a complete release the manifest knows the modes.
        return 0
    fi
    main_marked configure permissions || main_step_configure || return
    permission_apply || return
    main_mark permissions
}

main_step_complete() {
    main_complete && return 0
    main_marked permissions || main_step_permissions || return
    entry_check build || return
    release_complete || return
    rm -f "$STATE/progress"
}

main_step_switch() {
    if [ -e "$RELEASE/.complete" ]; then
        release_same || return
    else
        main_step_complete || return
    fi
    main_from=$(release_active) || main_from=
    release_clear_bad "$RELEASE_ID"
    if [ "$main_from" = "$RELEASE_ID" ]; then
        log_info "current is $RELEASE_ID already"
    else
        release_pend "$main_from" "$RELEASE_ID" || return
        journal_switch "$main_from" "$RELEASE_ID" deploy || return
    fi
    release_switch "$RELEASE_ID"
}

# Where a service does not come up, or a command that belongs here fails, the release before comes back (30), as after a failed
# health gate.
main_step_restart() {
    main_is_current || return
    if ! service_restart; then
        health_return "$(main_came_from)"
        return
    fi
    schedule_install || return
    entry_commands after-switch && return
    main_status=$?
    # Of a release that was verified long ago a command is no reason to go back.
    release_pending >/dev/null || return "$main_status"
    health_return "$(main_came_from)"
}

# The release that was active before the switch that is not verified yet; nothing where there was none.
main_came_from() (
    pending=$(release_pending) || pending=
    from=${pending%% *}
    printf '%s\n' "${from#-}"
)

# The health gate. Where it fails the release before comes back by itself (30).
main_step_verify() {
    main_is_current || return
    health_gate "$(main_came_from)" || return
    release_settle
}

main_step_prune() {
    prune_releases || log_warn "old releases could not be deleted: that is no reason to fail"
}

main_is_current() {
    if [ "$(release_active)" != "$RELEASE_ID" ]; then
        log_error "release $RELEASE_ID is not current: switch first"
        return 1
    fi
}

main_complete() {
    if [ -e "$RELEASE/.complete" ]; then
        release_same || return 1
        log_info "release $RELEASE_ID is complete already"
        return 0
    fi
    return 1
}

main_mark() {
    printf '%s %s\n' "$RELEASE_ID" "$1" >"$STATE/progress" || die "cannot write in $STATE"
}

# main_marked STEP...: true where the unfinished release is as far as one of these.
main_marked() {
    [ -r "$STATE/progress" ] && [ -d "$RELEASE" ] || return 1
    main_progress=$(cat "$STATE/progress")
    for main_wanted in "$@"; do
        if [ "$main_progress" = "$RELEASE_ID $main_wanted" ]; then
            return 0
        fi
    done
    return 1
}

# --- going back

# main_rollback [VERSION]: to the release that was active before this one, or to VERSION. Builds nothing.
main_rollback() {
    main_with_data=no main_ask=yes
    main_target=
    for main_word in "$@"; do
        case $main_word in
        --with-data) main_with_data=yes ;;
        -n | --no-prompt | --yes) main_ask=no ;;
        -*) main_usage "rollback does not know $main_word" ;;
        *)
            [ -z "$main_target" ] || main_usage "rollback takes one version"
            main_target=$main_word
            ;;
        esac
    done
    main_from=$(release_active) || die "nothing is deployed: there is nothing to go back from"
    if [ -z "$main_target" ]; then
        main_target=$(journal_before "$main_from") || die "no release was active before $main_from: there is nothing to go back to"
    fi
    if [ "$main_target" = "$main_from" ]; then
        log_info "release $main_target is current already"
        return 0
    fi
    release_usable "$main_target" || die "release $main_target is missing, unfinished or bad; there are: $(main_usable | tr '\n' ' ')"
    webhook_send rollback switch "$NAME goes back from $main_from to $main_target"
    if [ "$main_with_data" = yes ]; then
        # The data of before is asked for twice: by the option, and by a yes.
        if [ "$main_ask" = yes ]; then
            restore_with_release "$main_target" || return
        else
            restore_with_release "$main_target" -n || return
        fi
    fi
    main_go "$main_target" rollback
}

main_usable() {
    release_list | while IFS= read -r main_line; do
        if release_usable "$main_line"; then
            printf '%s\n' "$main_line"
        fi
    done
}

# main_go ID HOW: switches to another complete release, starts its services, and looks whether they serve. What runs is read
# from the record in that release, so this script can do it as well as that release's own.
main_go() {
    main_now=$(release_active) || main_now=
    release_pend "$main_now" "$1" || return
    journal_switch "$main_now" "$1" "$2" || return
    release_switch "$1" || return
    service_restart || return
    if [ "${main_with_data:-no}" = yes ]; then
        # The restore left them stopped, and what is stopped a restart leaves alone.
        service_start || return
    fi
    schedule_install || return
    service_settled 5 || return
    release_settle
    log_info "release $1 serves"
}

# --- other commands

# main_verify [--fix]: has anything drifted? A switch that was not verified yet is verified first: a deploy made step by step,
# or one that was killed.
main_verify() {
    if release_pending >/dev/null && main_is_current; then
        main_alone main_step_verify || return
    fi
    [ "$AS_STEP" = yes ] || verify_run "$@"
}

main_command_run() {
    if [ "$#" -ne 1 ]; then
        log_info "commands: $(each_command entry_names | tr '\n' ' ')"
        main_usage "run takes the name of one command"
    fi
    main_is_current || return
    entry_run "$1"
}

# main_alone COMMAND...: under the lock, and in the journal.
main_alone() {
    main_trap
    STEP=$main_command
    main_called=$1
    shift
    main_arguments=$*
    main_step_lock "$main_command" || main_fail $?
    case $main_command in
    build | configure | permissions | complete) signal_run "$main_called" "$@" ;;
    *) "$main_called" "$@" ;;
    esac || main_fail $?
    main_end 0
}

# --- the end of a run, however it comes

main_trap() {
    MAIN_OPEN=no MAIN_LOCKED=no
    trap 'main_signal INT 130' INT
    trap 'main_signal TERM 143' TERM
    trap 'main_signal HUP 129' HUP
    # `must` and `die` exit from where they are.
    trap 'main_exit $?' EXIT
}

main_signal() {
    trap '' INT TERM HUP
    signal_stop
    log_error "stopped by signal $1 in step ${STEP:-none}"
    main_end "$2"
}

main_exit() {
    if [ "$MAIN_LOCKED" = yes ] || [ "$MAIN_OPEN" = yes ]; then
        main_close "$1"
    fi
}

# main_fail STATUS: the end of a run whose step failed. A command that was killed, or is not there, leaves a status that is none
# of the script's.
main_fail() {
    if [ "$1" -lt 126 ]; then
        main_end "$1"
    else
        main_end 1
    fi
}

# main_end STATUS: closes journal and lock; with a failure, the program too.
main_end() {
    main_close "$1"
    if [ "$1" -ne 0 ]; then
        trap - EXIT
        exit "$1"
    fi
    # What follows holds nothing that has to be given back.
    trap - INT TERM HUP
}

# main_say_failed STATUS: after the reason, which its step has said. A command that is refused (64) or has no steps needs no more words.
main_say_failed() {
    main_current=$(release_active) || main_current=
    if [ "$STEP" != "$main_command" ]; then
        log_error "$main_command failed in step $STEP with status $1; current is ${main_current:-nothing}; once the cause is mended, run $main_command again"
    elif [ "$1" -ne 64 ]; then
        log_error "$main_command failed with status $1; current is ${main_current:-nothing}"
    fi
}

main_close() {
    # The result stands: a signal now must not leave a run without an end in the journal, nor the lock behind.
    trap '' INT TERM HUP
    if [ "$MAIN_OPEN" = yes ]; then
        MAIN_OPEN=no
        if [ "$1" -eq 0 ]; then
            journal_end 'done' "$STEP" 0
            webhook_send success "$STEP" "$main_command of $NAME $RELEASE_ID is done"
        else
            main_say_failed "$1"
            journal_end failed "$STEP" "$1"
            webhook_send failure "$STEP" "$main_command of $NAME $RELEASE_ID failed in step $STEP with status $1" "$1"
        fi
    fi
    if [ "$MAIN_LOCKED" = yes ]; then
        MAIN_LOCKED=no
        lock_release
    fi
}
