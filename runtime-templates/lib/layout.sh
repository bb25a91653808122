# shellcheck shell=sh
# layout.sh: where everything is, from PREFIX alone; and whether those places can be trusted.
#
# layout_init           sets PREFIX RELEASES RELEASE_ID RELEASE CURRENT BIN ETC LIB SHARE VENV DATA LOG RUN BACKUPS SUPERVISOR
#                       STATE CACHE HOST_NAME DEPLOYER, and (by `inputs`) INPUT_NAME. PREFIX comes from the environment, else DEFAULT_PREFIX.
#                       Exits 78 where PREFIX cannot be used at all. Writes nothing.
# layout_release ID     points RELEASE and what lies in it (BIN ETC LIB SHARE VENV) at another release
# layout_problems       prints a line for each place that cannot be trusted: a link into elsewhere, a folder of someone else,
#                       a parent that others can write to. Nothing printed: all is well.
# layout_setup           makes the folders that are missing, with the modes of their class; touches none that is there
# layout_each CALL...     runs CALL CLASS PATH for each folder outside the releases
# layout_input_value NAME HAS_FALLBACK FALLBACK    prints the value of a declared input
# layout_stat PATH      prints `MODE-STRING UID GID` of the path itself (a link is not followed); fails where there is nothing
# layout_link PATH      prints what the link PATH points to
#
# Styles. `prefix`: all below PREFIX. `fhs`: releases in PREFIX (/opt/NAME), data and backups in /var/opt/NAME, pids in /run/NAME,
# and /etc/opt/NAME is a link to current/etc, so that one rename still switches everything. Where PREFIX is ROOT/opt/NAME the
# other folders are below ROOT as well.

layout_init() {
    PREFIX=${PREFIX:-$DEFAULT_PREFIX}
    layout_refuse_prefix
    while :; do
        case $PREFIX in
        ?*/) PREFIX=${PREFIX%/} ;;
        *) break ;;
        esac
    done
    DEPLOYER=$(id -un) || die "this user has no name: id -un failed"
    HOST_NAME=$(uname -n)
    RELEASES=$PREFIX/releases
    CURRENT=$PREFIX/current
    STATE=$PREFIX/.cfgc
    DATA='' LOG='' RUN='' BACKUPS='' SUPERVISOR='' CACHE='' LAYOUT_ETC_LINK='' layout_above=''
    if [ "${LAYOUT_STYLE:-prefix}" = fhs ]; then
        layout_root=
        case $PREFIX in
        */opt/"$NAME") layout_root=${PREFIX%/opt/"$NAME"} ;;
        esac
        DATA=$layout_root/var/opt/$NAME/data
        BACKUPS=$layout_root/var/opt/$NAME/backups
        LOG=$layout_root/var/opt/$NAME/log
        RUN=$layout_root/run/$NAME
        LAYOUT_ETC_LINK=$layout_root/etc/opt/$NAME
    else
        DATA=$PREFIX/var
        BACKUPS=$PREFIX/backups
        RUN=$PREFIX/run
    fi
    SUPERVISOR=$PREFIX/supervisor
    CACHE=$STATE/cache
    layout_release "$VERSION"
    inputs
    layout_folders
    LOG=${LOG:-$DATA/log}
    layout_refuse "the folder of the releases" "$RELEASES"
    layout_refuse "the folder of the data" "$DATA"
    layout_refuse "the folder of the logs" "$LOG"
    layout_refuse "the folder of the pids" "$RUN"
    layout_refuse "the folder of the backups" "$BACKUPS"
    layout_refuse "the folder of the supervisor" "$SUPERVISOR"
    layout_refuse "the folder of the cache" "$CACHE"
    RELEASE_ID=$(release_id) || exit $?
    if [ "$RELEASE_ID" != "$VERSION" ]; then
        layout_release "$RELEASE_ID"
    fi
}

layout_input_value() {
    shell_env "$1"
    case $? in
    0) ;;
    1) [ "$2" = no ] || printf '%s' "$3" ;;
    *) die "the input $1 could not be read: awk failed" ;;
    esac
}

layout_release() {
    RELEASE_ID=$1
    RELEASE=$RELEASES/$1
    BIN=$RELEASE/bin
    ETC=$RELEASE/etc
    LIB=$RELEASE/lib
    SHARE=$RELEASE/share
    VENV=$LIB/venv
}

