"""A backup taken while everything runs brings everything back: rows, pictures, networks, audit trail, secrets."""

from __future__ import annotations

import json
import shutil
from hashlib import sha256
from pathlib import Path

import pytest

from config.launcher import postgres
from config.launcher.places import DATABASE
from core import keys
from tests.integration.launcher.conftest import House

pytestmark = [pytest.mark.slow]

COUNTS = """
select string_agg(name || '=' || n, ',' order by name) from (
  select c.relname as name, (xpath('/row/n/text()', query_to_xml(
    format('select count(*) as n from %I.%I', s.nspname, c.relname), false, true, '')))[1]::text as n
  from pg_class c join pg_namespace s on s.oid = c.relnamespace
  where s.nspname = 'public' and c.relkind in ('r', 'p') and c.relname !~ '^(spatial_ref_sys|luzhang_cache)') t
"""
# A picture and a secret, by the services that keep them.
WRITE = """
import io
from PIL import Image
from core.attachments.services import attachment_create
from stations.models import Person
held = io.BytesIO()
Image.new("RGB", (64, 48), (200, 30, 30)).save(held, "JPEG")
person = Person.objects.order_by("id").first()
print("PICTURE", attachment_create(actor_id=None, organisation_path=person.organisation.path, data=held.getvalue(),
      purpose="incident").sha256)
person.personal_phone = "13900001234"
person.save(update_fields=["personal_phone"])
"""
READ = """
from stations.models import Person
print("PHONE", Person.objects.order_by("id").first().personal_phone)
"""


def _files(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def _kept(house: House) -> dict[str, dict[str, str]]:
    """Files of pictures and networks. Live weights belong to the running process that writes them."""
    found = {name: _files(house.var / name) for name in ("media", "networks", "demo")}
    found["networks"] = {name: value for name, value in found["networks"].items() if "weights" not in name}
    return found


def _manage(house: House, *words: str) -> str:
    done = house.run("manage", *words)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_everything_comes_back(house: House, tmp_path: Path) -> None:
    picture = _manage(house, "shell", "-c", WRITE).split("PICTURE ")[1].split()[0]
    with house.demo() as demo:
        # The sealer works; then a backup is taken beside it.
        demo.wait_for("http://localhost:")
        live = house.run("backup", str(tmp_path / "live"))
        assert live.returncode == 0, live.stderr
    house.run("stop")

    saved = house.run("backup", str(tmp_path / "quiet"))
    assert saved.returncode == 0, saved.stderr
    assert "keep them apart" in saved.stderr
    _manage(house, "check")
    before, files = house.query(COUNTS), _kept(house)
    assert picture in files["media"].values()
    assert any(name.endswith(".npy") or ".bin" in name or ".npz" in name for name in files["networks"]), files

    for name in ("media", "networks", "demo", "audit-heads"):
        shutil.rmtree(house.var / name)
    postgres.recreate(house.where, DATABASE)
    assert house.query(COUNTS) == ""
    assert house.run("stop").returncode == 0

    restored = house.run("restore", str(tmp_path / "quiet"))
    assert restored.returncode == 0, restored.stderr
    _manage(house, "build_network")
    assert (house.query(COUNTS), _kept(house)) == (before, files)
    assert "PHONE 13900001234" in _manage(house, "shell", "-c", READ)
    verdict = house.run("manage", "verify_audit", "--json")
    assert verdict.returncode == 0, verdict.stdout

    assert house.run("stop").returncode == 0
    assert house.run("restore", str(tmp_path / "live")).returncode == 0
    verdict = house.run("manage", "verify_audit", "--json")
    found = json.loads(verdict.stdout)
    assert [one for one in found["findings"] if one["kind"] != "unsealed"] == [], "taken beside the sealer"
    assert found["rows"] > 0


def test_what_cannot_be_restored_is_refused_before_anything_is_touched(house: House, tmp_path: Path) -> None:
    target = tmp_path / "one"
    assert house.run("backup", str(target)).returncode == 0
    twice = house.run("backup", str(target))
    assert (twice.returncode, "is not empty: name a new folder." in twice.stderr) == (2, True)

    other = {**house.values, "LUZHANG_KEYS": keys.generate()}
    foreign = house.run("restore", str(target), values=other)
    assert foreign.returncode == 2
    assert "LUZHANG_KEYS lacks audit key 1 of this backup" in foreign.stderr
    assert "=" not in json.dumps(json.loads((target / "manifest.json").read_text(encoding="utf-8"))["keys"])

    dump = target / "database.dump"
    dump.write_bytes(dump.read_bytes()[:-1] + b"?")
    broken = house.run("restore", str(target))
    assert (broken.returncode, "database.dump differs from its SHA-256" in broken.stderr) == (2, True)
    assert house.run("restore", str(tmp_path)).stderr.count("holds no manifest.json") == 1
    house.run("stop")
