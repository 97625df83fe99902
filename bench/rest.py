"""How large it is: memory at rest, and an agent's page over the wire."""

import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Page, sync_playwright

from bench.desk import HELPDESK, Grounds
from bench.results import Row
from tests.journeys.product import Product

PSS = re.compile(r"^Pss:\s+(\d+) kB", re.M)
CALM_SECONDS = 10


@contextmanager
def demo() -> Iterator[Product]:
    """The demo desk."""
    folder = Path(tempfile.mkdtemp(prefix="helpdesk-bench-demo-"))
    product = Product(folder, [HELPDESK, "run"], {})
    try:
        yield product.wait_until_ready()
    finally:
        product.process.terminate()
        product.process.wait(20)
        shutil.rmtree(folder, ignore_errors=True)


def at_rest(_grounds: Grounds) -> Iterator[Row]:
    """The sum of PSS over all processes of the demo, after an agent has looked at some pages and nothing more happened."""
    with demo() as product, browser() as page:
        sign_in(page, product)
        for path in ("/tickets", "/tickets?view=mine", "/search?q=parcel", "/tickets?view=solved"):
            page.goto(product.url + path)
        page.goto("about:blank")
        time.sleep(CALM_SECONDS)
        pids = family(product.process.pid)
        total = sum(pss(pid) for pid in pids)
    yield Row("rest sum of PSS", round(total / 1024), "MB", 250.0, n=len(pids))


def page(_grounds: Grounds) -> Iterator[Row]:
    """What a browser without a cache loads for the list with an open ticket, and from where."""
    with demo() as product, browser() as window:
        sign_in(window, product)
        number = re.findall(r'href="/tickets/(\d+)"', window.content())[0]
        for name, path in (("list", "/tickets"), ("ticket", f"/tickets/{number}")):
            size, hosts = loaded(window, product.url + path)
            yield Row(f"page {name} over the wire", round(size / 1000, 1), "kB", 150.0)
            yield Row(f"page {name} other hosts asked", len(hosts - {urlsplit(product.url).netloc}), "hosts", 0, n=len(hosts))


def loaded(window: Page, url: str) -> tuple[int, set[str]]:
    """Bytes over the wire, headers and fonts included, with an empty cache; and the hosts that were asked."""
    line = window.context.new_cdp_session(window)
    line.send("Network.enable")
    line.send("Network.setCacheDisabled", {"cacheDisabled": True})
    sizes, hosts = [], set()
    line.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    line.on("Network.requestWillBeSent", lambda event: hosts.add(urlsplit(event["request"]["url"]).netloc))
    window.goto(url, wait_until="load")
    window.wait_for_timeout(1500)
    line.detach()
    return int(sum(sizes)), {host for host in hosts if host}


@contextmanager
def browser() -> Iterator[Page]:
    """A window of Debian's Chromium."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-background-networking"]
        )
        yield chromium.new_page(viewport={"width": 1440, "height": 900})
        chromium.close()


def sign_in(window: Page, product: Product) -> None:
    """As the demo's agent."""
    window.goto(f"{product.url}/login")
    window.fill("[name=email]", "agent@example.com")
    window.fill("[name=password]", product.password("agent@example.com"))
    window.click("form:has([name=password]) button[type=submit], form:has([name=password]) button:not([type])")
    window.wait_for_url("**/tickets**")


def family(pid: int) -> list[int]:
    """A process and all that descend from it."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(grandchild for child in children for grandchild in family(int(child)))]


def pss(pid: int) -> int:
    """Its share of the memory, in kB."""
    found = PSS.search(Path(f"/proc/{pid}/smaps_rollup").read_text())
    return int(found[1]) if found else 0
