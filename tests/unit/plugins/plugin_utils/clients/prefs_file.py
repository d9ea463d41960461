# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Items of ``client_files`` with sections in; the sections as a client reads them from the written file out."""

from __future__ import annotations

from .reading import Files

Sections = list[tuple[str, dict[str, str]]]


def written(file: dict[str, object]) -> str:
    """Return the file as it is when nothing was there before."""
    lines: list[str] = []
    for number, section in enumerate(file["sections"], 1):  # type: ignore[arg-type, var-annotated]
        name = section["name"] if section.get("name") is not None else f"{section['numbered']}{number}"
        lines.append(f"[{name}]")
        lines += [f"{key}={value}" for role in ("fixed", "enforced", "seeded") for key, value in section[role].items()]
    return "".join(f"{line}\n" for line in lines)


def sections_of(files: Files, name: str, longest: int = 1024) -> Sections:
    """Return the sections of the files called ``name``; nothing in them may break a line or stand twice."""
    found: Sections = []
    for file in files:
        if "sections" not in file or not _path(file).endswith(f"/{name}"):
            continue
        data = written(file).encode()
        assert b"\0" not in data and b"\r" not in data
        expected = len(found) + len(file["sections"])
        for line in data.decode().split("\n")[:-1]:
            assert len(line.encode()) < longest
            if line.startswith("["):
                found.append((line, {}))
                continue
            assert not line.startswith("#")
            key, equals, value = line.partition("=")
            assert equals and key not in found[-1][1]
            found[-1][1][key] = value
        assert len(found) == expected
    return found


def _path(file: dict[str, object]) -> str:
    return str(file.get("path") or file["candidates"][0]["path"])  # type: ignore[index]
