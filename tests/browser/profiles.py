"""Browser profiles that outlive a test: scripts and styles that pages loaded stay, what they stored goes."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

STORED = "local_storage,indexeddb,cache_storage,service_workers,file_systems"


class Profiles:
    """A new profile loads, reads and compiles everything anew; one that was used before is taken when it is idle."""

    def __init__(self, browser: Any, url: str) -> None:
        self._browser, self._url = browser, url
        self._idle: dict[str, list[Any]] = defaultdict(list)
        self._in_use: list[tuple[str, Any]] = []

    def page(self, options: dict[str, Any], *, fresh: bool = False) -> Any:
        """A page of a profile with these options in which nothing is stored and that no other page of the test has.

        `fresh`: of one that is made for it and thrown away, since what is done to it cannot be undone.
        """
        kind = "" if fresh else repr(sorted(options.items()))
        context = self._idle[kind].pop() if self._idle[kind] else None
        if context is None:
            context = self._browser.new_context(**options)
            page = context.new_page()
        else:
            page = context.new_page()
            self._clear(context, page, options)
        self._in_use.append((kind, context))
        return page

    def give_back(self) -> None:
        """The test is over: its pages are closed."""
        for kind, context in self._in_use:
            if kind:
                for page in context.pages:
                    page.close()
                self._idle[kind].append(context)
            else:
                context.close()
        self._in_use.clear()

    def _clear(self, context: Any, page: Any, options: dict[str, Any]) -> None:
        context.clear_cookies()
        context.clear_permissions()
        if options.get("permissions"):
            context.grant_permissions(options["permissions"])
        context.set_geolocation(options.get("geolocation"))
        context.set_offline(options.get("offline", False))
        context.unroute_all()
        session = context.new_cdp_session(page)
        session.send("Storage.clearDataForOrigin", {"origin": self._url, "storageTypes": STORED})
        session.detach()
