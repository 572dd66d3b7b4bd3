"""GraphML files and place names, read as a user would with osmnx.

The map services answer from tests/unit/reading/recorded/: answers written by hand in the form of the real ones, with
invented names and coordinates. No real service was asked: these tests prove how that form is read, not that a service
still answers in it.
"""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import numpy as np
import osmnx as ox
import pytest
import requests

from roads.network.source import RoadClass, SourceNetwork, WayFlag
from roads.reading.errors import PlaceNotFound, SourceOffline, SourceUnreadable
from roads.reading.graphml import read_graphml
from roads.reading.osm import read_osm
from roads.reading.place import read_place

RECORDED = Path(__file__).parent / "recorded"
CROSSING = Path(__file__).parent / "crossing.osm"


def answer(content: bytes, url: str, status: int = 200) -> requests.Response:
    response = requests.Response()
    response.status_code, response.url = status, url
    response._content = content
    return response


@pytest.fixture
def services(monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    """Both services, answering from files; the test may change the answers."""
    answers = {
        "search": (RECORDED / "nominatim.json").read_bytes(),
        "interpreter": (RECORDED / "overpass.json").read_bytes(),
        "status": b"Connected as: 1\nCurrent time: x\nAnnounced\nRate limit: 2\n2 slots available now.\n",
    }

    def serve(url: str, **_: Any) -> requests.Response:
        return answer(answers[url.rsplit("/", 1)[-1]], url)

    monkeypatch.setattr(requests, "get", serve)
    monkeypatch.setattr(requests, "post", serve)
    monkeypatch.setattr(socket, "gethostbyname", lambda _: "127.0.0.1")
    monkeypatch.setattr("time.sleep", lambda _: None)
    return answers


def rows(source: SourceNetwork) -> dict[int, tuple[str, int, int, int, int]]:
    """Name, class, nodes, one-way and flags by way; one-way as seen along growing longitude or latitude."""
    found = {}
    for w in range(source.way_count):
        nodes = source.way_nodes[source.way_ptr[w] : source.way_ptr[w + 1]]
        first, last = nodes[0], nodes[-1]
        east = float(source.lon[last] - source.lon[first]) + float(source.lat[last] - source.lat[first])
        oneway = int(source.way_oneway[w]) * (1 if east > 0 else -1)
        name = source.string_at(int(source.way_name[w]))
        found[int(source.way_ids[w])] = (name, int(source.way_class[w]), nodes.size, oneway, int(source.way_flags[w]))
    return found


def test_a_place_name(services: dict[str, bytes]) -> None:
    before = ox.settings.useful_tags_way, socket.getaddrinfo
    source = read_place("示例镇")
    assert rows(source) == {
        11: ("兴海路", RoadClass.PRIMARY, 3, 0, 0),
        12: ("兴海路", RoadClass.PRIMARY, 2, -1, WayFlag.BRIDGE),
        13: ("文化巷", RoadClass.RESIDENTIAL, 2, 0, WayFlag.NO_MOTOR),
        14: ("站前路", RoadClass.TERTIARY, 2, -1, 0),
        15: ("", RoadClass.PATH, 2, 0, 0),
    }
    assert source.name == "示例镇"
    assert source.skipped["maxspeed_zone"] == 1
    assert "OpenStreetMap" in source.attribution
    assert (ox.settings.useful_tags_way, socket.getaddrinfo) == before


def test_answers_are_kept_in_the_cache(services: dict[str, bytes], tmp_path: Path) -> None:
    first = read_place("示例镇", cache_folder=tmp_path)
    services.clear()
    again = read_place("示例镇", cache_folder=tmp_path)
    assert rows(again) == rows(first)


def test_an_unknown_place(services: dict[str, bytes]) -> None:
    services["search"] = b"[]"
    with pytest.raises(PlaceNotFound) as caught:
        read_place("没有这个地方")
    assert caught.value.field == "place"


def test_a_place_without_roads(services: dict[str, bytes]) -> None:
    services["interpreter"] = b'{"elements": []}'
    with pytest.raises(PlaceNotFound):
        read_place("示例镇")


@pytest.mark.parametrize("error", [requests.ConnectionError("no route"), requests.Timeout("slow")])
def test_no_connection(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr(requests, "get", refuse)
    monkeypatch.setattr(socket, "gethostbyname", lambda _: "127.0.0.1")
    monkeypatch.setattr("time.sleep", lambda _: None)
    with pytest.raises(SourceOffline) as caught:
        read_place("示例镇")
    assert caught.value.status == 503
    assert "--osm" in str(caught.value.cure)


def test_a_blocked_service(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requests, "get", lambda url, **_: answer(b"<html>denied</html>", url, 403))
    monkeypatch.setattr(socket, "gethostbyname", lambda _: "127.0.0.1")
    monkeypatch.setattr("time.sleep", lambda _: None)
    with pytest.raises(SourceOffline):
        read_place("示例镇")


def test_an_empty_name() -> None:
    with pytest.raises(PlaceNotFound):
        read_place("  ")


@pytest.mark.parametrize("simplify", [False, True])
def test_graphml_says_what_the_osm_file_says(tmp_path: Path, simplify: bool) -> None:
    # osmnx itself fails on ways with missing nodes.
    lines = [line for line in CROSSING.read_text(encoding="utf-8").splitlines() if 'way id="107"' not in line]
    whole = tmp_path / "whole.osm"
    whole.write_text("\n".join(lines), encoding="utf-8")
    graph = ox.graph_from_xml(whole, simplify=simplify, retain_all=True)
    file = tmp_path / "crossing.graphml"
    ox.save_graphml(graph, file)
    source, expected = read_graphml(file), read_osm(CROSSING)
    for way_id in (101, 102):
        w, x = (int(np.flatnonzero(s.way_ids == way_id)[0]) for s in (source, expected))
        assert source.way_class[w] == expected.way_class[x]
        assert rows(source)[way_id][3] == rows(expected)[way_id][3]
    assert source.skipped["bad_maxspeed"] == 1


@pytest.mark.parametrize(
    "content",
    [b"<graphml/>", b"not xml", b"<?xml version='1.0'?><graphml xmlns='http://graphml.graphdrawing.org/xmlns'/>"],
)
def test_refuses_other_files(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "x.graphml"
    file.write_bytes(content)
    with pytest.raises(SourceUnreadable):
        read_graphml(file)
