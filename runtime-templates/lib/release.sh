# shellcheck shell=sh
# release.sh: what a release is: when it is complete, which one is current, how that changes.
#
# release_active                prints the ID that current points to; fails where there is none
# release_id                    prints the ID of this script's release: VERSION; in dev VERSION+DIGEST where another content has it
# release_state ID              prints building, ready, active, retired, failed or bad
# release_usable ID             true for ready, active and retired ones: what current may point to
# release_list                  prints the IDs of all releases, in the order they were completed, unfinished ones first
# release_field ID KEY          prints a fact of a complete release: serial content inputs manifest kib python made by
# release_unchanged             true where this script's release is current, complete, made for these inputs, and nothing is pending
# release_begin                 makes an empty, unfinished $RELEASE. Returns 3 where it is complete already: nothing to build.
#                               Refuses (1) the same version with other content
# release_complete              writes MANIFEST and, last of all, .complete. After permission_apply
# release_switch ID             one rename. Returns 0 switched, or already there; 1 ID is not complete
# release_pend FROM TO          notes that a switch begins; release_settle: that all after it is done.
#                               release_pending prints `FROM TO`, fails where nothing is pending
# release_mark_bad ID, release_clear_bad ID    ID failed its health gate: nothing goes to it by itself; its next deploy clears that
# release_pin ID, release_unpin ID    a pinned release is never pruned
# release_remove ID             deletes a release; refuses the current one
# release_remove_cache ID       deletes what a release keeps in the data folder for itself
# release_processes ID          prints the pids of processes whose program or arguments lie in the release
# release_evict FOLDER WHAT     ends what a killed run left working in an unfinished folder: a release, the supervisor's box
# release_inputs                prints the digest of what the host puts into a release: PREFIX and the declared inputs
#
# A state is read off what is there, so a crash leaves no wrong one: .complete (written last), current, marks in .cfgc.

# Asked so often that it has no subshells of its own.
release_active() {
    release_link=$(ls -ld "$CURRENT" 2>/dev/null) || return 1
    case $release_link in
    l*' -> releases/'*) printf '%s\n' "${release_link##*' -> releases/'}" ;;
    *) return 1 ;;
    esac
}

release_id() (
    inputs=
    if [ "$PROFILE" = dev ] && [ -e "$RELEASES/$VERSION/.complete" ]; then
        inputs=$(release_inputs) || exit 1
    fi
    if [ -n "$inputs" ] &&
        [ "$(release_field "$VERSION" content) $(release_field "$VERSION" inputs)" != "$CONTENT_DIGEST $inputs" ]; then
        short=$(printf '%s %s' "$CONTENT_DIGEST" "$inputs" | digest_stdin) || exit 1
        short=${short%"${short#????????}"}
        case $VERSION in
        *+*) echo "$VERSION.$short" ;;
        *) echo "$VERSION+$short" ;;
        esac
    else
        printf '%s\n' "$VERSION"
    fi
)

release_state() (
    if [ ! -e "$RELEASES/$1/.complete" ]; then
        if [ "$1" = "$(release_building)" ]; then
            echo building
        else
            echo failed
        fi
    elif [ "$(release_active)" = "$1" ]; then
        echo active
    elif [ -e "$STATE/bad/$1" ]; then
        echo bad
    elif journal_activated "$1"; then
        echo retired
    else
        echo ready
    fi
)

release_usable() (
    shell_is_name "$1" && [ -e "$RELEASES/$1/.complete" ] && [ ! -e "$STATE/bad/$1" ]
)

release_list() (
    for folder in "$RELEASES"/*; do
        if [ -h "$folder" ] || [ ! -d "$folder" ]; then
            continue
        fi
        serial=$(release_field "${folder##*/}" serial)
        printf '%s %s\n' "${serial:-0}" "${folder##*/}"
    done | sort -n | sed 's/^[^ ]* //'
)

