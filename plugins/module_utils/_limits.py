# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""Holds every bound on what a user of the node controls, in one place; shortens what would break one.

No real file meets them. Where what the caller wants could be larger (5,000 accounts in one file), its own size is
allowed on top: a bound is on what others put there.
"""

from __future__ import annotations

KIB = 1024
MIB = 1024 * KIB

# The way to a file. PATH_MAX and MAXSYMLINKS of Linux; the deepest real way is some fifteen names long.
PATH_BYTES = 4096
PATH_NAMES = 256
PATH_LINKS = 40
MISSING_DIRECTORIES = 64
# Their paths stand in the record, each whole: 64 of 4,096 bytes for every file would fill it.
MISSING_BYTES = 4096

# What is read of one file. Claws Mail writes 5 kB for an account, so 1 MiB are 200 accounts beside ours.
KEYED_BYTES = 1 * MIB
# KMail's emailidentities holds signatures, HTML with pictures among them.
KCONFIG_BYTES = 6 * MIB
WHOLE_BYTES = 1 * MIB
SECTIONS = 10000
# 5,000 accounts with thirty keys are 150,000 lines.
LINES = 200000
JSON_MEMBERS = 10000
# Digits of a number in JSON: the bound of Python 3.11, because reading more takes the square of their number.
JSON_DIGITS = 4300

# What is read of all files of one user in a run: kept in memory, and only passed through for a digest.
READ_BYTES = 8 * MIB
DIGESTED_BYTES = 64 * MIB
# What is looked through of the files that refer to a section by its number, piece by piece: a folder list of Claws Mail
# has some 300 bytes for each folder.
SCANNED_BYTES = 12 * MIB
# Numbers of sections that they refer to.
NUMBERS = 10000
# A file of ours that a user has filled up is still removed or replaced up to this size.
OURS_BYTES = 32 * MIB

# Extended attributes of a file that are carried over to the next one: the limit of Linux for one (XATTR_SIZE_MAX).
ATTRIBUTE_BYTES = 64 * KIB

# What was there before us and is kept in the record, to be put back: all files of one user; one file outside homes.
KEPT_BYTES_OF_A_USER = 256 * KIB
KEPT_BYTES_OUTSIDE = 1 * MIB
RECORD_BYTES = 64 * MIB

# The answer of a server that pox_info reads on the node, as on the controller.
ANSWER_BYTES = 1 * MIB

# passwd and group of another root: 50,000 users are 4 MiB.
USERS_BYTES = 8 * MIB
# 2**32 - 1 means "nobody" to chown and setuid.
HIGHEST_ID = 2**32 - 2

# Of which the names are read; a desktop has some two hundred.
PROCESSES_OF_A_USER = 5000

# What a result tells.
FINDINGS_OF_A_CODE = 10
REASONS = 5
SENTENCE = 1200
DIFF_LINE = 1000
SHOWN_VALUE = 300
SHOWN_PATH = 200
# What was there before; what shall be there is the caller's own.
DIFF_CHARACTERS_OF_A_USER = 512 * KIB


def shortened(value: object, most: int = SHOWN_VALUE) -> object:
    """Return text with its middle left out where it has more than ``most`` characters; anything else as it is.

    Both ends stay: a sentence says at its end what to do.
    """
    if not isinstance(value, str) or len(value) <= most:
        return value
    tail = most // 3
    return f"{value[: most - tail]}... ({len(value)} characters) ...{value[-tail:]}"
