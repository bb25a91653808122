"""What backup, restore and adopt ask about files of ZODB. Run as: python -c SOURCE VERB ARGUMENT...

Answers on standard output. Exit status 0; 1 where what was looked at is not good, with the reason on standard output; for some
verbs another, which their docstrings name. A sentence on standard error, and 1, where the host is at fault.
"""
import os, sys
from data_files import verb_sha256
from data_sets import verb_after, verb_file_need, verb_split, verb_tidy
from data_sets import verb_verify, verb_wait
from data_blobs import verb_blobs_check, verb_blobs_copy, verb_blobs_list, verb_blobs_need
from data_blobs import verb_blobs_sums, verb_blobs_tar
from data_restore import verb_blobs_merge, verb_blobs_recover, verb_blobs_trim, verb_give
from data_restore import verb_open, verb_recover, verb_sums_total, verb_unused
from data_adopt import verb_adopt_file, verb_adopt_tree, verb_linkable, verb_run_as_owner
from data_adopt import verb_wait_unused
from data_retention import verb_retire, verb_retire_dump, verb_retire_records, verb_space
from data_files import Bad

VERBS = {
    'sha256': verb_sha256,
    'verify': verb_verify,
    'tidy': verb_tidy,
    'wait': verb_wait,
    'split': verb_split,
    'file-need': verb_file_need,
    'after': verb_after,
    'blobs-list': verb_blobs_list,
    'blobs-need': verb_blobs_need,
    'blobs-copy': verb_blobs_copy,
    'blobs-sums': verb_blobs_sums,
    'blobs-tar': verb_blobs_tar,
    'blobs-check': verb_blobs_check,
    'recover': verb_recover,
    'open': verb_open,
    'sums-total': verb_sums_total,
    'blobs-recover': verb_blobs_recover,
    'give': verb_give,
    'unused': verb_unused,
    'blobs-merge': verb_blobs_merge,
    'blobs-trim': verb_blobs_trim,
    'linkable': verb_linkable,
    'adopt-file': verb_adopt_file,
    'adopt-tree': verb_adopt_tree,
    'wait-unused': verb_wait_unused,
    'run-as-owner': verb_run_as_owner,
    'retire': verb_retire,
    'retire-dump': verb_retire_dump,
    'retire-records': verb_retire_records,
    'space': verb_space,
}


def main(verb, *arguments):
    try:
        VERBS[verb](*arguments)
    except Bad as bad:
        print(bad)
        sys.exit(1)
    except OSError as error:
        sys.exit('error: %s: %s' % (error.filename or verb, error.strerror))


if __name__ == '__main__':
    main(*sys.argv[1:])