release_field() (
    file=$RELEASES/$1/.complete
    [ -r "$file" ] || return 0
    while IFS='=' read -r key value; do
        if [ "$key" = "$2" ]; then
            printf '%s\n' "$value"
            break
        fi
    done <"$file"
)

release_unchanged() {
    [ "$(release_active)" = "$RELEASE_ID" ] && [ -e "$RELEASE/.complete" ] && [ ! -e "$STATE/pending" ] &&
        [ "$(release_field "$RELEASE_ID" content)" = "$CONTENT_DIGEST" ] &&
        [ "$(release_field "$RELEASE_ID" inputs)" = "$(release_inputs)" ]
}

release_begin() (
    shell_is_name "$RELEASE_ID" || die "not a name for a release: $RELEASE_ID"
    if [ -e "$RELEASE/.complete" ]; then
        release_same || exit $?
        log_info "release $RELEASE_ID is complete: nothing to build"
        return 3
    fi
    if [ -e "$RELEASE" ]; then
        log_info "release $RELEASE_ID is unfinished, from a run before: it is made anew"
        release_evict "$RELEASE" "release $RELEASE_ID"
        release_remove "$RELEASE_ID" || exit $?
    fi
    must mkdir "$RELEASE"
    # Until the end of the build nobody else needs to look in.
    must chmod 0700 "$RELEASE"
    must mkdir "$BIN" "$ETC" "$LIB" "$SHARE"
    must cp "${SCRIPT:-$0}" "$RELEASE/release.sh"
)

# The same version must be the same release: what was tested is what runs.
release_same() {
    if [ "$(release_field "$RELEASE_ID" content)" != "$CONTENT_DIGEST" ]; then
        die "release $RELEASE_ID is on this host with other content: give this one a version of its own"
    fi
    if [ "$(release_field "$RELEASE_ID" inputs)" != "$(release_inputs)" ]; then
        die "release $RELEASE_ID was made for another PREFIX or other values of the declared inputs: give this one a version of its own"
    fi
}

release_complete() (
    [ ! -e "$RELEASE/.complete" ] || return 0
    # What a killed run left goes too.
    must rm -f "$RELEASE/MANIFEST" "$RELEASE/MANIFEST.new" "$RELEASE/.complete.new" "$STATE"/manifest.*
    cd "$RELEASE" || die "there is no $RELEASE"
    permission_load || exit 1
    exceptions=$(permission_exceptions) || exit 1
    {
        cat <<END
$PERMISSION_TABLE
$exceptions
.
END
        # The last line says that nothing of it is missing: of a pipe, only the last command's status is seen.
        verify_listing && echo .
    } | awk -v size="$STATE/manifest.$$.kib" "$PERMISSION_AWK"'
        !listing { rule($0); next }
        $0 == "." { ended = 1; next }
        length($1) == 64 {
            at = index($0, "./")
            hash[substr($0, at)] = $1
            next
        }
        {
            parse($0)
            if (bad) { print "not a name for a release: " $0 | "cat >&2"; failed = 1; next }
            expect(path, type, executable)
            if (type != "l") {
                differs(uid, gid, mode, want_uid, want_gid, want_mode)
                if (detail != "") { print path ": " detail | "cat >&2"; failed = 1 }
            } else want_mode = "-"
            # As a file system counts it: in blocks.
            kib += int((bytes + 4095) / 4096) * 4
            n++
            paths[n] = path; types[n] = type; classes[n] = class; modes[n] = want_mode; targets[n] = target
        }
        END {
            if (!ended) { print "the files of the release could not all be listed" | "cat >&2"; failed = 1 }
            for (i = 1; i <= n; i++) {
                sum = "-"
                if (types[i] == "f") {
                    sum = hash[paths[i]]
                    if (length(sum) != 64) { print "no digest of " paths[i] | "cat >&2"; failed = 1 }
                }
                print types[i], classes[i], modes[i], sum, paths[i] (types[i] == "l" ? "\t" targets[i] : "")
            }
            print kib >size
            close("cat >&2")
            exit failed
        }' >"$STATE/manifest.$$" || die "the manifest of $RELEASE could not be made"
    LC_ALL=C sort -k 5 "$STATE/manifest.$$" >MANIFEST.new || die "cannot write in $RELEASE"
    kib=$(cat "$STATE/manifest.$$.kib") || die "cannot write in $STATE"
    must rm -f "$STATE/manifest.$$" "$STATE/manifest.$$.kib"
    must permission_file code "$RELEASE/MANIFEST.new" '' no
    must mv -f MANIFEST.new MANIFEST
    sum=$(digest_file MANIFEST) || exit 1
    inputs=$(release_inputs) || exit 1
    # What stands here stays: a complete release is not made again. So one whose Python was killed as it was asked is not complete.
    python=$(release_python) || die "$VENV/bin/python does not say which Python it is"
    made=$(journal_now) || die "the time could not be had"
    release_facts "$sum" "$kib" "$inputs" "$python" "$made" >.complete.new || die "cannot write in $RELEASE"
    must chmod 0644 .complete.new
    # Everything is on the disk before the mark is: a host that loses power has a whole release or none.
    sync
    must mv -f .complete.new .complete
    log_info "release $RELEASE_ID is complete"
)

