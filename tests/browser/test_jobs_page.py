"""`/jobs/` on a phone: a dry run carried by the real worker, refused rows by line, then for real."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

expect = pytest.importorskip("playwright.sync_api").expect

CARRIED_MS = 60_000
TABLE = """编号,名称,类别,经度,纬度,坐标系
JOB-1,任务岗亭一,警务岗亭,110.47,19.24,wgs84
JOB-2,任务飞船,飞船,110.47,19.24,wgs84
JOB-3,任务岗亭二,警务岗亭,110.48,19.25,wgs84
"""
FITS = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_dry_run_then_for_real(visit: Callable[..., Any], scheme: str) -> None:
    page = visit("/jobs/", "administrator", phone=True, color_scheme=scheme)
    page.select_option("#job-kind", "stations.import_stations")
    content = TABLE.replace("JOB-", f"JOB-{scheme}-").encode()
    page.set_input_files("#job-file", {"name": "岗亭.csv", "mimeType": "text/csv", "buffer": content})
    page.get_by_role("button", name="试导入").click()
    first = page.locator("#job-list > li").first
    expect(first).to_have_attribute("data-state", "done", timeout=CARRIED_MS)
    expect(first).to_contain_text("可导入 2 行，1 行有问题")
    row = first.locator("tbody tr")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("飞船")
    expect(row.locator("td").first).to_have_text("3")
    first.locator(".job__preview summary").click()
    expect(first.locator(".job__map .leaflet-marker-icon")).to_have_count(2)
    assert page.evaluate(FITS), "nothing sticks out at 360 px"
    first.get_by_role("button", name="正式导入").click()
    expect(page.locator("#ask")).to_contain_text("1 行有问题")
    page.locator("#ask [type=submit]").click()
    real = page.locator("#job-list > li:not(:has(.chip--warn))").first
    expect(real).to_have_attribute("data-state", "done", timeout=CARRIED_MS)
    expect(real).to_contain_text("已导入 2 行")
    assert page.evaluate(FITS)
    real.get_by_role("button", name="撤销导入").click()
    page.locator("#ask [type=submit]").click()
    # The first of the list is the newest: another run may have been here before.
    undone = page.locator("#job-list > li", has_text="已移除新增的 2 条").first
    expect(undone).to_have_attribute("data-state", "done", timeout=CARRIED_MS)
    expect(page.locator("#job-list > li", has_text="已撤销").first).to_contain_text("已导入 2 行")
    assert page.evaluate(FITS)


def test_what_is_wrong_with_the_file_is_said_at_the_form(visit: Callable[..., Any]) -> None:
    page = visit("/jobs/", "administrator")
    page.select_option("#job-kind", "roads.import_roads")
    expect(page.locator("[data-option=name]")).to_be_visible()
    expect(page.locator("[data-option=datum]")).to_be_hidden()
    page.set_input_files("#job-file", {"name": "roads.txt", "mimeType": "text/plain", "buffer": b"1"})
    page.get_by_role("button", name="试导入").click()
    expect(page.locator("#job-error")).to_contain_text("不支持的文件类型")


def test_the_account_page_leads_there(visit: Callable[..., Any]) -> None:
    page = visit("/account/", "administrator")
    page.get_by_role("link", name="导入与任务").click()
    expect(page.locator("h1")).to_have_text("导入与任务")
    assert visit("/account/", "dispatcher").get_by_role("link", name="导入与任务").count() == 0
