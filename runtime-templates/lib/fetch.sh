# shellcheck shell=sh
# fetch.sh: files from the network, checked by their SHA-256 before anything reads them.

# fetch_file URL SHA256 TARGET
#   Brings the file to TARGET. What was fetched once lies in $CACHE/downloads under its hash and is not fetched again; a
#   file with the URL's last name in $WHEELHOUSE is taken instead of the network. Nothing unchecked is left under TARGET.
#   Returns 0; 1 it can't be had, or has another hash.
fetch_file() (
    url=$1 wanted=$2 target=$3
    [ -n "$wanted" ] || die "no SHA-256 is known for $url: refusing to fetch it"
    cached=$CACHE/downloads/$wanted
    if ! fetch_is "$cached" "$wanted"; then
        must mkdir -p "$CACHE/downloads"
        part=$cached.part
        rm -f "$part"
        name=${url##*/}
        if [ -n "${WHEELHOUSE:-}" ] && [ -f "$WHEELHOUSE/$name" ]; then
            must cp "$WHEELHOUSE/$name" "$part"
        else
            log_info "fetching $url"
            fetch_url "$url" "$part" || die "could not fetch $url"
        fi
        found=$(digest_file "$part") || exit 1
        if [ "$found" != "$wanted" ]; then
            rm -f "$part"
            die "$url has SHA-256 $found, the release wants $wanted: it was changed, or something in between changed it"
        fi
        must mv -f "$part" "$cached"
    fi
    must cp "$cached" "$target.part"
    must mv -f "$target.part" "$target"
)

# fetch_is FILE SHA256: true where the file is there and has that hash.
fetch_is() {
    [ -f "$1" ] && [ "$(digest_file "$1")" = "$2" ]
}

# fetch_url URL TARGET: by the first tool that the host has. Certificates are checked; time-outs are those of a slow line.
fetch_url() {
    if command -v curl >/dev/null 2>&1; then
        curl -fsSL --retry 3 --connect-timeout 20 --max-time 900 -o "$2" "$1"
    elif command -v wget >/dev/null 2>&1; then
        wget -q -T 60 -O "$2" "$1"
    else
        fetch_python "$1" "$2"
    fi
}

fetch_python() {
    environment_find_python && "$HOST_PYTHON" -c '
import shutil, sys, urllib.request
with urllib.request.urlopen(sys.argv[1], timeout=60) as response, open(sys.argv[2], "wb") as out:
    shutil.copyfileobj(response, out)
' "$1" "$2"
}
