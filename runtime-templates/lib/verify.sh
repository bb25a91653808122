# shellcheck shell=sh
# verify.sh: is a release still what it was when it was completed? In the manner of `rpm -V`, in one pass over the tree.
#
# verify_run [--fix] [--json] [ID]    prints a line for each difference; returns 2 where there are any, else 0.
#                                     --fix repairs owners and modes, and those alone. ID: the current release where none is given
# verify_release ID             prints FLAGS<tab>PATH<tab>DETAIL for each difference of the release
# verify_listing                in the current folder, prints `ls -ldn` and the SHA-256 of everything below it
#
# FLAGS has a letter for what differs and a dot for what does not: M mode, 5 content, L link or kind of file, U user, G group, at
# rpm's places (SM5DLUGTP); or the words `missing` and `added`.

verify_run() (
    fix=no json=${JSON:-no} id=
    for word; do
        case $word in
        --fix) fix=yes ;;
        --json) json=yes ;;
        -*) die_with 64 "verify has no option $word" ;;
        *) id=$word ;;
        esac
    done
    [ -n "$id" ] || id=$(release_active)
    [ -n "$id" ] || die "nothing is deployed: there is nothing to verify"
    permission_load || exit 1
    found=$(verify_release "$id" && permission_outside) || exit 1
    if [ "$fix" = yes ] && [ -n "$found" ]; then
        printf '%s\n' "$found" | verify_fix "$id" || exit 1
        found=$(verify_release "$id" && permission_outside) || exit 1
    fi
    if [ "$json" = yes ]; then
        verify_json "$id" "$found"
    elif [ -n "$found" ]; then
        printf '%s\n' "$found" | awk -F '\t' '{ printf "%-9s  %s  (%s)\n", $1, $2, $3 }'
    else
        log_info "release $id is as it was completed"
    fi
    [ -n "$found" ] || return 0
    if [ "$fix" = yes ]; then
        log_warn "what is left is no matter of owners and modes, and a complete release is never changed: deploy a new version, or go back with rollback"
    fi
    return 2
)

verify_release() (
    shell_is_name "$1" || die "not a name for a release: $1"
    [ -e "$RELEASES/$1/.complete" ] || die "release $1 is missing or unfinished: there is nothing to compare it with"
    cd "$RELEASES/$1" || exit 1
    [ -r MANIFEST ] || die "$RELEASES/$1/MANIFEST cannot be read by $DEPLOYER"
    sum=$(digest_file MANIFEST) || exit 1
    if [ "$sum" != "$(release_field "$1" manifest)" ]; then
        printf '..5......\treleases/%s/MANIFEST\tthe manifest itself was changed: what follows cannot be trusted\n' "$1"
    fi
    permission_load || exit 1
    { printf '%s\n.\n' "$PERMISSION_TABLE"; cat MANIFEST; echo .; verify_listing; } | awk -v id="$1" "$PERMISSION_AWK"'
        function say(flags, path, detail) {
            printf "%s\treleases/%s/%s\t%s\n", flags, id, substr(path, 3), detail
        }
        !listing { rule($0); next }
        listing == 1 {
            if ($0 == ".") { listing = 2; next }
            at = index($0, " ./")
            path = substr($0, at + 1)
            target = ""
            if ($1 == "l") {
                tab = index(path, "\t")
                target = substr(path, tab + 1)
                path = substr(path, 1, tab - 1)
            }
            had[path] = $1; had_class[path] = $2; had_mode[path] = $3; had_hash[path] = $4; had_target[path] = target
            order[++n] = path
            next
        }
        length($1) == 64 {
            hash[substr($0, index($0, "./"))] = $1
            next
        }
        {
            parse($0)
            if (path == "./MANIFEST" || path == "./.complete") next
            if (bad) { say("added", substr($0, index($0, "./")), "a name or kind of file that no release has"); next }
            seen[path] = 1
            if (!(path in had)) { say("added", path, "not in the manifest"); next }
            if (had[path] != type) { say("....L....", path, "another kind of file"); replaced[path] = 1; next }
            class = had_class[path]
            differs(uid, gid, type == "l" ? "-" : mode, class_uid[class], class_gid[class], had_mode[path])
            if (detail != "") { part[path] = detail; flag_m[path] = m; flag_u[path] = u; flag_g[path] = g }
            if (type == "l" && target != had_target[path]) other[path] = "points to " target ", not " had_target[path]
        }
        END {
            for (i = 1; i <= n; i++) {
                path = order[i]
                if (!(path in seen)) { say("missing", path, "in the manifest, not there"); continue }
                if (path in replaced) continue
                five = m = u = g = l = "."
                detail = ""
                if (path in part) { detail = part[path]; m = flag_m[path]; u = flag_u[path]; g = flag_g[path] }
                if (had[path] == "f" && hash[path] != had_hash[path]) {
                    five = "5"
                    detail = detail (detail == "" ? "" : "; ") (hash[path] == "" ? "content cannot be read" : "other content")
                }
                if (path in other) { l = "L"; detail = detail (detail == "" ? "" : "; ") other[path] }
                if (detail == "") continue
                say("." m five "." l u g "..", path, detail)
            }
        }'
)

