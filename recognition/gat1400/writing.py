"""Strict writing of one object: what the standard requires is there and has its form, or nothing is built."""

from __future__ import annotations

from datetime import datetime, tzinfo

from recognition.gat1400.moments import write_moment


class CannotBuild(ValueError):
    """A record lacks what its message needs: the field of the standard and the value that does not fit."""

    def __init__(self, field: str, value: object, why: str) -> None:
        super().__init__(f"{field}: {why} ({str(value)[:80]!r})")
        self.field = field
        self.value = value


class Writer:
    """Collects the fields of one object in the standard's order."""

    __slots__ = ("fields", "zone")

    def __init__(self, zone: tzinfo) -> None:
        """`zone`: in which times are written."""
        self.zone = zone
        self.fields: dict[str, object] = {}

    def put(self, name: str, value: object) -> None:
        """An optional field; absent and empty values are left out."""
        if value is not None and value != "":
            self.fields[name] = value

    def need(self, name: str, value: str) -> None:
        """A required text."""
        if not value or not value.isprintable():
            raise CannotBuild(name, value, "a printable text is needed")
        self.fields[name] = value

    def digits(self, name: str, value: str | None, length: int) -> None:
        """A required identifier of exactly `length` digits."""
        if value is None or len(value) != length or not (value.isascii() and value.isdigit()):
            raise CannotBuild(name, value, f"{length} digits are needed")
        self.fields[name] = value

    def optional_digits(self, name: str, value: str | None, length: int) -> None:
        """The same where the field may be left out."""
        if value is not None:
            self.digits(name, value, length)

    def moment(self, name: str, value: datetime | None) -> None:
        """A required time, written in the zone of the system."""
        if value is None or value.tzinfo is None:
            raise CannotBuild(name, value, "a time with a zone is needed")
        self.fields[name] = write_moment(value, self.zone)

    def optional_moment(self, name: str, value: datetime | None) -> None:
        """The same where the field may be left out."""
        if value is not None:
            self.moment(name, value)

    def position(self, value: tuple[float, float] | None) -> None:
        """(lon, lat) in degrees; six decimals, as the standard has it."""
        if value is None:
            return
        lon, lat = value
        if not (-180 <= lon <= 180 and -90 <= lat <= 90):
            raise CannotBuild("Longitude", value, "degrees on the globe are needed")
        self.fields["Longitude"], self.fields["Latitude"] = round(lon, 6), round(lat, 6)