# release_facts MANIFEST-SHA256 KIB INPUTS PYTHON MADE
release_facts() {
    release_serial=0
    for release_folder in "$RELEASES"/*; do
        release_other=$(release_field "${release_folder##*/}" serial)
        if [ "${release_other:-0}" -gt "$release_serial" ]; then
            release_serial=$release_other
        fi
    done
    printf 'serial=%s\ncontent=%s\ninputs=%s\nmanifest=%s\nkib=%s\npython=%s\nmade=%s\nby=%s\n' "$((release_serial + 1))" "$CONTENT_DIGEST" \
        "$3" "$1" "$2" "$4" "$5" "$(journal_who)"
}

# The interpreter behind the virtualenv, as it answers now: `3.11.7 /usr/bin/python3.11`; empty where there is none. Fails where it does
# not answer.
release_python() (
    [ -x "$VENV/bin/python" ] || return 0
    "$VENV/bin/python" -I -S -c 'import os, sys
print(sys.version.split()[0], os.path.realpath(sys.executable))' 2>/dev/null
)

# release_switch ID: a reader sees the old release or the new one, and never neither.
release_switch() (
    release_usable "$1" || die "release $1 is missing, unfinished or bad: current is left alone"
    [ "$(release_active)" != "$1" ] || return 0
    if [ -e "$CURRENT" ] && [ ! -h "$CURRENT" ]; then
        die "$CURRENT is not a link: move it away"
    fi
    side=$STATE/switch
    # Made under its last name in a side folder, then moved in: `mv` onto a link to a folder would land inside that folder, and
    # `mv -T` is not in POSIX. `ln -sfn` takes the link away first.
    must mkdir -p "$side"
    must rm -f "$side/current"
    must ln -s "releases/$1" "$side/current"
    must mv -f "$side/current" "$PREFIX/"
    log_info "current is $1"
)

release_pend() (
    printf '%s %s\n' "${1:--}" "$2" >"$STATE/pending.new" || die "cannot write in $STATE"
    must mv -f "$STATE/pending.new" "$STATE/pending"
)

release_settle() (
    must rm -f "$STATE/pending"
)

release_pending() (
    [ -r "$STATE/pending" ] || return 1
    cat "$STATE/pending"
)

release_mark_bad() (
    must mkdir -p "$STATE/bad"
    : >"$STATE/bad/$1" || die "cannot write in $STATE/bad"
)

release_clear_bad() (
    must rm -f "$STATE/bad/$1"
)

