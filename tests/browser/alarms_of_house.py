"""Alarms in the running house of a browser test: watched vehicles that pass its first camera. Plates are invented."""

from __future__ import annotations

import subprocess

from config.launcher import children
from config.launcher.places import places
from tests.browser.stack import Installation

_SCRIPT = """
from datetime import timedelta
from io import BytesIO
from PIL import Image
from django.contrib.auth import get_user_model
from core import clock
from recognition.gat1400.pictures import Picture
from recognition.services import passages_take, watch_apply, watch_check, watch_decide
from recognition.services.picturing import pictures_keep
from stations.models import Camera
from stations.selectors import actor_for_user, organisation_root
from tests.factories.recognition import a_passage, a_sender, an_order
who = lambda name: actor_for_user(get_user_model().objects.get(username=name))
root, camera, now = organisation_root(), Camera.objects.order_by("id")[0], clock.now().replace(microsecond=0)
device, sender = a_sender(root, "4600000000502" + MARK)
kept = BytesIO()
Image.new("RGB", (320, 200), "gray").save(kept, "JPEG")
for number, plate in enumerate(PLATES):
    order = an_order(plate, category="hit_and_run", vehicle="白色轻型货车")
    entry = watch_apply(actor=who("dispatcher"), organisation=root, order=order)
    watch_check(actor=who("commander"), uid=entry.uid)
    watch_decide(actor=who("commander"), uid=entry.uid, approve=True)
    at = now - timedelta(seconds=9 - number)
    seen = a_passage(plate, at, camera.code, key=MARK + f"{number:041d}", vehicle_colour="白")
    passages_take(sender, [seen], received_at=now)
    picture = Picture(id=MARK + f"{number:034d}", kind="01", data=kept.getvalue() + bytes([number]))
    pictures_keep(sender, [picture], passage_key=seen.key, at=now)
"""


def alarms_raise(house: Installation, *plates: str, mark: str = "7000001") -> None:
    """One alarm a plate, of a category that asks a person. `mark`: seven digits, another for each call in a house."""
    script = f"MARK, PLATES = {mark!r}, {plates!r}\n{_SCRIPT}"
    subprocess.run(
        children.manage("shell", "-v0", "-c", script),
        cwd=places().root, env=dict(house.values), capture_output=True, text=True, check=True,
    )  # fmt: skip
