"""HTTP Digest: the vectors of the RFCs, and a gate that nobody passes twice, late or elsewhere."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recognition.gat1400.digest import Answer, DigestRefused, Gate, expected_response, ha1, read_answer

NOW = datetime(2026, 6, 10, 0, 30, tzinfo=UTC)
PATH = "/VIID/System/Register"
USER, PASSWORD = "viid-user", "example-secret"
GATE = Gate(b"0123456789abcdef")
SECRETS = {USER: ha1(USER, GATE.realm, PASSWORD)}


class Spent:
    """Counts of nonces as a caller keeps them."""

    def __init__(self) -> None:
        self.highest: dict[str, int] = {}

    def __call__(self, nonce: str, count: int) -> bool:
        if count <= self.highest.get(nonce, 0):
            return False
        self.highest[nonce] = count
        return True


def _header(answer: Answer, method: str = "POST", password: str = PASSWORD) -> str:
    secret = ha1(answer.username, answer.realm, password, answer.algorithm)
    response = expected_response(answer, secret_ha1=secret, method=method)
    qop = f'qop={answer.qop}, nc={answer.nc}, cnonce="{answer.cnonce}", ' if answer.qop else ""
    return (
        f'Digest username="{answer.username}", realm="{answer.realm}", nonce="{answer.nonce}", uri="{answer.uri}", '
        f'{qop}response="{response}", algorithm={answer.algorithm}'
    )


def _answer(**other: str) -> Answer:
    nonce = GATE.nonce(NOW)
    plain = Answer(USER, GATE.realm, nonce, PATH, "", qop="auth", nc="00000001", cnonce="0a4f113b")
    return replace(plain, **other)


def _check(header: str, *, gate: Gate = GATE, now: datetime = NOW, spend: Spent | None = None, method: str = "POST"):
    return gate.check(
        header, method=method, path=PATH, now=now, secret_of=SECRETS.get, spend=Spent() if spend is None else spend
    )


@pytest.mark.parametrize(
    ("algorithm", "response"),
    [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ],
)
def test_rfc_7616_section_3_9_1(algorithm: str, response: str) -> None:
    answer = read_answer(
        'Digest username="Mufasa", realm="http-auth@example.org", uri="/dir/index.html", '
        f"algorithm={algorithm}, "
        'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", nc=00000001, '
        'cnonce="f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", qop=auth, '
        f'response="{response}", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"'
    )
    secret = ha1("Mufasa", "http-auth@example.org", "Circle of Life", algorithm)
    assert expected_response(answer, secret_ha1=secret, method="GET") == answer.response == response


def test_rfc_2617_section_3_5() -> None:
    answer = read_answer(
        'Digest username="Mufasa", realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", '
        'uri="/dir/index.html", qop=auth, nc=00000001, cnonce="0a4f113b", '
        'response="6629fae49393a05397450978507c4ef1", opaque="5ccc069c403ebaf9f0171e9517f40e41"'
    )
    secret = ha1("Mufasa", "testrealm@host.com", "Circle Of Life")
    assert secret == "939e7578ed9e3c518a452acee763bce9"
    assert expected_response(answer, secret_ha1=secret, method="GET") == answer.response


def test_rfc_2069_with_its_erratum() -> None:
    answer = Answer("Mufasa", "testrealm@host.com", "dcd98b7102dd2f0e8b11d0f600bfb0c093", "/dir/index.html", "")
    secret = ha1("Mufasa", "testrealm@host.com", "CircleOfLife")
    assert expected_response(answer, secret_ha1=secret, method="GET") == "1949323746fe6a43ef61f9606e7febea"


def test_a_device_signs_in_and_goes_on_counting() -> None:
    challenge = GATE.challenge(NOW)
    assert challenge.startswith('Digest realm="viid", qop="auth", nonce="') and "stale" not in challenge
    spend, answer = Spent(), _answer()
    assert _check(_header(answer), spend=spend).username == USER
    assert _check(_header(replace(answer, nc="0000000a")), spend=spend).count == 10
    for count in ("0000000a", "00000002"):
        with pytest.raises(DigestRefused) as refused:
            _check(_header(replace(answer, nc=count)), spend=spend)
        assert refused.value.code == "replayed"


@pytest.mark.parametrize(
    "uri", [PATH, PATH + "/", PATH + "?x=1", "http://example.org:8080" + PATH], ids=["path", "slash", "query", "whole"]
)
def test_devices_write_the_address_in_many_ways(uri: str) -> None:
    assert _check(_header(_answer(uri=uri))).username == USER


def test_devices_quote_as_they_please() -> None:
    header = _header(_answer(nc="1")).replace("qop=auth", 'qop="auth"').replace("algorithm=MD5", 'algorithm="md5"')
    assert _check(header.replace("Digest ", "digest  ").replace(", ", ",")).count == 1


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (_answer(username="stranger"), "wrong_answer"),
        (_answer(uri="/VIID/Faces"), "wrong_place"),
        (_answer(uri="http://[" + PATH), "wrong_place"),
        (_answer(realm="elsewhere"), "malformed"),
        (_answer(algorithm="SHA-256"), "malformed"),
        (_answer(nonce="0" * 64), "stale_nonce"),
        (_answer(nonce="0123456789abcdef0123456789abcdef"), "stale_nonce"),
        (_answer(nc="00000000"), "replayed"),
        (_answer(qop=""), "malformed"),
        (_answer(qop="auth-int"), "malformed"),
        (_answer(nc="xyz"), "malformed"),
        (_answer(cnonce=""), "malformed"),
    ],
)
def test_what_does_not_sign_in(answer: Answer, code: str) -> None:
    with pytest.raises(DigestRefused) as refused:
        _check(_header(answer))
    assert refused.value.code == code


def test_a_wrong_secret_or_method_is_refused_and_spends_nothing() -> None:
    spend = Spent()
    for header, method in ((_header(_answer(), password="wrong"), "POST"), (_header(_answer()), "GET")):
        with pytest.raises(DigestRefused) as refused:
            _check(header, spend=spend, method=method)
        assert refused.value.code == "wrong_answer" and not refused.value.stale
    assert spend.highest == {}


def test_a_nonce_grows_old_and_says_so() -> None:
    header = _header(_answer())
    assert _check(header, now=NOW + GATE.life)
    for moment in (NOW + GATE.life + timedelta(seconds=1), NOW - timedelta(seconds=5)):
        with pytest.raises(DigestRefused) as refused:
            _check(header, now=moment)
        assert refused.value.stale
    assert GATE.challenge(NOW, stale=True).endswith("stale=true")


def test_another_gate_does_not_know_the_nonce() -> None:
    with pytest.raises(DigestRefused) as refused:
        _check(_header(_answer()), gate=Gate(b"another key of a gate"))
    assert refused.value.code == "stale_nonce"


def test_the_old_form_is_let_in_only_where_allowed_and_once() -> None:
    gate, spend = replace(GATE, allow_without_qop=True), Spent()
    header = _header(_answer(qop=""))
    assert _check(header, gate=gate, spend=spend).count == 1
    with pytest.raises(DigestRefused) as refused:
        _check(header, gate=gate, spend=spend)
    assert refused.value.code == "replayed"


def test_sha_256_where_the_gate_offers_it() -> None:
    gate = replace(GATE, algorithm="SHA-256")
    answer = _answer(algorithm="SHA-256")
    secrets = {USER: ha1(USER, gate.realm, PASSWORD, "SHA-256")}
    signed_in = gate.check(_header(answer), method="POST", path=PATH, now=NOW, secret_of=secrets.get, spend=Spent())
    assert signed_in.username == USER


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Basic dXNlcjpzZWNyZXQ=",
        "Digest",
        "Digest x",
        'Digest username="a',
        "Digest ,",
        "Digest x=\ud800",
        "Digest x=\n",
    ],
)
def test_other_headers_are_no_answer(header: str) -> None:
    with pytest.raises(DigestRefused) as refused:
        _check(header)
    assert refused.value.code in ("no_answer", "malformed")


def test_a_part_given_twice_is_refused() -> None:
    with pytest.raises(DigestRefused) as refused:
        _check(_header(_answer()) + ', username="other"')
    assert refused.value.code == "malformed"


@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256"])
def test_a_client_that_others_wrote_signs_in(algorithm: str) -> None:
    gate, spend, seen = replace(GATE, algorithm=algorithm), Spent(), []
    secrets = {USER: ha1(USER, gate.realm, PASSWORD, algorithm)}

    def answer(request: httpx.Request) -> httpx.Response:
        header = request.headers.get("Authorization", "")
        seen.append(header)
        try:
            gate.check(
                header, method=request.method, path=request.url.path, now=NOW, secret_of=secrets.get, spend=spend
            )
        except DigestRefused as refused:
            challenge = gate.challenge(NOW, stale=refused.stale)
            return httpx.Response(401, headers={"WWW-Authenticate": challenge})
        return httpx.Response(200)

    transport = httpx.MockTransport(answer)
    with httpx.Client(
        transport=transport, auth=httpx.DigestAuth(USER, PASSWORD), base_url="http://example.org"
    ) as client:
        # The second request goes on with the nonce of the first and counts.
        assert [client.post(PATH, content=b"{}").status_code for _ in range(2)] == [200, 200]
    assert len(seen) == 3 and list(spend.highest.values()) == [2]
    wrong = httpx.DigestAuth(USER, "wrong")
    with httpx.Client(transport=transport, auth=wrong, base_url="http://example.org") as client:
        assert client.post(PATH).status_code == 401


def test_a_gate_needs_a_key() -> None:
    with pytest.raises(ValueError, match="key"):
        Gate(b"short")
    with pytest.raises(ValueError, match="algorithm"):
        ha1(USER, GATE.realm, PASSWORD, "SHA-1")


@settings(deadline=None)
@given(
    st.text(max_size=80) | st.text(alphabet='digestusernamenonceuriresponse="\\, ', max_size=120).map("Digest ".__add__)
)
def test_no_header_gets_past_the_typed_refusal(header: str) -> None:
    with pytest.raises(DigestRefused):
        _check(header)


@settings(deadline=None)
@given(st.integers(0, 10_000), st.characters())
def test_no_changed_answer_signs_in(at: int, char: str) -> None:
    header = _header(_answer(nonce=GATE.nonce(NOW, b"fixed...")))
    place = header.index("response=") + 10 + at % 32
    changed = header[:place] + char + header[place + 1 :]
    if changed.lower() == header.lower():
        return
    with pytest.raises(DigestRefused):
        _check(changed)
