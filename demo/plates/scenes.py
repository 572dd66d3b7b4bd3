"""Plates on the backs of cars, seen by cameras: perspective, light, dirt, blur, noise, compression; from a seed."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from demo.plates.drawing import Floats, draw
from demo.plates.texts import Style, any_style, text_of

Picture = NDArray[Any]
SIZE_PX = (960, 640)


@dataclass(frozen=True, slots=True)
class Hardness:
    """How hard a scene is to read: width of the plate in pixels (from, to), spread of its turn about the upright axis
    (degrees), greatest length of motion blur and greatest spread of blur (pixels).
    """

    plate_px: tuple[float, float] = (130.0, 300.0)
    yaw_deg: float = 18.0
    motion_px: int = 6
    blur_px: float = 1.2


USUAL = Hardness()
# Far off and moving: a single frame is read less than half the time.
FAR = Hardness(plate_px=(70.0, 104.0), motion_px=8, blur_px=1.4)


@dataclass(frozen=True, slots=True)
class Scene:
    """A picture, the text on its plate (empty: none in view), its style, and its corners in pixels."""

    picture: Picture
    text: str
    style: Style | None
    quad: Floats | None


def scene(chance: Random, style: Style | None = None, *, text: str | None = None, hardness: Hardness = USUAL) -> Scene:
    """A car with a plate: of `style` or any, with `text` or any."""
    style = style if style is not None else any_style(chance)
    text = text if text is not None else text_of(style, chance)
    plate = worn(draw(text, style, chance), chance)
    wide = chance.uniform(*hardness.plate_px)
    # Widths are those of a long plate: a motorcycle's is as near and half as wide.
    picture, quad = _placed(plate, _car(chance), chance, wide * style.size[0] / 440.0, hardness.yaw_deg)
    return Scene(seen(picture, chance, hardness), text, style, quad)


def empty_scene(chance: Random) -> Scene:
    """A car whose plate is not in view."""
    return Scene(seen(_car(chance), chance, USUAL), "", None, None)


def passage(chance: Random, style: Style | None = None, *, frames: int = 5, hardness: Hardness = FAR) -> list[Scene]:
    """Several frames of one plate."""
    style = style if style is not None else any_style(chance)
    text = text_of(style, chance)
    return [scene(chance, style, text=text, hardness=hardness) for _ in range(frames)]


def cut_out(chance: Random, style: Style | None = None) -> Scene:
    """A plate alone, as cameras send it: loosely cut, no perspective to speak of."""
    style = style if style is not None else any_style(chance)
    text = text_of(style, chance)
    plate = worn(draw(text, style, chance), chance)
    wide = chance.uniform(110, 220)
    scale = wide / plate.shape[1]
    small = cv2.resize(plate, (round(wide), round(plate.shape[0] * scale)), interpolation=cv2.INTER_AREA)
    edge = round(wide * 0.02)
    framed = cv2.copyMakeBorder(small, edge, edge, edge, edge, cv2.BORDER_CONSTANT, value=(60, 60, 60))
    return Scene(seen(framed, chance, Hardness(motion_px=3, blur_px=0.8)), text, style, None)


def worn(plate: Floats, chance: Random) -> Floats:
    """Exposure, uneven light and dirt."""
    height, width = plate.shape[:2]
    worn = plate * chance.uniform(0.35, 1.15) + chance.uniform(-15, 25)
    light = np.linspace(chance.uniform(0.6, 1), chance.uniform(0.6, 1), width, dtype=np.float32)
    worn = np.ascontiguousarray(worn * light[None, :, None], np.float32)
    for _ in range(chance.randrange(0, 5)):
        spot = (chance.randrange(width), chance.randrange(height))
        cv2.circle(worn, spot, chance.randrange(2, 9), [chance.uniform(40, 140) for _ in range(3)], -1)
    return np.clip(worn, 0, 255)


def _car(chance: Random) -> Floats:
    """A car's back: body, window, lamps, bumper, on a street."""
    width, height = SIZE_PX
    car: Floats = np.full((height, width, 3), chance.uniform(30, 170), np.float32)
    car += np.linspace(chance.uniform(-40, 40), chance.uniform(-40, 40), height, dtype=np.float32)[:, None, None]
    body = [chance.uniform(20, 230) for _ in range(3)]
    left, right = round(width * chance.uniform(0.03, 0.2)), round(width * chance.uniform(0.8, 0.97))
    top, bottom = round(height * chance.uniform(0.15, 0.35)), round(height * 0.92)
    cv2.rectangle(car, (left, top), (right, bottom), body, -1)
    cv2.rectangle(car, (left + 40, top + 20), (right - 40, top + 120), [value * 0.25 for value in body], -1)
    for lamp in (left + 60, right - 60):
        cv2.ellipse(car, (lamp, top + 190), (55, 28), 0, 0, 360, (40, 40, chance.uniform(120, 255)), -1)
    for slat in range(6):
        y = bottom - 60 + slat * 8
        cv2.line(car, (left + 30, y), (right - 30, y), [value * 0.5 for value in body], 2)
    car = cv2.GaussianBlur(car, (0, 0), chance.uniform(1, 4))
    noise = np.random.default_rng(chance.randrange(1 << 30)).normal(0, 8, (height // 4, width // 4, 3))
    return np.asarray(car + cv2.resize(noise.astype(np.float32), (width, height)), np.float32)


def _placed(plate: Floats, car: Floats, chance: Random, wide_px: float, yaw_deg: float) -> tuple[Floats, Floats]:
    """The plate turned in space and laid on the car; the picture and the plate's corners."""
    height, width = car.shape[:2]
    tall, long = plate.shape[:2]
    flat = turned((tall, long), chance, wide_px, yaw_deg)
    centre = np.array([chance.uniform(0.25, 0.75) * width, chance.uniform(0.35, 0.8) * height])
    quad = np.asarray(flat + centre, np.float32)
    matrix = cv2.getPerspectiveTransform(np.array([[0, 0], [long, 0], [long, tall], [0, tall]], np.float32), quad)
    laid = cv2.warpPerspective(plate, matrix, (width, height), flags=cv2.INTER_AREA)
    mask = cv2.warpPerspective(np.ones((tall, long), np.float32), matrix, (width, height), flags=cv2.INTER_AREA)
    picture = car * (1 - mask[..., None]) + laid * mask[..., None]
    return np.asarray(picture, np.float32), np.asarray(quad, np.float32)


def turned(size: tuple[int, int], chance: Random, wide_px: float, yaw_deg: float) -> Floats:
    """The corners of a plate of `size` (height, width) turned in space, `wide_px` wide from straight before it, about
    its centre, pixels.
    """
    half, up = wide_px / 2, wide_px * size[0] / size[1] / 2
    corners = np.array([[-half, -up, 0], [half, -up, 0], [half, up, 0], [-half, up, 0]])
    yaw, roll, pitch = np.deg2rad([chance.gauss(0, yaw_deg), chance.gauss(0, 6), chance.gauss(0, 10)])
    about_y = np.array([[np.cos(yaw), 0, np.sin(yaw)], [0, 1, 0], [-np.sin(yaw), 0, np.cos(yaw)]])
    about_z = np.array([[np.cos(roll), -np.sin(roll), 0], [np.sin(roll), np.cos(roll), 0], [0, 0, 1]])
    about_x = np.array([[1, 0, 0], [0, np.cos(pitch), -np.sin(pitch)], [0, np.sin(pitch), np.cos(pitch)]])
    bent = corners @ (about_z @ about_y @ about_x).T
    away = 6 * wide_px
    return np.asarray(bent[:, :2] * (away / (away + bent[:, 2:])))


def seen(picture: Floats, chance: Random, hardness: Hardness) -> Picture:
    """By a camera: motion, focus, noise, compression."""
    noise = np.random.default_rng(chance.randrange(1 << 30))
    if chance.random() < 0.5:
        length_px = chance.randrange(3, hardness.motion_px + 1)
        picture = cv2.filter2D(picture, -1, _motion(length_px, chance.uniform(0, 180)))
    if chance.random() < 0.5:
        picture = cv2.GaussianBlur(picture, (0, 0), chance.uniform(0.4, hardness.blur_px))
    picture = picture + noise.normal(0, chance.uniform(1, 10), picture.shape).astype(np.float32)
    sharp = np.clip(picture, 0, 255).astype(np.uint8)
    _, packed = cv2.imencode(".jpg", sharp, [cv2.IMWRITE_JPEG_QUALITY, chance.randrange(45, 92)])
    return np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR), np.uint8)


def _motion(length: int, angle_deg: float) -> Floats:
    """The kernel of a straight motion of `length` pixels."""
    kernel: Floats = np.zeros((length, length), np.float32)
    kernel[length // 2] = 1 / length
    middle = length / 2 - 0.5
    turned = cv2.warpAffine(kernel, cv2.getRotationMatrix2D((middle, middle), angle_deg, 1), (length, length))
    return np.asarray(turned / max(float(turned.sum()), 1e-3), np.float32)
