# shellcheck shell=sh
# plan.sh: what a deploy would change. Writes nothing at all, so it works on a read-only file system.
#
# plan_show [--json]            prints it; returns 2 where a deploy would change something, else 0
# plan_files ACTIVE SECRETS     prints unified diffs of etc/: this script's files against those of the current release. The path of
#                               the release itself is no difference. What holds a secret is named, and not shown
# plan_distributions ACTIVE     prints `added NAME VERSION`, `removed NAME VERSION`, `changed NAME OLD NEW`
# plan_drift ACTIVE             prints verify's differences of that release and of the folders outside
#
# ACTIVE is the current release, SECRETS yes where this script's secrets are loaded.

plan_show() (
    json=${JSON:-no}
    for word; do
        case $word in
        --json) json=yes ;;
        *) die_with 64 "plan does not know $word" ;;
        esac
    done
    active=$(release_active)
    if release_unchanged; then
        verdict=unchanged
    elif [ "$active" = "$RELEASE_ID" ] && [ -e "$STATE/pending" ]; then
        verdict=unfinished
    elif [ -e "$RELEASE/.complete" ]; then
        verdict=switch
    else
        verdict=build
    fi
    secrets=yes
    secret_plan || secrets=no
    files=$(plan_files "$active" "$secrets") || exit 1
    distributions=$(plan_distributions "$active") || exit 1
    bridged=$(bridge_recipes) || exit 1
    services=$(service_changes 2>/dev/null)
    schedules=$(schedule_changes 2>/dev/null)
    drift=$(plan_drift "$active")
    needs=0
    [ "$verdict" != build ] || needs=$(preflight_needs)
    free=$(df -Pk "$(preflight_above "$RELEASES")" 2>/dev/null | awk 'NR == 2 { print $4 }')
    # What a deploy would refuse: who plans wants to know it before the night of the deploy.
    problems=
    [ "$verdict" = unchanged ] || problems=$(preflight_problems 2>/dev/null)
    shown=plan_text
    [ "$json" = no ] || shown=plan_json
    "$shown" "$verdict" "$active" "$files" "$distributions" "$services" "$drift" "$needs" "${free:-0}" "$problems" "$bridged" \
        "$schedules"
    [ "$verdict" = unchanged ] && [ -z "$drift" ] && ! service_outdated >/dev/null || exit 2
)

# plan_text, plan_json VERDICT ACTIVE FILES DISTRIBUTIONS SERVICES DRIFT NEEDS FREE PROBLEMS BRIDGED SCHEDULES: print what
# plan_show found; NEEDS and FREE in KiB
plan_text() (
    verdict=$1 active=$2 files=$3 distributions=$4 services=$5 drift=$6 needs=$7 free=$8 problems=$9 bridged=${10} schedules=${11}
    printf '%s %s on %s, in %s\n' "$NAME" "$RELEASE_ID" "$HOST_NAME" "$PREFIX"
    case $verdict in
    unchanged) printf 'unchanged: release %s is deployed\n' "$RELEASE_ID" ;;
    unfinished) printf 'release %s is current, and its deploy did not come to its end: services are restarted and verified\n' "$RELEASE_ID" ;;
    switch) printf 'current goes from %s to %s, which is complete: nothing is built\n' "${active:-nothing}" "$RELEASE_ID" ;;
    build) printf 'current goes from %s to %s, which is built first\n' "${active:-nothing}" "$RELEASE_ID" ;;
    esac
    plan_section 'configuration files' "$files"
    plan_section distributions "$distributions"
    # What these write is known once they are built.
    [ -z "$bridged" ] || plan_section 'parts that their own recipes build' "$bridged"
    plan_section 'services to start, restart or stop' "$services"
    plan_section 'jobs to add, change or remove' "$schedules"
    plan_section "drift of the current release" "$drift"
    [ -z "$problems" ] || plan_section 'this host is unfit: to put right before a deploy' "$problems"
    if [ "$needs" -gt 0 ]; then
        printf '\nneeds about %s MiB; %s MiB are free\n' "$(preflight_mib "$needs")" "$(preflight_mib "$free")"
    fi
)

plan_section() {
    printf '\n%s:\n' "$1"
    if [ -n "$2" ]; then
        # A here-document, not printf: the text can be longer than an argument may be.
        cat <<END
$2
END
    else
        printf '  none\n'
    fi
}

plan_json() (
    verdict=$1 active=$2 files=$3 distributions=$4 services=$5 drift=$6 needs=$7 free=$8 problems=$9 bridged=${10} schedules=${11}
    printf '{"schema":"cfgc-plan-host/1",%s,%s,%s,%s,%s,"files":' "$(json_pair name "$NAME")" "$(json_pair from "$active")" \
        "$(json_pair to "$RELEASE_ID")" "$(json_pair prefix "$PREFIX")" "$(json_pair verdict "$verdict")"
    json_string "$files"
    printf ',"distributions":'
    printf '%s' "$distributions" | json_lines
    printf ',"bridged":'
    printf '%s' "$bridged" | json_lines
    printf ',"services":'
    printf '%s' "$services" | json_lines
    printf ',"schedules":'
    printf '%s' "$schedules" | json_lines
    printf ',"drift":'
    printf '%s' "$drift" | json_lines
    printf ',"problems":'
    printf '%s' "$problems" | json_lines
    printf ',"needs_kib":%s,"free_kib":%s}\n' "$needs" "$free"
)

# The secrets as they are now, so that files with them can be compared; nothing is generated for that.
secret_plan() {
    [ -z "$(secret_problems)" ] || return 1
    plan_generates=no
    each_secret plan_secret
    [ "$plan_generates" = no ] || return 1
    secret_load 2>/dev/null
}