release_pin() (
    if ! shell_is_name "$1" || [ ! -e "$RELEASES/$1/.complete" ]; then
        die "there is no complete release $1"
    fi
    must mkdir -p "$STATE/pinned"
    : >"$STATE/pinned/$1" || die "cannot write in $STATE"
    log_info "release $1 is pinned: prune leaves it alone"
)

release_unpin() (
    if ! shell_is_name "$1" || [ ! -e "$STATE/pinned/$1" ]; then
        die "release $1 is not pinned"
    fi
    must rm -f "$STATE/pinned/$1"
    log_info "release $1 is no longer pinned"
)

release_remove() (
    shell_is_name "$1" || die "not a name for a release: $1"
    [ "$(release_active)" != "$1" ] || die "release $1 is current: it is not deleted"
    if [ -h "$RELEASES/$1" ] || [ ! -d "$RELEASES/$1" ]; then
        die "$RELEASES/$1 is not the folder of a release"
    fi
    # The mark goes first: half a release must not look like one.
    must rm -f "$RELEASES/$1/.complete"
    must rm -rf "$RELEASES/$1"
    must rm -f "$STATE/bad/$1" "$STATE/pinned/$1"
)

# What its services compiled for themselves. They own the folders above, so a link there may lead anywhere: only a folder that
# lies where it seems to lie is entered, and deleted from within.
release_remove_cache() (
    if ! data=$(cd "$DATA" 2>/dev/null && pwd -P) || ! cd "$DATA/cache" 2>/dev/null; then
        exit 0
    fi
    if [ "$(pwd -P)" = "$data/cache" ] && [ -d "$1" ] && [ ! -h "$1" ]; then
        rm -rf "./$1" || log_warn "the cache of release $1 could not be deleted: $DATA/cache/$1"
    fi
)

release_processes() {
    release_processes_in "$RELEASES/$1"
}

release_processes_in() (
    folder=$1
    if [ ! -d /proc/self ]; then
        ps -A -o pid= -o args= 2>/dev/null | awk -v me="$$" -v folder="$folder/" 'index($0, folder) && $1 != me { print $1 }'
        exit
    fi
    # One look at all of them, with the names that head puts between files. An argument can look like such a name, so whoever
    # seems to name the folder is asked again alone: what is printed here may be killed.
    seeming=$(for process in /proc/[0-9]*; do echo "$process/cmdline"; done |
        xargs head -n 9999999 /dev/null 2>/dev/null | tr '\000' '\n' | awk -v folder="$folder/" '
            /^==> \/proc\/[0-9]+\/cmdline <==$/ { split($2, part, "/"); pid = part[3]; next }
            index($0, folder) && pid != last { print pid; last = pid }')
    for pid in $seeming; do
        [ "$pid" != "$$" ] || continue
        { tr '\000' '\n' <"/proc/$pid/cmdline" | grep -F -e "$folder/" >/dev/null; } 2>/dev/null || continue
        echo "$pid"
    done
)

# An installer may still write there. Nothing else runs from an unfinished folder.
release_evict() (
    release_processes_in "$1" | while read -r pid; do
        log_warn "process $pid of a run before still works in the unfinished $2: it is ended"
        kill -KILL "$pid" 2>/dev/null
    done
    tries=0
    while [ -n "$(release_processes_in "$1")" ] && [ "$tries" -lt 50 ]; do
        tries=$((tries + 1))
        sleep 1
    done
)

# The release that a living run is building; empty where none is.
release_building() (
    holder=$(lock_holder) || return 0
    printf '%s\n' "$holder" | awk '$4 == "deploy" || $4 == "build" || $4 == "configure" || $4 == "permissions" || $4 == "complete" { print $5 }'
)

release_inputs() (
    values=$(each_input release_input) || exit 1
    printf 'PREFIX=%s\n%s' "$PREFIX" "${values:+$values
}" | digest_stdin
)

release_input() {
    release_value=$(layout_input_value "$@") || return
    printf '%s=%s\n' "$1" "$release_value"
}
