"""The record of a board: what was done with it, by whom, and its pictures where it hangs."""

from __future__ import annotations

from typing import Any

from core.attachments.scaling import PictureSize
from core.messages import spoken
from roads.models import Board, BoardPicture
from roads.states import BoardState
from stations.selectors import names_of_users


def board_record(board: Board) -> dict[str, Any]:
    """`steps` (oldest first) and `pictures` (newest first) with the names of who did it, for whoever sees the board."""
    steps = list(board.steps.order_by("id"))
    pictures = list(board.pictures.select_related("attachment").order_by("-id"))
    ids = {step.actor_id for step in steps} | {each.attachment.created_by_id for each in pictures}
    names = names_of_users(each for each in ids if each is not None)
    return {
        "steps": [
            {
                "at": step.at.isoformat(),
                "state": step.to_state,
                "state_name": spoken(BoardState(step.to_state).label),
                "edition": step.edition,
                "note": step.note,
                "by": names.get(step.actor_id or 0, ""),
            }
            for step in steps
        ],
        "pictures": [picture_json(board, each, names) for each in pictures],
    }


def picture_json(board: Board, picture: BoardPicture, names: dict[int, str]) -> dict[str, Any]:
    """Where a picture is fetched, whole and smaller; who took it, when (by the camera, else when it came) and where."""
    attachment = picture.attachment
    url = f"/api/v1/boards/{board.uid}/pictures/{attachment.uid}/"
    return {
        "uid": str(attachment.uid),
        "url": url,
        **{f"{size.value}_url": f"{url}?size={size.value}" for size in PictureSize},
        "edition": picture.edition,
        "taken_at": attachment.taken_at.isoformat() if attachment.taken_at is not None else None,
        "added_at": attachment.created_at.isoformat(),
        "by": names.get(attachment.created_by_id or 0, ""),
        "lon": round(picture.geom.x, 6) if picture.geom is not None else None,
        "lat": round(picture.geom.y, 6) if picture.geom is not None else None,
        "distance_m": picture.distance_m,
    }
