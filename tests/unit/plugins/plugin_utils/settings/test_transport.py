# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.settings.transport import (
    ENCRYPTION_WORDS,
    EncryptionWord,
    SslWord,
    read_transport,
)
from ansible_collections.mailfleet.autodiscover.tests.unit.plugins.plugin_utils.documents import codes, meaning, pop3

# Encryption and SSL, then what they mean with a port of implicit TLS, one of STARTTLS, another one, and none:
# S is TLS from the first byte, T is STARTTLS, P is no encryption; in small letters the parts contradict each other.
TABLE = """
none    on        s t t t
none    off       s P P P
none    starttls  s t t t
none    unknown   s t t t
none    absent    s P P P
ssl     on        S s S S
ssl     off       S s S S
ssl     starttls  S s S S
ssl     unknown   S s S S
ssl     absent    S s S S
tls     on        s T T T
tls     off       s T T T
tls     starttls  s T T T
tls     unknown   s T T T
tls     absent    s T T T
auto    on        S T s s
auto    off       S T s s
auto    starttls  S T s s
auto    unknown   S T s s
auto    absent    S T s s
absent  on        S T S S
absent  off       s P P P
absent  starttls  s T T T
absent  unknown   S T S S
absent  absent    S T S S
"""
PORTS: dict[str, tuple[int | None, ...]] = {
    "implicit": (993, 995, 465),
    "starttls": (25, 110, 143, 587),
    "other": (2525, 1, 65535),
    "absent": (None,),
}
MEANS = {"S": "SSL", "T": "STARTTLS", "P": "plain"}
CASES = [
    pytest.param(encryption, ssl, PORTS[kind], MEANS[letter.upper()], letter.islower(), id=f"{encryption}-{ssl}-{kind}")
    for encryption, ssl, *letters in map(str.split, TABLE.strip().splitlines())
    for kind, letter in zip(PORTS, letters, strict=True)
]


def test_the_table_is_complete() -> None:
    assert len({case.id for case in CASES}) == 5 * 5 * 4


@pytest.mark.parametrize("encryption, ssl, ports, means, contradiction", CASES)
def test_reading(
    encryption: EncryptionWord, ssl: SslWord, ports: tuple[int | None, ...], means: str, contradiction: bool
) -> None:
    for port in ports:
        reading = read_transport(encryption, ssl, port)
        assert (reading.socket_type, reading.contradiction) == (means, contradiction), port


@pytest.mark.parametrize(
    "word, means",
    [
        pytest.param("none", "none", id="None"),
        pytest.param("ssl", "ssl", id="SSL"),
        pytest.param("tls", "tls", id="TLS"),
        pytest.param("starttls", "tls", id="STARTTLS"),
        pytest.param("auto", "auto", id="Auto"),
        pytest.param("", "absent", id="empty"),
    ],
)
def test_words_of_encryption(word: str, means: str) -> None:
    assert ENCRYPTION_WORDS[word] == means


BY_DOCUMENT = [
    pytest.param({"SSL": "on"}, 587, "STARTTLS", set(), id="SSL on 587"),
    pytest.param({"SSL": "on"}, 995, "SSL", set(), id="SSL on 995"),
    pytest.param({"SSL": None}, 995, "SSL", set(), id="nothing on 995"),
    pytest.param({"SSL": None}, 2110, "SSL", set(), id="nothing on 2110"),
    pytest.param({"SSL": ""}, 110, "STARTTLS", set(), id="SSL empty on 110"),
    pytest.param({"SSL": "off"}, 110, "plain", {"plaintext-credentials"}, id="SSL off on 110"),
    pytest.param({"SSL": "OFF"}, 995, "SSL", {"encryption-port-contradiction"}, id="SSL off on 995"),
    pytest.param({"SSL": "STARTTLS"}, 110, "STARTTLS", {"boolean-unknown"}, id="SSL is STARTTLS"),
    pytest.param({"SSL": "maybe"}, 110, "STARTTLS", {"boolean-unknown"}, id="SSL unknown on 110"),
    pytest.param({"SSL": "maybe"}, 2110, "SSL", {"boolean-unknown"}, id="SSL unknown on 2110"),
    pytest.param({"SSL": "yes"}, 995, "SSL", {"boolean-synonym"}, id="SSL yes"),
    pytest.param({"SSL": "0"}, 110, "plain", {"boolean-synonym", "plaintext-credentials"}, id="SSL 0"),
    pytest.param({"Encryption": " none ", "SSL": None}, 110, "plain", {"plaintext-credentials"}, id="None on 110"),
    pytest.param({"Encryption": "None"}, 110, "STARTTLS", {"encryption-port-contradiction"}, id="None, but SSL on"),
    pytest.param({"Encryption": "tLs", "SSL": "off"}, 110, "STARTTLS", set(), id="TLS, SSL off"),
    pytest.param({"Encryption": "TLS"}, 995, "SSL", {"encryption-port-contradiction"}, id="TLS on 995"),
    pytest.param({"Encryption": "SSL"}, 110, "SSL", {"encryption-port-contradiction"}, id="SSL on 110"),
    pytest.param({"Encryption": "Auto", "SSL": "off"}, 110, "STARTTLS", set(), id="Auto on 110"),
    pytest.param({"Encryption": "off", "SSL": None}, 110, "STARTTLS", {"encryption-unknown"}, id="Encryption off"),
    pytest.param({"Encryption": "false"}, 995, "SSL", {"encryption-unknown"}, id="Encryption false"),
]


@pytest.mark.parametrize("elements, port, means, noticed", BY_DOCUMENT)
def test_as_an_answer_says_it(elements: dict[str, str | None], port: int, means: str, noticed: set[str]) -> None:
    result = meaning(pop3(Port=port, **elements))
    assert result.settings.incoming[0].socket_type == means
    assert codes(result) == noticed
