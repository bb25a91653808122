# shellcheck shell=sh
# permission.sh: the one table of owners and modes, applied to a release, compared with it, repaired.
#
# permission_apply              gives everything in $RELEASE its class's owner and mode; touches nothing that has them. Never follows
#                               a link, never leaves the release, whatever the umask was
# permission_folder CLASS PATH MODE-or-'' OWNER-or-''    the same for one folder outside the release, never for what is in it
# permission_file CLASS PATH MODE-or-'' EXECUTABLE(yes/no)   the same for one file
# permission_outside            prints a line for each folder of data, log, run and backups that differs: FLAGS<tab>PATH<tab>DETAIL
# permission_load               sets PERMISSION_TABLE, once: the table with numbers for names, lines C CLASS UID GID FILE EXECUTABLE
#                               DIRECTORY; `-` where it is not this user's to set (an ordinary user gives nothing away).
#                               Fails where a name is not known on this host
# permission_said               says once what an ordinary user could not enforce
# permission_uid NAME, permission_gid NAME    numbers of a name, or of @deployer @operators @service; fail where there is none
#
# permission_listing            in the current folder, prints `ls -ldn` of everything below it
# PERMISSION_AWK                the awk functions that read such a listing, for verify.sh and release.sh too

PERMISSION_TABLE=

permission_apply() (
    permission_said
    permission_load || exit 1
    exceptions=$(permission_exceptions) || exit 1
    cd "$RELEASE" || die "there is no $RELEASE"
    {
        cat <<END
$PERMISSION_TABLE
$exceptions
.
END
        permission_listing
    } | awk "$PERMISSION_AWK"'
        function escaped(path) {
            gsub(/[^A-Za-z0-9_.\/+-]/, "\\\\&", path)
            return path
        }
        !listing { rule($0); next }
        {
            parse($0)
            if (bad) { print "not a name for a release: " $0 | "cat >&2"; failed = 1; next }
            expect(path, type, executable)
            if ((uid != want_uid && want_uid != "-") || (gid != want_gid && want_gid != "-")) {
                owner = want_uid == "-" ? ":" want_gid : want_gid == "-" ? want_uid : want_uid ":" want_gid
                owners[++n_owner] = owner
                owned[n_owner] = escaped(path)
            }
            # A changed owner takes special bits away, so modes come second. Links have none.
            if (type != "l" && mode != want_mode) {
                modes[++n_mode] = want_mode
                moded[n_mode] = escaped(path)
            }
        }
        END {
            for (i = 1; i <= n_owner; i++) print owned[i] | ("xargs chown -h " owners[i])
            for (i = 1; i <= n_owner; i++) close("xargs chown -h " owners[i])
            for (i = 1; i <= n_mode; i++) print moded[i] | ("xargs chmod " modes[i])
            for (i = 1; i <= n_mode; i++) close("xargs chmod " modes[i])
            close("cat >&2")
            exit failed
        }' || die "the permissions of $RELEASE could not be set"
    must chmod 0755 .
    if [ "$(id -u)" = 0 ]; then
        must chown -h 0:0 .
    fi
)

permission_folder() (
    if [ -h "$2" ] || [ ! -d "$2" ]; then
        die "$2 is not a folder: it gets no permissions"
    fi
    permission_one "$1" d "$2" "$3" "$4"
)

permission_file() (
    if [ -h "$2" ] || [ ! -f "$2" ]; then
        die "$2 is not a plain file: it gets no permissions"
    fi
    if [ "$4" = yes ]; then
        permission_one "$1" x "$2" "$3" ''
    else
        permission_one "$1" f "$2" "$3" ''
    fi
)