# layout_refuse WHAT PATH: folders go into shebang lines, ini files and crontabs, each with its own idea of a special character: so
# there are none.
layout_refuse() {
    case $2 in
    /*) ;;
    *) die_with 78 "$1 is not an absolute path: $2" ;;
    esac
    case $2 in
    *[!ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._/+@=,-]*)
        die_with 78 "$1 holds a blank, a quote, a newline or another special character; allowed are letters, digits and . _ / + @ = , -"
        ;;
    esac
    case $2/ in
    */./* | */../* | *//*/*) die_with 78 "$1 has an empty, . or .. component: $2" ;;
    //*) die_with 78 "$1 is the root folder" ;;
    esac
}

layout_refuse_prefix() {
    layout_refuse PREFIX "$PREFIX"
    case $PREFIX in
    /bin | /boot | /dev | /etc | /home | /lib | /opt | /proc | /root | /run | /sbin | /srv | /sys | /tmp | /usr | /usr/local | /var)
        die_with 78 "PREFIX is a folder of the system: give a folder of its own, as $PREFIX/$NAME"
        ;;
    esac
}

layout_each() {
    "$@" data "$DATA" || return
    "$@" log "$LOG" || return
    "$@" run "$RUN" || return
    "$@" backups "$BACKUPS"
}

layout_stat() (
    line=$(ls -ldn "$1" 2>/dev/null) || return 1
    read -r mode _ uid gid _ <<END
$line
END
    echo "$mode $uid $gid"
)

layout_link() (
    line=$(ls -ld "$1" 2>/dev/null) || return 1
    case $line in
    l*' -> '*) printf '%s\n' "${line##*' -> '}" ;;
    *) return 1 ;;
    esac
)

layout_problems() (
    me=$(id -u) || return 1
    service=$(id -u "${SERVICE_USER:-$DEPLOYER}" 2>/dev/null) || service=$me
    for folder in "$PREFIX" "$RELEASES" "$STATE" "$SUPERVISOR" "$CACHE" "$BACKUPS"; do
        layout_judge "$folder" "$me" "$me"
    done
    for folder in "$DATA" "$LOG" "$RUN"; do
        layout_judge "$folder" "$me" "$service"
    done
    for folder in "$PREFIX" "$DATA" "$LOG" "$RUN" "$BACKUPS" "$SUPERVISOR" "$CACHE"; do
        layout_parents "$folder" "$me" "$service"
    done
)

# layout_judge FOLDER UID UID: the folder itself, where it is there: a real folder, of the deployer or root or, where it is given,
# of the service.
layout_judge() (
    path=$1
    stat=$(layout_stat "$path") || return 0
    mode=${stat%% *} owner=${stat#* }
    owner=${owner% *}
    case $mode in
    l*)
        echo "$path is a link to $(layout_link "$path"): make it a real folder, or name the other place under [layout]"
        return
        ;;
    d*) ;;
    *)
        echo "$path is not a folder: move it away"
        return
        ;;
    esac
    case $owner in
    0 | "$2" | "$3") ;;
    *) echo "$path belongs to user $owner, not to $DEPLOYER: chown it, or run as its owner" ;;
    esac
    case $mode in
    ????????w*) echo "$path can be written by everyone: chmod o-w $path" ;;
    esac
)

# layout_parents FOLDER UID UID: what lies above. Who can write there can put another folder in this one's place.
# Most folders share what is above them: layout_above has what was looked at, a line each.
layout_parents() {
    layout_path=$1
    while :; do
        layout_path=${layout_path%/*}
        [ -n "$layout_path" ] || break
        case $layout_above in
        *"/$layout_path
"*) break ;;
        esac
        layout_above="$layout_above/$layout_path
"
        layout_parent "$layout_path" "$2" "$3"
    done
}

# layout_parent PATH UID UID
layout_parent() (
    path=$1
    stat=$(layout_stat "$path") || return 0
    mode=${stat%% *} owner=${stat#* }
    owner=${owner% *}
    case $path in
    "$DATA" | "$DATA"/*) allowed=$3 ;;
    *) allowed=$2 ;;
    esac
    case $owner in
    0 | "$2" | "$allowed") ;;
    *) echo "$path, above $NAME's folders, belongs to user $owner, who can replace them: chown it, or choose another PREFIX" ;;
    esac
    case $mode in
    # With the sticky bit (/tmp) others can make files there, and leave ours alone.
    ????????w[tT]*) ;;
    d???????w*) echo "$path, above $NAME's folders, can be written by everyone: chmod o-w $path" ;;
    esac
)

layout_setup() {
    layout_mkdir "$PREFIX" 0755 || return
    layout_mkdir "$RELEASES" 0755 || return
    layout_mkdir "$STATE" 0755 || return
    layout_mkdir "$CACHE" 0700 || return
    layout_each layout_setup_class || return
    each_directory layout_setup_entry || return
    if [ -n "$LAYOUT_ETC_LINK" ] && [ ! -e "$LAYOUT_ETC_LINK" ] && [ ! -h "$LAYOUT_ETC_LINK" ]; then
        must mkdir -p "${LAYOUT_ETC_LINK%/*}"
        must ln -s "$CURRENT/etc" "$LAYOUT_ETC_LINK"
    fi
}

# layout_mkdir PATH MODE: makes PATH and what lacks above it, which is readable by all as folders of a system are.
layout_mkdir() (
    if [ -d "$1" ] || [ -h "$1" ]; then
        return 0
    fi
    umask 022
    must mkdir -p "${1%/*}"
    # Another run may be faster: this comes before the lock, which lies in one of these folders.
    if mkdir "$1" 2>/dev/null; then
        must chmod "$2" "$1"
    elif [ ! -d "$1" ]; then
        die "cannot make the folder $1"
    fi
)

layout_setup_class() {
    if [ -d "$2" ] || [ -h "$2" ]; then
        return 0
    fi
    permission_load || return
    layout_mkdir "$2" 0700 || return
    permission_folder "$1" "$2" '' ''
}

# A folder of each_directory that lies outside the releases; those in a release are made with it.
layout_setup_entry() {
    case $1 in
    data | blobs | run | log | backups) ;;
    *) return 0 ;;
    esac
    if [ -d "$2" ] || [ -h "$2" ]; then
        return 0
    fi
    permission_load || return
    layout_setup_above "${2%/*}" "$1" || return
    must mkdir -p "$2"
    permission_folder "$1" "$2" "$3" "$4"
}

# layout_setup_above FOLDER CLASS: the folders between a class's own and one of its entries.
layout_setup_above() {
    if [ -d "$1" ]; then
        return 0
    fi
    layout_setup_above "${1%/*}" "$2" || return
    must mkdir -p "$1"
    permission_folder "$2" "$1" '' ''
}

# layout_fqdn: prints the host's full name; its short one where it has no other.
layout_fqdn() {
    hostname -f 2>/dev/null || uname -n
}
