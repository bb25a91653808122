# shellcheck shell=sh
# secret.sh: values that only the host knows, taken when they are needed. They are never an argument of a command (ps shows those),
# never in a log line, and in no file but the one of class `secret` that needs them.
#
# secret_load           reads every secret of each_secret and hands it to `secret_set NAME VALUE`, which the script's data has.
#                       A file that is to be generated and is not there is made first. Returns 78 where one can't be had
# secret_problems       prints a line for each secret that can't be had; generates nothing. For preflight
# secret_value NAME     prints the value of a loaded secret; fails where there is none
# secret_redact         copies standard input to standard output, every loaded secret replaced by ***
# secret_redact_likely  the same without passwords in URLs and what looks like a credential, too
#
# Texts go into other programs by here-documents: printf is no builtin in mksh.

# Two characters that no secret holds part names, values and records of the store.
SECRET_STORE=
SECRET_LOADED=no
SECRET_RECORD=$(printf '\036')
SECRET_FIELD=$(printf '\037')

secret_load() {
    [ "$SECRET_LOADED" = no ] || return 0
    each_secret secret_load_one || return
    SECRET_LOADED=yes
}

secret_load_one() {
    if [ "$2" = file ] && [ "$4" = yes ] && [ ! -e "$3" ]; then
        secret_generate "$1" "$3" || return
    fi
    secret_text=$(secret_read "$2" "$3") || {
        log_error "secret $1 can't be had: $(secret_where "$2" "$3")"
        return 78
    }
    case $secret_text in
    *"$SECRET_RECORD"* | *"$SECRET_FIELD"*)
        log_error "secret $1 holds a control character"
        return 78
        ;;
    esac
    secret_set "$1" "$secret_text"
    SECRET_STORE=$SECRET_STORE$SECRET_RECORD$1$SECRET_FIELD$secret_text
    secret_text=
    if [ "$2" = env ]; then
        # Programs that are started from here have no business with it.
        unset "$3"
    fi
}

secret_problems() {
    [ "$SECRET_LOADED" = no ] || return 0
    each_secret secret_problem
}

secret_value() (
    case $SECRET_STORE in
    *"$SECRET_RECORD$1$SECRET_FIELD"*) ;;
    *) exit 1 ;;
    esac
    value=${SECRET_STORE#*"$SECRET_RECORD$1$SECRET_FIELD"}
    cat <<END
${value%%"$SECRET_RECORD"*}
END
)

secret_redact() (
    {
        cat <<END
$SECRET_STORE
END
        printf '\036\n'
        cat
    } | awk '
        BEGIN { record = sprintf("%c", 30); field = sprintf("%c", 31) }
        !text {
            if ($0 == record) { text = 1; next }
            # What stands before the last separator is a name. Short words would blot out half of a log.
            at = index($0, field)
            line = at ? substr($0, at + 1) : $0
            n_parts = split(line, parts, record)
            if (length(parts[1]) >= 4) secrets[++n] = parts[1]
            for (i = 2; i <= n_parts; i++) {
                at = index(parts[i], field)
                if (at && length(parts[i]) - at >= 4) secrets[++n] = substr(parts[i], at + 1)
            }
            next
        }
        {
            for (i = 1; i <= n; i++) {
                out = ""
                while (at = index($0, secrets[i])) {
                    out = out substr($0, 1, at - 1) "***"
                    $0 = substr($0, at + length(secrets[i]))
                }
                $0 = out $0
            }
            print
        }'
)

secret_redact_likely() {
    secret_redact | awk '
        # name=value, name: value, "name": "value" of what is called like a credential; and user:password in URLs.
        {
            gsub(/:\/\/[^\/@[:space:]]+@/, "://***@")
            out = ""
            rest = $0
            while (match(tolower(rest), /(passw|passwd|password|pwd|token|secret|api_?key|authorization)[a-z_]*["\047]?[ \t]*[=:][ \t]*/)) {
                out = out substr(rest, 1, RSTART + RLENGTH - 1) "***"
                rest = substr(rest, RSTART + RLENGTH)
                sub(/^((basic|bearer|Basic|Bearer)[ \t]+)?("[^"]*"|\047[^\047]*\047|[^ \t,;]+)/, "", rest)
            }
            print out rest
        }'
}

secret_read() (
    case $1 in
    env) shell_env "$2" ;;
    file) [ -r "$2" ] && cat "$2" ;;
    command) sh -c "$2" </dev/null ;;
    esac
)

secret_where() {
    case $1 in
    env) echo "set the environment variable $2" ;;
    file) echo "$DEPLOYER can't read $2" ;;
    command) echo "the command that gives it fails" ;;
    esac
}

secret_problem() (
    case $2 in
    env) shell_env "$3" >/dev/null || echo "secret $1: $(secret_where env "$3")" ;;
    file)
        if [ ! -e "$3" ]; then
            [ "$4" = yes ] || echo "secret $1: there is no file $3: make it, mode 0600"
            above=$(preflight_above "${3%/*}")
            [ "$4" != yes ] || [ -w "$above" ] || echo "secret $1: $DEPLOYER can't make $3 (no access to $above): run as root, or give it another place under [secrets]"
        elif [ ! -r "$3" ]; then
            echo "secret $1: $(secret_where file "$3")"
        else
            case $(layout_stat "$3") in
            -??????r* | -???????w*) echo "secret $1: $3 can be read by everyone on this host: chmod 0600 $3" ;;
            esac
        fi
        ;;
    command) secret_read command "$3" >/dev/null 2>&1 || echo "secret $1: $(secret_where command "$3")" ;;
    esac
    return 0
)

# 256 bits, in a file that nobody else ever could read.
secret_generate() (
    umask 077
    must mkdir -p "${2%/*}"
    od -An -tx1 -N32 /dev/urandom | tr -d ' \n' >"$2.new" || die "secret $1 can't be generated: cannot write ${2%/*}"
    [ -s "$2.new" ] || die "secret $1 can't be generated: no /dev/urandom"
    must mv -f "$2.new" "$2"
    log_info "secret $1 is generated: $2"
)