permission_outside() (
    permission_load || exit 1
    found=$(layout_each permission_outside_class && each_directory permission_outside_entry) || exit 1
    printf '%s\n.\n%s\n' "$PERMISSION_TABLE" "$found" | awk "$PERMISSION_AWK"'
        !listing { rule($0); next }
        {
            class = $1
            path = substr($0, index($0, " /") + 1)
            if (path in said) next
            said[path] = 1
            if ($4 == "missing") { print "missing\t" path "\tfolder of class " class; next }
            if ($4 !~ /^d/) { print "....L....\t" path "\tnot a folder"; next }
            want = $2 == "-" ? class_directory[class] : length($2) == 3 ? "0" $2 : $2
            differs($5, $6, octal($4), $3 == "@" ? class_uid[class] : $3, class_gid[class], want)
            if (detail != "") print "." m "..." u g "..\t" path "\t" detail
        }'
)

permission_outside_class() {
    permission_outside_line "$1" "$2" '' ''
}

permission_outside_entry() {
    case $1 in
    data | blobs | run | log | backups) permission_outside_line "$@" ;;
    esac
}

# permission_outside_line CLASS PATH MODE-or-'' OWNER-or-'': prints `CLASS MODE-or-- UID-or-@ MODE-STRING UID GID PATH`; @ is who the
# class names, and `missing - -` stands where there is nothing.
permission_outside_line() {
    permission_owner=@
    if [ -n "$4" ]; then
        permission_owner=$(permission_owner_of "$4" "$2") || return
    fi
    printf '%s %s %s %s %s\n' "$1" "${3:--}" "$permission_owner" "$(layout_stat "$2" || echo 'missing - -')" "$2"
}

permission_load() {
    [ -z "$PERMISSION_TABLE" ] || return 0
    permission_me=$(id -u)
    permission_groups=" $(id -G) "
    permission_numbers=" uid:@deployer=$permission_me "
    PERMISSION_TABLE=$(each_permission permission_row) || {
        PERMISSION_TABLE=
        return 1
    }
}

permission_said() (
    [ "$(id -u)" != 0 ] || return 0
    if [ "${SERVICE_USER:-$DEPLOYER}" != "$DEPLOYER" ]; then
        log_warn "not root: nothing can be given to user $SERVICE_USER; what the table gives it belongs to $DEPLOYER"
    fi
    if [ -n "${SERVICE_GROUP:-}" ]; then
        gid=$(permission_gid @service) || return 0
        permission_member "$gid" ||
            log_warn "not root, and not in group $SERVICE_GROUP: what the table gives that group stays with $DEPLOYER's own"
    fi
)

permission_uid() (
    case $1 in
    @deployer)
        id -u
        return
        ;;
    @service) name=${SERVICE_USER:-$DEPLOYER} ;;
    *) name=$1 ;;
    esac
    id -u "$name" 2>/dev/null
)

permission_gid() (
    case $1 in
    @deployer)
        id -g
        return
        ;;
    @operators) name=${OPERATORS:-} ;;
    @service)
        name=${SERVICE_GROUP:-}
        if [ -z "$name" ] && [ -n "${SERVICE_USER:-}" ]; then
            id -g "$SERVICE_USER" 2>/dev/null
            return
        fi
        ;;
    *) name=$1 ;;
    esac
    if [ -z "$name" ]; then
        id -g
        return
    fi
    if shell_has getent; then
        line=$(getent group "$name") || return 1
    else
        line=$(grep "^$name:" /etc/group) || return 1
    fi
    line=${line#*:*:}
    printf '%s\n' "${line%%:*}"
)

permission_member() (
    groups=" $(id -G) "
    case $groups in
    *" $1 "*) ;;
    *) return 1 ;;
    esac
)

