# shellcheck shell=sh
# schedule.sh: the jobs of a release, which cron of the host runs at their times, or systemd, as SCHEDULES says.
#
# schedule_record        writes the jobs of this release into its etc/, so that any later script can go back to them: $ETC/crontab for
#                        cron, $ETC/timers for systemd. Of each a line `# NAME` and a line `TIMES<tab>COMMAND`
# schedule_install       makes the host run the jobs of the current release, and no others. Nothing is written where nothing changed
# schedule_remove        takes the application's jobs out of the host
# schedule_problems      for preflight: prints why the jobs of this script could not be installed, a line each; writes nothing
# schedule_changes       for plan: prints `added|changed NAME TIMES`, `removed NAME`, `exchanged ...`: this script's jobs against those
#                        of the current release
# schedule_states        for status: prints `NAME STATE TIMES` for each job of the current release. STATE is scheduled, running,
#                        failed (when it last ran), stopped (by an operator) or absent
#
# Which of the two a release's jobs are for is told by the file that it has: a rollback is run by another release's script.

schedule_record() (
    umask 077
    case $SCHEDULES in
    systemd) file=$ETC/timers ;;
    *) file=$ETC/crontab ;;
    esac
    each_schedule schedule_line >"$file.new" || die "the jobs can't be written to $file"
    must rm -f "$ETC/crontab" "$ETC/timers"
    must mv -f "$file.new" "$file"
)

# schedule_line NAME TIMES COMMAND
schedule_line() (
    case $2$3 in
    *'
'*) die "job $1 has a newline in its times or its command: a job is one line" ;;
    esac
    printf '# %s\n%s\t%s\n' "$1" "$2" "$3"
)

# Before another one has them they are taken from the one that has: no job runs twice.
schedule_install() (
    if [ -f "$CURRENT/etc/timers" ]; then
        crontab_install && timer_install
    else
        timer_install && crontab_install
    fi
)

schedule_remove() (
    failed=0
    crontab_remove || failed=1
    timer_remove || failed=1
    exit "$failed"
)

schedule_problems() (
    [ -n "$(each_schedule schedule_line 2>/dev/null)" ] || exit 0
    case $SCHEDULES in
    systemd) timer_problems ;;
    *) crontab_problems ;;
    esac
)

schedule_changes() (
    before=cron
    [ ! -f "$CURRENT/etc/timers" ] || before=systemd
    old=$(schedule_recorded)
    if [ -n "$old" ] && [ "$before" != "$SCHEDULES" ]; then
        echo "exchanged $before for $SCHEDULES: it runs all jobs from then on"
    fi
    {
        printf '%s\n' "$old" | sed 's/^/old /'
        each_schedule schedule_line | sed 's/^/new /'
    } | awk '
        $2 == "#" { name = substr($0, 7); next }
        $1 == "old" && NF > 1 { was[name] = $0; order[++n] = name; next }
        $1 == "new" {
            is[name] = 1
            line = $0
            sub(/^new/, "old", line)
            times = substr($0, 5)
            sub(/\t.*/, "", times)
            if (!(name in was)) print "added", name, times
            else if (was[name] != line) print "changed", name, times
        }
        END { for (i = 1; i <= n; i++) if (!(order[i] in is)) print "removed", order[i] }'
)

schedule_states() {
    if [ -f "$CURRENT/etc/timers" ]; then
        timer_states
    else
        crontab_states
    fi
}

# schedule_recorded: the jobs of the current release.
schedule_recorded() (
    for file in "$CURRENT/etc/timers" "$CURRENT/etc/crontab"; do
        [ ! -f "$file" ] || cat "$file"
    done
)
