# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""Takes a document, sections wanted and sections on record, changes the document; gives drift, diff and the new record.

Pure: no file is touched here.
"""

from __future__ import annotations

from ._diffs import drift_row, shown
from ._errors import quoted
from ._identity import holds, mark, matching, raw, recorded_section, text
from ._ini import Document, Section
from ._numbers import next_number, number_of
from ._section_record import kind_of, match_of, pair, record_of


class Sections:
    """The sections of one file while they change; ``record`` maps clients to their sections, old and then new."""

    def __init__(
        self, document: Document, path: str, record: dict, numbers: object = None, numbers_unknown: object = None
    ) -> None:
        self.document = document
        self.path = path
        self._kept_numbers = numbers is not None
        # What is removed in this run leaves its number in the client's other files.
        self._numbers = set(numbers or ())
        self._numbers_unknown = numbers_unknown
        self._found = [section.name for section in document.sections]
        # Copies: a plan may be made again from the same record.
        self.record = {client: [dict(section) for section in sections] for client, sections in record.items()}
        self.changes = []  # (section, key, old, new) for the diff
        self.drift = []
        self.changed = set()  # clients
        self.notes = {}  # client -> what was left as it is, on request
        self.errors = []  # (account, client, reason)
        self.left = []  # (account, client, reason) of recorded sections that are not recognised any more
        self._taken = set()

    # Removing.

    def remove(self, leaves: object) -> None:
        """Remove what ``leaves(client, recorded)``: our sections whole, in adopted ones what is as we wrote it."""
        for client in sorted(self.record):
            for recorded in [item for item in self.record[client] if leaves(client, item)]:
                self._remove(client, recorded)

    def _remove(self, client: str, recorded: dict) -> None:
        self.record[client].remove(recorded)
        section = recorded_section(self.document, recorded, self._taken, sure=True)
        if section is None:
            if self.document.section(raw(recorded["name"])) is not None:
                reason = (
                    f"[{recorded['name']}] in {self.path} is not what was installed any more, so it was left as it is."
                )
                self.left.append((recorded["account"], client, reason))
            return
        sharers = self._sharers(recorded, section)
        if recorded["created"] and recorded["whole"] and not sharers:
            self._remove_whole(client, recorded, section)
            return
        for key, kept in recorded["keys"].items():
            if not any(key.lower() in (other.lower() for other in sharer["keys"]) for sharer in sharers):
                self._put_back(client, recorded["account"], section, key, kept)
        if recorded["created"] and sharers:
            sharers[0].update(created=True, blank=recorded["blank"])
        elif recorded["created"] and not any(line.strip() for line in section.lines):
            self.document.remove(section, recorded["blank"])

    def _sharers(self, recorded: dict, section: Section) -> list:
        """Return the other recorded sections that lie in the same section of the file."""
        same = [
            other for others in self.record.values() for other in others if other is not recorded and not other["whole"]
        ]
        return [other for other in same if raw(other["name"]) == section.name]

    def _remove_whole(self, client: str, recorded: dict, section: Section) -> None:
        name = _display(section.name)
        self.drift.append(drift_row(self.path, client, recorded["account"] or None, f"[{name}]", "extra", None, None))
        ours = {key.lower(): key for key in recorded["keys"]}
        for key in section.key_order():
            if text(key).lower() in ours:
                self._note_change(client, section, ours[text(key).lower()], None)
        self.changed.add(client)
        self.document.remove(section, recorded["blank"])

    def _put_back(self, client: str, account: str, section: Section, key: str, kept: dict) -> None:
        """Give a key the value it had before us, unless somebody changed it since."""
        if not holds(section, key, kept["written"]):
            return
        old = kept["replaced"]
        if old is not None and raw(old) == section.get(raw(key)):
            return
        self._difference(client, account, section, key, "extra", None if old is None else raw(old))
        if old is None:
            self.document.drop(section, raw(key))
        else:
            self.document.set(section, raw(key), raw(old))

    # Placing.

    def place(self, client: str, wanted_sections: list, listed: set, existing: str) -> None:
        """Make the wanted sections so; ``listed`` accounts are those of this run: nothing is taken over from them."""
        of_record = self.record.setdefault(client, [])
        later = []
        unpaired = {}
        for recorded in of_record:
            unpaired.setdefault(kind_of(recorded["account"], recorded["numbered"], recorded["name"]), []).append(
                recorded
            )
        for wanted in wanted_sections:
            recorded = pair(wanted, unpaired.get(kind_of(wanted.account, wanted.numbered, wanted.name), []))
            section = recorded_section(self.document, recorded, self._taken) if recorded else None
            if section is None:
                later.append((wanted, recorded))
            else:
                self._take(wanted, section)
                self._keep(client, wanted, section, recorded)
        owners = self._owners(of_record)
        for wanted, recorded in later:
            section = matching(self.document, wanted, self._taken)
            if section is None:
                if recorded:
                    of_record.remove(recorded)
                self._create(client, wanted)
                continue
            owner = owners.get(id(section)) if wanted.whole else None
            if owner is not None and owner is not recorded and owner["account"] in listed:
                self._refuse(
                    client,
                    wanted,
                    section,
                    f"is managed for the account {owner['account']} already: give the two accounts different logins",
                )
                continue
            self._take(wanted, section)
            if owner is not None and owner is not recorded:
                # The account goes by another label now; the record follows the section.
                owner["account"] = wanted.account
                if any(item is recorded for item in of_record):
                    # What the account had before is not there any more: one section is on record once.
                    of_record[:] = [item for item in of_record if item is not recorded]
            known = owner or recorded
            if known or self._may_adopt(client, wanted, section, existing):
                self._keep(client, wanted, section, known)

    def _owners(self, of_record: list) -> dict:
        found = {}
        for recorded in of_record:
            section = recorded_section(self.document, recorded, set())
            if section is not None and recorded["whole"]:
                found[id(section)] = recorded
        return found

    def _take(self, wanted: object, section: Section) -> None:
        if wanted.whole:
            self._taken.add(id(section))

    def _may_adopt(self, client: str, wanted: object, section: Section, existing: str) -> bool:
        if existing == "adopt" or not wanted.match:
            return True
        name = _display(section.name)
        if existing == "leave":
            self.notes[client] = f"[{name}] was there before and was left as it is (existing: leave)"
            return False
        self._refuse(
            client,
            wanted,
            section,
            "was there before, and existing: fail forbids to take it over: remove it, or say existing: adopt",
        )
        return False

    def _create(self, client: str, wanted: object) -> None:
        if wanted.name is not None:
            name = raw(wanted.name)
            if self.document.section(name) is not None:
                self._refuse(
                    client,
                    wanted,
                    self.document.section(name),
                    "is there and stands for something else: remove or rename it",
                )
                return
        else:
            if self._numbers_unknown is not None:
                self._refuse_number(client, wanted)
                return
            name = raw(wanted.numbered) + b"%d" % next_number(self._taken_numbers(raw(wanted.numbered)))
        tables = wanted.to_create()
        pairs = [(key, value) for _role, table in tables for key, value in table.items()]
        self.drift.append(
            drift_row(self.path, client, wanted.account or None, f"[{_display(name)}]", "missing", None, None)
        )
        for key, value in pairs:
            self.changes.append((_display(name), _display(key), None, _display(value)))
        self.changed.add(client)
        section, blank = self.document.append(name, pairs)
        self._take(wanted, section)
        recorded = record_of(wanted, section, created=True, blank=blank)
        recorded["keys"] = {
            text(key): {"written": mark(text(key), value), "replaced": None, "role": role}
            for role, table in tables
            for key, value in table.items()
        }
        self.record[client].append(recorded)

    def _taken_numbers(self, prefix: bytes) -> set:
        names = [section.name for section in self.document.sections]
        if self._kept_numbers:
            names += self._found
            names += [raw(recorded["name"]) for sections in self.record.values() for recorded in sections]
        return self._numbers | {number for number in (number_of(name, prefix) for name in names) if number is not None}

    def _refuse_number(self, client: str, wanted: object) -> None:
        reason = (
            f"A new section of {self.path} needs a number that nothing else of the client still means another account "
            f"by, and that cannot be told: {self._numbers_unknown}. Make that file readable or move it away, then run "
            "again."
        )
        self.errors.append((wanted.account, client, reason))

    def _keep(self, client: str, wanted: object, section: Section, recorded: object) -> None:
        """Enforce the keys of a section that is there: made by us before, or adopted now."""
        for key, value in wanted.fixed.items():
            found = section.get(key)
            if found != value and not (found is not None and key in wanted.match and found.lower() == value.lower()):
                must = shown(text(key), _display(value))
                has = "no value" if found is None else quoted(shown(text(key), _display(found)))
                reason = (
                    f'holds {has} for {_display(key)}, not "{must}": this key is never changed on what exists: '
                    "remove the section in the client, or ask for what it holds"
                )
                self._refuse(client, wanted, section, reason)
                return
        if recorded is None:
            recorded = record_of(wanted, section, created=False, blank=False)
            self.record[client].append(recorded)
        else:
            recorded = self._renewed(client, wanted, section, recorded)
        known = {key.lower(): kept for key, kept in recorded["keys"].items()}
        keys = {key: kept for key, kept in recorded["keys"].items() if kept["role"] != "enforced"}
        for key, value in wanted.enforced.items():
            name = text(key)
            found = section.get(key)
            if name.lower() in known:
                before = known[name.lower()]["replaced"]
            else:
                before = None if found is None else text(found)
            keys[name] = {"written": mark(name, value), "replaced": before, "role": "enforced"}
            if found != value:
                self._difference(
                    client, wanted.account, section, name, "missing" if found is None else "content", value
                )
                self.document.set(section, key, value)
        recorded["keys"] = keys

    def _renewed(self, client: str, wanted: object, section: Section, recorded: dict) -> dict:
        """Bring a recorded section up to date; keys that are not asked for any more get back what they had."""
        fresh = dict(recorded, name=text(section.name), match=match_of(wanted))
        asked = {text(key).lower() for table in (wanted.fixed, wanted.enforced, wanted.seeded) for key in table}
        fresh["keys"] = {}
        for key, kept in recorded["keys"].items():
            if kept["role"] == "enforced" and key.lower() not in asked:
                self._put_back(client, wanted.account, section, key, kept)
            else:
                fresh["keys"][key] = kept
        of_record = self.record[client]
        of_record[of_record.index(recorded)] = fresh
        return fresh

    # Telling.

    def _difference(self, client: str, account: str, section: Section, key: str, reason: str, value: object) -> None:
        found = section.get(raw(key))
        self.drift.append(
            drift_row(
                self.path,
                client,
                account or None,
                f"[{_display(section.name)}] {key}",
                reason,
                shown(key, None if value is None else _display(value)),
                shown(key, None if found is None else _display(found)),
            )
        )
        self._note_change(client, section, key, value)

    def _note_change(self, client: str, section: Section, key: str, value: object) -> None:
        found = section.get(raw(key))
        self.changes.append(
            (
                _display(section.name),
                key,
                None if found is None else _display(found),
                None if value is None else _display(value),
            )
        )
        self.changed.add(client)

    def _refuse(self, client: str, wanted: object, section: Section, reason: str) -> None:
        self.errors.append((wanted.account, client, f"[{_display(section.name)}] in {self.path} {reason}."))


def _display(value: bytes) -> str:
    return value.decode("utf-8", "backslashreplace")