# permission_row CLASS OWNER GROUP FILE EXECUTABLE DIRECTORY: a line of the table, for permission_load, which asked who this user is.
permission_row() {
    permission_number uid "$2" || die "there is no user $(permission_name "$2" "$SERVICE_USER") on this host: class $1 cannot be given to it"
    permission_row_uid=$permission_number
    permission_number gid "$3" || die "there is no group $(permission_name "$3" "${SERVICE_GROUP:-of $SERVICE_USER}") on this host: class $1 cannot be given to it"
    permission_row_gid=$permission_number
    if [ "$permission_me" != 0 ]; then
        [ "$permission_row_uid" = "$permission_me" ] || permission_row_uid=-
        case $permission_groups in
        *" $permission_row_gid "*) ;;
        *) permission_row_gid=- ;;
        esac
    fi
    echo "C $1 $permission_row_uid $permission_row_gid $4 $5 $6"
}

# permission_name NAME SERVICE: prints a name of the table for people, SERVICE for who runs the services.
permission_name() {
    case $1 in
    @service) printf '%s\n' "$2" ;;
    *) printf '%s\n' "${1#@}" ;;
    esac
}

# permission_number uid|gid NAME: sets permission_number. Classes share a few names, and each is looked up once.
permission_number() {
    case $permission_numbers in
    *" $1:$2="*)
        permission_number=${permission_numbers#*" $1:$2="}
        permission_number=${permission_number%% *}
        ;;
    *)
        permission_number=$("permission_$1" "$2") || return 1
        permission_numbers="$permission_numbers$1:$2=$permission_number "
        ;;
    esac
}

# What differs from its class: paths with a mode, and files of another class than their folder's.
permission_exceptions() {
    each_directory permission_exception_directory
    each_file permission_exception_file
    each_download permission_exception_download
}

permission_exception_directory() {
    permission_exception "$1" "$2" "$3" "$4"
}

permission_exception_file() {
    permission_exception "$1" "$2" "$3" ''
}

permission_exception_download() {
    if [ "$5" != yes ]; then
        permission_exception "$3" "$4" "$7" ''
    fi
}

