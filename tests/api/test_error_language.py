"""A refusal speaks the language that the client asks for, also where a Django-free module raised it."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Iterator

import pytest
from django.test import Client
from django.utils import translation

from core.errors import InvalidInput
from core.messages import Text, gettext_noop


@pytest.fixture(autouse=True)
def own_language() -> Iterator[None]:
    """A request leaves its language in the thread; the next test has its own."""
    before = translation.get_language()
    yield
    translation.activate(before)


CASES = [
    ("/api/v1/roads/where/?lon=110&lat=19", "坐标没有注明坐标系", "The coordinates name no datum"),
    ("/api/v1/roads/chainage/?text=?", "看不懂的桩号", "This chainage cannot be read"),
    ("/api/v1/roads/search/?q=", "请输入要查找的内容", "Say what to look for"),
    ("/tiles/nothing/1/0/0.mvt", "没有这个图层", "There is no such layer"),
    ("/api/v1/chiefs/", "请先登录", "Please sign in"),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("address", "chinese", "english"), CASES)
def test_a_refusal_speaks_the_language_of_the_client(address: str, chinese: str, english: str) -> None:
    for language, expected in (("zh-hans", chinese), ("en", english)):
        answer = Client(headers={"accept-language": language}).get(address).json()["error"]
        assert answer["message"] == expected, language


def test_a_marked_text_is_the_chinese_sentence_and_is_spoken_when_read() -> None:
    text = gettext_noop("至少 %(days)d 天", days=3)
    error = InvalidInput(text, cure=gettext_noop("如 12.5"))
    assert text == "至少 3 天"
    with translation.override("en"):
        assert (error.message, error.cure) == ("At least 3 days", "Such as 12.5")
        assert error.as_dict()["error"]["message"] == "At least 3 days"
        assert str(error) == "At least 3 days (Such as 12.5)"
    with translation.override("zh-hans"):
        assert error.message == "至少 3 天"


def test_a_marked_text_survives_copies() -> None:
    text = gettext_noop("至少 %(days)d 天", days=3)
    for other in (copy.deepcopy(text), pickle.loads(pickle.dumps(text))):
        assert isinstance(other, Text)
        assert (other, other.msgid, other.parameters) == (text, text.msgid, text.parameters)
