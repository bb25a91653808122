# shellcheck shell=sh
# digest.sh: SHA-256, with whatever the host has for it.
#
# digest_tool           prints the tool in use: sha256sum, shasum, openssl or python3; fails where there is none
# digest_file FILE      prints the file's SHA-256 in hex
# digest_stdin          the same for standard input

digest_tool() {
    if shell_has sha256sum; then
        echo sha256sum
    elif shell_has shasum; then
        echo shasum
    elif shell_has openssl; then
        echo openssl
    elif shell_has python3; then
        echo python3
    else
        log_error "no tool for SHA-256 on this host: install coreutils or openssl"
        return 1
    fi
}

digest_file() (
    sum=$(digest_stdin <"$1") || return 1
    printf '%s\n' "$sum"
)

digest_stdin() (
    tool=$(digest_tool) || return 1
    case $tool in
    sha256sum) sum=$(sha256sum) ;;
    shasum) sum=$(shasum -a 256) ;;
    openssl) sum=$(openssl dgst -sha256 -r) ;;
    *) sum=$(python3 -c 'import hashlib, sys; print(hashlib.sha256(sys.stdin.buffer.read()).hexdigest())') ;;
    esac || die "$tool failed: there is no SHA-256 of it"
    printf '%s\n' "${sum%% *}"
)
