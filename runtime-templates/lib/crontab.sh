# shellcheck shell=sh
# crontab.sh: the release's jobs for cron, in a block of the application's own.
#
# crontab_install        makes the host's cron run the jobs of the current release: where the script is root a file in CRON_FOLDER,
#                        else a block in the crontab of the user who runs it. Nothing is written where nothing changed.
# crontab_remove         takes the application's jobs out of both
# crontab_problems       for preflight: prints why the jobs of this script could not be installed, a line each; writes nothing
# crontab_states         prints `NAME STATE TIMES` for each job of the current release: scheduled, or absent
# crontab_left           for the hitlist: prints the application's file in CRON_FOLDER where the current release has no jobs for cron
#
# The block is known by its first and last line, which name PREFIX: it is the application's and not a release's, for a block a
# release would run every job once a release. Lines outside it are never touched; the crontab that was there is kept in
# $STATE/crontab.before.

CRON_FOLDER=${CRON_FOLDER:-/etc/cron.d}

crontab_install() (
    jobs=$CURRENT/etc/crontab
    [ -f "$jobs" ] || jobs=/dev/null
    if [ "$(id -u)" = 0 ]; then
        crontab_file "$jobs" || exit 1
        # From a time when the script did not run as root.
        crontab_own /dev/null "${SERVICE_USER:-$DEPLOYER}"
    else
        crontab_own "$jobs" ''
    fi
)

crontab_remove() (
    if [ "$(id -u)" = 0 ]; then
        crontab_file /dev/null || exit 1
        crontab_own /dev/null "${SERVICE_USER:-$DEPLOYER}"
    else
        crontab_own /dev/null ''
    fi
)

crontab_problems() (
    if [ "$(id -u)" != 0 ]; then
        shell_has crontab || echo "there is no crontab on this host, and the release has jobs: install cron, or take the jobs out"
        exit 0
    fi
    file=$(crontab_path)
    if [ ! -d "$CRON_FOLDER" ]; then
        echo "there is no $CRON_FOLDER on this host, and the release has jobs: install cron, or take the jobs out"
    elif [ -f "$file" ] && ! crontab_is_own "$file"; then
        echo "$file has other jobs (\"$(sed -n '1p' "$file")\"): uninstall what it belongs to, or give this release another name"
    fi
)

# crontab_is_own FILE: whether this application in this PREFIX wrote it.
crontab_is_own() {
    [ "$(sed -n '1p' "$1")" = "$(crontab_begin_line)" ]
}

crontab_states() (
    [ -f "$CURRENT/etc/crontab" ] || exit 0
    {
        crontab_shown | sed 's/^/now /'
        sed 's/^/job /' "$CURRENT/etc/crontab"
    } | awk '
        $1 == "now" { there[substr($0, 5)] = 1; next }
        $2 == "#" { name = substr($0, 7); next }
        {
            line = substr($0, 5)
            times = line
            sub(/\t.*/, "", times)
            print name, (line in there ? "scheduled" : "absent"), times
        }'
)

# crontab_shown: prints the jobs that cron has for the application now, `TIMES<tab>COMMAND` each. Whoever is not root can read the
# file of CRON_FOLDER, and a crontab of their own.
crontab_shown() (
    file=$(crontab_path)
    if [ -r "$file" ] && crontab_is_own "$file"; then
        awk -F '\t' '/^#/ || /^[A-Z]+=/ || !NF { next } { times = $1; sub(/^[^\t]*\t[^\t]*\t/, ""); print times "\t" $0 }' "$file"
    fi
    [ "$(id -u)" = 0 ] || crontab_read '' | crontab_block | awk '!/^#/ && NF'
)

crontab_left() (
    file=$(crontab_path)
    if [ -f "$file" ] && [ ! -s "$CURRENT/etc/crontab" ] && crontab_is_own "$file"; then
        printf '%s\n' "$file"
    fi
)

# cron leaves out files with a dot in their name.
crontab_path() {
    printf '%s/%s\n' "$CRON_FOLDER" "$(printf '%s' "$NAME" | tr -c 'A-Za-z0-9_-' '_')"
}

crontab_begin_line() {
    printf '# BEGIN %s in %s: written by its release script, edit its configuration instead\n' "$NAME" "$PREFIX"
}

crontab_end_line() {
    printf '# END %s in %s\n' "$NAME" "$PREFIX"
}