plan_secret() {
    if [ "$2" = file ] && [ ! -e "$3" ]; then
        plan_generates=yes
    fi
}

plan_files() (
    old=$1
    each_file plan_file "${old:--}" "$2" || exit 1
    [ -n "$old" ] || exit 0
    # What the current release has and this one has not.
    {
        each_file plan_path
        [ -z "$(each_bridge bridge_name)" ] || [ ! -r "$RELEASES/$old/lib/bridge/written" ] ||
            cut -f 2- "$RELEASES/$old/lib/bridge/written"
        echo .
        [ ! -r "$RELEASES/$old/MANIFEST" ] || cat "$RELEASES/$old/MANIFEST"
    } | awk '
        !old { if ($0 == ".") old = 1; else new[$0] = 1; next }
        $1 == "f" && ($2 == "etc" || $2 == "secret") {
            path = substr($0, index($0, " ./") + 3)
            # Files that the library itself writes.
            if (path ~ /^etc\/(services|supervisor|systemd|crontab|timers)/) next
            if (!(path in new)) print "only in the current release: " path
        }'
)

plan_path() {
    case $2 in
    "$RELEASE"/*) printf '%s\n' "${2#"$RELEASE"/}" ;;
    esac
}

# plan_file OLD SECRETS_KNOWN CLASS PATH MODE EXECUTABLE UNLESS_EXISTS, the new content on standard input
plan_file() (
    old=$1 known=$2 class=$3 path=$4 unless=$7
    if [ -n "$unless" ] && [ -e "$unless" ]; then
        exit 0
    fi
    case $path in
    "$RELEASE"/*)
        relative=${path#"$RELEASE"/}
        before=$RELEASES/$old/$relative
        ;;
    *)
        relative=$path
        before=$path
        ;;
    esac
    if [ ! -e "$before" ]; then
        echo "new: $relative"
        exit 0
    fi
    if [ ! -r "$before" ]; then
        echo "not compared, $DEPLOYER can't read it: $relative"
        exit 0
    fi
    if [ "$class" = secret ]; then
        if [ "$known" = no ]; then
            echo "not compared, its secrets can't be had here: $relative"
        elif ! plan_as_old "$old" | cmp -s - "$before"; then
            echo "changed, holds a secret, not shown: $relative"
        fi
        exit 0
    fi
    difference=$(plan_as_old "$old" | diff -u "$before" -)
    [ -z "$difference" ] || printf '%s\n' "$difference" | plan_named "$relative"
    exit 0
)

# The new release's path becomes the old one's, so that a new version alone is no difference in every file.
plan_as_old() {
    if [ "$1" = - ] || [ "$1" = "$RELEASE_ID" ]; then
        cat
    else
        # One line at a time, and the last newline only where there is one.
        awk -v new="$RELEASE" -v old="$RELEASES/$1" '
            function swapped(line,    out, at, after) {
                while (at = index(line, new)) {
                    after = substr(line, at + length(new), 1)
                    out = out substr(line, 1, at - 1) (after ~ /[A-Za-z0-9._+-]/ ? new : old)
                    line = substr(line, at + length(new))
                }
                return out line
            }
            { print swapped($0) }'
    fi
}

# diff's two lines of names say where the files lie; a reader wants to know what they are.
plan_named() {
    awk -v name="$1" '
        NR == 1 { print "--- current/" name; next }
        NR == 2 { print "+++ new/" name; next }
        { print }'
}

plan_distributions() (
    active=$1
    {
        each_distribution plan_new_distribution || exit 1
        [ -z "$active" ] || plan_old_distributions "$RELEASES/$active/MANIFEST"
    } | awk '
        $1 == "new" { new[$2] = $3; order[++n] = $2; next }
        { old[$2] = $3; gone[++m] = $2 }
        END {
            for (i = 1; i <= n; i++) {
                name = order[i]
                if (said[name]++) continue
                if (!(name in old)) print "added", name, new[name]
                else if (old[name] != new[name]) print "changed", name, old[name], new[name]
            }
            for (i = 1; i <= m; i++) if (!(gone[i] in new) && !said[gone[i]]++) print "removed", gone[i], old[gone[i]]
        }'
)

plan_new_distribution() {
    printf 'new %s %s\n' "$2" "${3%% *}"
}

# What is installed says so itself: a folder NAME-VERSION.dist-info, the name with _ for -. The manifest lists it: no walk over the tree.
# Not what a distribution carries inside of it, nor the box of bridged recipes.
plan_old_distributions() {
    [ ! -r "$1" ] || awk '$1 == "d" && /\/site-packages\/[^\/]*\.dist-info$/ && !/ \.\/lib\/bridge\// {
        sub(/^.*\//, "")
        sub(/\.dist-info$/, "")
        at = index($0, "-")
        name = tolower(substr($0, 1, at - 1))
        gsub(/[-_.]+/, "-", name)
        print "old", name, substr($0, at + 1)
    }' "$1"
}

plan_drift() (
    [ -n "$1" ] && [ -r "$RELEASES/$1/MANIFEST" ] || exit 0
    if ! permission_load 2>/dev/null || ! found=$(verify_release "$1" 2>/dev/null && permission_outside 2>/dev/null); then
        echo "unknown releases/$1 (it could not be compared: see verify)"
        exit 0
    fi
    [ -n "$found" ] || exit 0
    # A folder that another version wants is made by its deploy: its absence is no drift of this one.
    own=no
    [ "$1" != "$RELEASE_ID" ] || own=yes
    OWN=$own awk -F '\t' '
        $1 == "missing" && $3 ~ /^folder of class / && ENVIRON["OWN"] == "no" { next }
        { print $1, $2 " (" $3 ")" }' <<END
$found
END
)
