# shellcheck shell=sh
# json.sh: values into JSON, and the fields of the library's own one-line records out of it.
#
# json_string VALUE             prints VALUE as a JSON string, quotes included
# json_pair KEY VALUE           prints `"KEY":"VALUE"`
# json_lines                    standard input, a value a line, as a JSON array of strings
# json_field KEY LINE           prints the text of a string or number field of a record that json_pair wrote

json_string() (
    case $1 in
    *[!ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789\ .,:/@_+=-]*)
        printf '%s' "$1" | awk '
            BEGIN { for (i = 1; i < 32; i++) control[sprintf("%c", i)] = sprintf("\\u%04x", i); printf "\"" }
            NR > 1 { printf "\\n" }
            {
                gsub(/\\/, "&&")
                gsub(/"/, "\\\"")
                if ($0 ~ /[\001-\037]/) {
                    line = ""
                    for (i = 1; i <= length($0); i++) {
                        c = substr($0, i, 1)
                        line = line (c in control ? control[c] : c)
                    }
                    $0 = line
                }
                printf "%s", $0
            }
            END { printf "\"" }'
        ;;
    *) printf '"%s"' "$1" ;;
    esac
)

json_pair() {
    printf '"%s":' "$1"
    json_string "$2"
}

json_lines() (
    comma=
    printf '['
    while IFS= read -r line || [ -n "$line" ]; do
        printf '%s' "$comma"
        json_string "$line"
        comma=,
    done
    printf ']'
)

json_field() (
    key=$1 line=$2
    case $line in
    *"\"$key\":\""*)
        value=${line#*"\"$key\":\""}
        plain=${value%%\"*}
        case $plain in
        *\\*) ;;
        *)
            printf '%s' "$plain"
            exit 0
            ;;
        esac
        # Up to the first quote that no backslash stands before.
        printf '%s' "$value" | awk '{
            out = ""
            for (i = 1; i <= length($0); i++) {
                c = substr($0, i, 1)
                if (c == "\"") break
                if (c == "\\") {
                    i++
                    c = substr($0, i, 1)
                    if (c == "n") c = "\n"
                    else if (c == "u") { c = "?"; i += 4 }
                }
                out = out c
            }
            printf "%s", out
        }'
        ;;
    *"\"$key\":"*)
        value=${line#*"\"$key\":"}
        printf '%s' "${value%%[,\}]*}"
        ;;
    esac
)