# ls and the digest in one walk; both lists come out mixed, and are told apart by the length of their first word. openssl is asked
# first here: where the processor helps, it takes a third of the time of the others.
verify_listing() (
    if shell_has openssl; then
        set -- openssl dgst -sha256 -r
    elif shell_has sha256sum; then
        set -- sha256sum
    elif shell_has shasum; then
        set -- shasum -a 256
    else
        set -- python3 -c '
import hashlib, sys
for name in sys.argv[1:]:
    print(hashlib.sha256(open(name, "rb").read()).hexdigest() + "  " + name)'
    fi
    find . ! -name . -exec ls -ldn '{}' + -type f -exec "$@" '{}' +
)

# Reads the lines of verify_release and permission_outside; sets owner and mode of those that differ in nothing else being wrong there.
verify_fix() (
    layout_release "$1"
    while IFS='	' read -r flags path detail; do
        case $flags in
        missing | added | ????L????) continue ;;
        *M* | *U* | *G*) ;;
        *) continue ;;
        esac
        case $path in
        /*) verify_fix_outside "$path" || exit 1 ;;
        *) verify_fix_inside "$PREFIX/$path" || exit 1 ;;
        esac
        log_info "repaired: $path ($detail)"
    done
)

# The manifest says class and mode; the table says who that is here.
verify_fix_inside() (
    relative=./${1#"$RELEASE"/}
    row=$(awk -v wanted="$relative" '{
        path = substr($0, index($0, " ./") + 1)
        if ($1 == "l") path = substr(path, 1, index(path, "\t") - 1)
        if (path == wanted) { print $1, $2, $3; exit }
    }' "$RELEASE/MANIFEST")
    rest=${row#* }
    class=${rest% *} mode=${rest#* }
    case $row in
    d\ *) permission_folder "$class" "$1" "$mode" '' ;;
    f\ *) permission_file "$class" "$1" "$mode" no ;;
    l\ *)
        wanted=$(permission_wanted "$class" f "$1" '' '') || exit 1
        wanted=${wanted% *}
        must chown -h "${wanted% *}:${wanted#* }" "$1"
        ;;
    *) return 0 ;;
    esac
)

verify_fix_outside() (
    layout_each verify_fix_class "$1" || exit 1
    each_directory verify_fix_entry "$1"
)

verify_fix_class() {
    [ "$1" != "$3" ] || permission_folder "$2" "$3" '' ''
}

verify_fix_entry() {
    [ "$1" != "$3" ] || permission_folder "$2" "$3" "$4" "$5"
}

verify_json() (
    printf '{"schema":"cfgc-verify/1",%s,"differences":[' "$(json_pair release "$1")"
    if [ -n "$2" ]; then
        comma=
        printf '%s\n' "$2" | while IFS='	' read -r flags path detail; do
            printf '%s{%s,%s,%s}' "$comma" "$(json_pair flags "$flags")" "$(json_pair path "$path")" "$(json_pair detail "$detail")"
            comma=,
        done
    fi
    printf ']}\n'
)