# crontab_file JOBS: root's way: a file of its own, whose lines name the user.
crontab_file() (
    file=$(crontab_path)
    if [ -f "$file" ] && ! crontab_is_own "$file"; then
        log_error "$file belongs to something else: the jobs are not installed"
        exit 1
    fi
    if ! grep -q . "$1"; then
        if [ -f "$file" ]; then
            must rm -f "$file"
            log_info "cron has no more jobs for $NAME"
        fi
        exit 0
    fi
    [ -d "$CRON_FOLDER" ] || die "there is no $CRON_FOLDER on this host: install cron, or take the jobs out"
    must rm -f "$file.new"
    {
        crontab_begin_line
        echo "SHELL=/bin/sh"
        echo "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        # The times are five fields, or one that begins with @.
        awk -F '\t' -v user="${SERVICE_USER:-$DEPLOYER}" '
            /^#/ { print; next }
            { times = $1; sub(/^[^\t]*\t/, ""); print times "\t" user "\t" $0 }' "$1"
        crontab_end_line
    } >"$file.new" || die "$file can't be written"
    must chmod 0644 "$file.new"
    if cmp -s "$file.new" "$file"; then
        must rm -f "$file.new"
        log_info "the jobs of cron are unchanged"
    else
        # cron reads files without a dot alone, so it never sees the unfinished one.
        must mv -f "$file.new" "$file"
        log_info "cron has the jobs of $NAME: $file"
    fi
)

# crontab_own JOBS USER: the block in a user's crontab, replaced where it stands, or put at the end.
crontab_own() (
    if ! shell_has crontab; then
        ! grep -q . "$1" || die "there is no crontab on this host: install cron, or take the jobs out"
        exit 0
    fi
    old=$(crontab_read "$2" && echo .) || exit 1
    old=${old%.}
    begin=$(crontab_begin_line) end=$(crontab_end_line)
    case $old in
    *"$begin"*) ;;
    *) grep -q . "$1" || exit 0 ;;
    esac
    # Asked beforehand: among the arguments of a pipeline's last command ksh93 takes every command for one that succeeded.
    empty=$(grep -q . "$1" || echo yes)
    umask 077
    new=$STATE/crontab.new
    {
        printf '%s\n' "$begin"
        cat "$1"
        printf '%s\n' "$end"
    } >"$STATE/crontab.block" || die "$STATE can't be written"
    printf '%s' "$old" | awk -v begin="$begin" -v end="$end" -v empty="$empty" -v block="$STATE/crontab.block" '
        function put(    line) {
            if (done++) { failed = 1; return }
            if (empty != "yes") while ((getline line < block) > 0) print line
        }
        $0 == begin { inside = 1; put(); next }
        inside && $0 == end { inside = 0; next }
        !inside { print }
        END {
            if (inside || failed) exit 3
            if (!done) put()
        }' >"$new"
    case $? in
    0) ;;
    3) die "the block of $NAME stands in the crontab twice, or without its last line: mend it by hand with crontab -e" ;;
    *) die "$new can't be written" ;;
    esac
    printf '%s' "$old" >"$STATE/crontab.before" || die "$STATE can't be written"
    if cmp -s "$new" "$STATE/crontab.before"; then
        log_info "the crontab is unchanged"
        exit 0
    fi
    must crontab_command "$2" "$new"
    log_info "the crontab has the jobs of $NAME"
)

# crontab_read USER: prints a user's crontab, the own one's where USER is ''. None at all is an empty one; anything else that
# keeps it from being read is an error, or its lines would be lost.
crontab_read() (
    shell_has crontab || exit 0
    if said=$(crontab_command "$1" -l 2>&1 && echo .); then
        printf '%s' "${said%.}"
        exit 0
    fi
    case $said in
    *'no crontab for'* | *'o such file'*) exit 0 ;;
    esac
    log_error "the crontab can't be read: $said"
    exit 1
)

# crontab_command USER ARG
crontab_command() {
    if [ -n "$1" ]; then
        crontab -u "$1" "$2" </dev/null
    else
        crontab "$2" </dev/null
    fi
}

# crontab_block: the application's block out of a crontab on standard input.
crontab_block() {
    awk -v begin="$(crontab_begin_line)" -v end="$(crontab_end_line)" '
        $0 == begin { inside = 1; next }
        $0 == end { inside = 0 }
        inside { print }'
}
