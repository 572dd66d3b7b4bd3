"""From four corners to an upright plate: homography, small changes of view, and two rows laid side by side."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from recognition.reading.networks import Floats
from recognition.reading.types import Picture

WIDTH_PX, HEIGHT_PX = 160, 48
TALL_WIDTH_PX, TALL_HEIGHT_PX = 200, 124
# Below this ratio of sides a plate may have two rows (440 × 220 mm is 2.0, 440 × 140 mm is 3.1, seen askew 2.5).
TWO_ROWS_BELOW = 2.55


@dataclass(frozen=True, slots=True)
class View:
    """A way to cut the plate out. `wider`, `taller`: the corners moved out from their centre; `right`: all of them
    moved along the plate; `shear`: the upper edge moved right, the lower one left. Shares of the plate's sides.
    """

    wider: float
    taller: float
    right: float = 0.0
    shear: float = 0.0


# The order in which they are tried: as found, wider, leaning to either side, towards the province, narrower.
VIEWS: tuple[View, ...] = (
    View(0.03, 0.03),
    View(0.12, 0.06),
    View(0.03, 0.03, shear=0.05),
    View(0.03, 0.03, shear=-0.05),
    View(0.12, 0.03, right=-0.05),
    View(-0.03, -0.04),
)


@dataclass(frozen=True, slots=True)
class RowCut:
    """Where a two-row plate is cut: the upper row from `top` to `upper_end`, the lower from `lower_start` to its end,
    and how far the upper row's characters stand in from the sides; shares of the plate's height and width.
    """

    top: float
    upper_end: float
    lower_start: float
    inset: float


ROW_CUTS: tuple[RowCut, ...] = (RowCut(0.02, 0.40, 0.36, 0.12), RowCut(0.0, 0.44, 0.40, 0.10))


def sides(quad: Floats) -> tuple[float, float]:
    """Mean width and height of a quadrilateral in order, pixels."""
    width = (np.linalg.norm(quad[1] - quad[0]) + np.linalg.norm(quad[2] - quad[3])) / 2
    height = (np.linalg.norm(quad[3] - quad[0]) + np.linalg.norm(quad[2] - quad[1])) / 2
    return float(width), float(height)


def upright(picture: Picture, quad: Floats, view: View, size: tuple[int, int] = (WIDTH_PX, HEIGHT_PX)) -> Picture:
    """The plate alone, `size` (width, height) pixels."""
    matrix = homography(quad, view, size)
    flat: Picture = cv2.warpPerspective(picture, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return flat


def homography(quad: Floats, view: View, size: tuple[int, int] = (WIDTH_PX, HEIGHT_PX)) -> NDArray[np.float64]:
    """From pixels of the picture to those of the upright plate."""
    along = (quad[1] - quad[0] + quad[2] - quad[3]) / 2
    down = (quad[3] - quad[0] + quad[2] - quad[1]) / 2
    out, lean = along * view.wider / 2, along * view.shear
    up = down * view.taller / 2
    moves = np.array([-out - up + lean, out - up + lean, out + up - lean, -out + up - lean])
    moved = np.asarray(quad + along * view.right + moves, np.float32)
    width, height = size
    target = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    return np.asarray(cv2.getPerspectiveTransform(moved, target), np.float64)


def side_by_side(tall: Picture, cut: RowCut) -> Picture:
    """A two-row plate (upright, any size) as one row: the upper row's two characters, then the lower row."""
    height, width = tall.shape[:2]
    upper = tall[
        round(cut.top * height) : round(cut.upper_end * height), round(cut.inset * width) : -round(cut.inset * width)
    ]
    lower = tall[round(cut.lower_start * height) : round(0.985 * height)]
    return np.asarray(np.hstack([cv2.resize(upper, (96, HEIGHT_PX)), cv2.resize(lower, (200, HEIGHT_PX))]), np.uint8)


def raised(quad: Floats, share: float) -> Floats:
    """The corners with the upper edge moved up by a share of the height."""
    up = np.array([quad[0] - quad[3], quad[1] - quad[2], [0, 0], [0, 0]], np.float32)
    return np.asarray(quad + up * share, np.float32)


def whole(picture: Picture) -> Floats:
    """The picture's own corners: for pictures that show a plate and nothing else."""
    height, width = picture.shape[:2]
    return np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)


def brightened(picture: Picture) -> Picture:
    """Local contrast raised (night, glare): lightness alone, colours stay."""
    lab = cv2.cvtColor(picture, cv2.COLOR_BGR2LAB)
    lab[..., 0] = cv2.createCLAHE(3.0, (8, 8)).apply(lab[..., 0])
    bright: Picture = cv2.cvtColor(lab, cv2.COLOR_LAB2BGR)
    return bright