permission_exception() {
    case $2 in
    "$RELEASE"/*) ;;
    *) return 0 ;;
    esac
    permission_owner=-
    if [ -n "$4" ]; then
        permission_owner=$(permission_owner_of "$4" "$2") || return
    fi
    permission_mode=${3:--}
    case $permission_mode in
    [01234567][01234567][01234567]) permission_mode=0$permission_mode ;;
    esac
    printf 'X %s %s %s ./%s\n' "$1" "$permission_mode" "$permission_owner" "${2#"$RELEASE"/}"
}

# permission_owner_of USER PATH: prints the number of who is to own the path; `-` where that is not this user's to set.
permission_owner_of() (
    uid=$(permission_uid "$1") || die "there is no user $1 on this host, who is to own $2"
    [ "$(id -u)" = 0 ] || uid=-
    printf '%s\n' "$uid"
)

permission_one() (
    stat=$(layout_stat "$3") || die "there is no $3"
    wanted=$(permission_wanted "$1" "$2" "$3" "$4" "$5") || exit $?
    mode=${wanted##* } owner=${wanted% *}
    have=${stat#* }
    case $owner in
    '- -') ;;
    '- '*) [ "${have#* }" = "${owner#* }" ] || must chgrp -h "${owner#* }" "$3" ;;
    *' -') [ "${have% *}" = "${owner% *}" ] || must chown -h "${owner% *}" "$3" ;;
    *) [ "$have" = "$owner" ] || must chown -h "${owner% *}:${owner#* }" "$3" ;;
    esac
    if [ "$(permission_octal "${stat%% *}")" != "$mode" ]; then
        must chmod "$mode" "$3"
    fi
)

# permission_wanted CLASS d|f|x PATH MODE-or-'' OWNER-or-'': prints `UID GID MODE`.
permission_wanted() (
    class=$1 kind=$2 path=$3 mode=$4 owner=$5
    permission_load || exit 1
    while read -r _ name uid gid file executable directory; do
        [ "$name" != "$class" ] || break
    done <<END
$PERMISSION_TABLE
END
    [ "$name" = "$class" ] || die "the permission table has no class $class"
    case $kind in
    d) mode=${mode:-$directory} ;;
    x) mode=${mode:-$executable} ;;
    *) mode=${mode:-$file} ;;
    esac
    case $mode in
    ???) mode=0$mode ;;
    esac
    [ -z "$owner" ] || uid=$(permission_owner_of "$owner" "$path") || exit 1
    echo "$uid $gid $mode"
)

permission_octal() {
    printf '%s\n' "$1" | awk "$PERMISSION_AWK"'{ print octal($1) }'
}

permission_listing() {
    find . ! -name . -exec ls -ldn '{}' +
}

# octal(MODE-STRING), rule(LINE) for the lines before `.`, parse(LINE) for a line of the listing (sets type mode uid gid bytes path
# target executable, or bad), expect(path, type, executable) (sets class want_uid want_gid want_mode),
# differs(uid, gid, mode, wanted...) (sets m u g, a letter or a dot each, and detail).
PERMISSION_AWK='
function triple(s, special,    n, x) {
    n = (substr(s, 1, 1) == "r" ? 4 : 0) + (substr(s, 2, 1) == "w" ? 2 : 0)
    x = substr(s, 3, 1)
    if (x == "x" || x == "s" || x == "t") n++
    if (x ~ /[sStT]/) extra += special
    return n
}
function octal(s,    a, b, c) {
    extra = 0
    a = triple(substr(s, 2, 3), 4); b = triple(substr(s, 5, 3), 2); c = triple(substr(s, 8, 3), 1)
    return extra "" a "" b "" c
}
function rule(line,    f, rest) {
    if (line == ".") { listing = 1; return }
    split(line, f, " ")
    if (f[1] == "C") {
        class_uid[f[2]] = f[3]; class_gid[f[2]] = f[4]
        class_file[f[2]] = f[5]; class_executable[f[2]] = f[6]; class_directory[f[2]] = f[7]
    } else if (f[1] == "X") {
        rest = substr(line, index(line, " ./") + 1)
        path_class[rest] = f[2]; path_mode[rest] = f[3]; path_owner[rest] = f[4]
    }
}
function parse(line,    f, at) {
    bad = 0
    split(line, f, " ")
    type = substr(line, 1, 1)
    at = index(line, " ./")
    if (!at || f[1] !~ /^[-dl][-rwxsStT]+[.+@]?$/) { bad = 1; return }
    if (type == "-") type = "f"
    path = substr(line, at + 1)
    target = ""
    if (type == "l") {
        at = index(path, " -> ")
        target = substr(path, at + 4)
        path = substr(path, 1, at - 1)
    }
    if (path ~ /[\001-\037\\]/ || target ~ /[\001-\037]/) bad = 1
    mode = octal(f[1])
    uid = f[3]; gid = f[4]; bytes = f[5]
    executable = substr(line, 4, 1) ~ /[xs]/
}
function expect(path, type, executable) {
    if (path in path_class) class = path_class[path]
    else if (path == "./bin" || index(path, "./bin/") == 1) class = "bin"
    else if (path == "./etc" || index(path, "./etc/") == 1) class = "etc"
    else class = "code"
    want_uid = class_uid[class]; want_gid = class_gid[class]
    want_mode = type == "d" ? class_directory[class] : executable ? class_executable[class] : class_file[class]
    if (path in path_mode && path_mode[path] != "-") want_mode = path_mode[path]
    if (path in path_owner && path_owner[path] != "-") want_uid = path_owner[path]
}
function differs(uid, gid, mode, want_uid, want_gid, want_mode) {
    m = u = g = "."; detail = ""
    if (mode != want_mode) { m = "M"; detail = "mode " mode ", not " want_mode }
    if (want_uid != "-" && uid != want_uid) { u = "U"; detail = detail (detail == "" ? "" : "; ") "user " uid ", not " want_uid }
    if (want_gid != "-" && gid != want_gid) { g = "G"; detail = detail (detail == "" ? "" : "; ") "group " gid ", not " want_gid }
}
'
