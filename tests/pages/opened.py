"""What an agent opens over a ticket, each by the way a person would."""

from playwright.async_api import Page, expect


async def menus(page: Page) -> None:
    """Every picker of the head, one after another stays open."""
    await page.evaluate("document.querySelectorAll('#ticket-head details.picker').forEach(one => { one.open = true; })")


async def chosen_tickets(page: Page) -> None:
    """Two tickets of the list are ticked, and the last menu of the bar over the list's head is open."""
    await page.evaluate("[...document.querySelectorAll('[data-list] .pick')].slice(0, 2).forEach(one => one.click())")
    await expect(page.locator("[data-picked] .picker").last).to_be_attached()
    await page.evaluate("document.querySelectorAll('[data-picked] .picker').forEach(one => { one.open = true; })")


async def sheet_of_keys(page: Page) -> None:
    """The ? key."""
    await page.locator("body").press("Shift+Slash")
    await expect(page.locator("#key-sheet")).to_be_visible()


async def palette(page: Page) -> None:
    """Ctrl K and a letter."""
    await page.locator("body").press("Control+KeyK")
    await page.locator("#palette input").fill("1")
    await expect(page.locator("#palette-list [role=option]").first).to_be_visible()


async def note(page: Page) -> None:
    """The composer turned to a note."""
    await page.locator("[data-turn=note]").click()
    await expect(page.locator(".composer-note textarea")).to_be_visible()


async def canned_replies(page: Page) -> None:
    """A slash at the start of a word; the list is there."""
    await page.locator("[data-composer-form=reply] textarea").fill("أهلًا ")
    await page.locator("[data-composer-form=reply] textarea").press_sequentially("/")
    await expect(page.locator("#canned-list [role=option]").first).to_be_visible()


async def stopped_send(page: Page) -> None:
    """A reply whose author has not seen the newest event."""
    form = page.locator("[data-composer-form=reply]")
    await form.locator("textarea").fill("هذا ردّ كُتب قبل أن تصل الرسالة الأخيرة.")
    await form.locator("[name=seen_event_id]").evaluate("field => { field.value = 1; }")
    await form.locator("[data-send=send]").click()
    await expect(page.locator("[role=alertdialog]")).to_be_visible()


async def stopped_send_without_a_script(page: Page) -> None:
    """The same as a page of its own."""
    form = page.locator("[data-composer-form=reply]")
    await form.locator("textarea").fill("هذا ردّ كُتب قبل أن تصل الرسالة الأخيرة.")
    await form.locator("[name=seen_event_id]").evaluate("field => { field.value = 1; }")
    async with page.expect_navigation():
        await form.evaluate("form => HTMLFormElement.prototype.submit.call(form)")
    await expect(page.locator("[role=alertdialog]")).to_be_visible()


ALL = (menus, chosen_tickets, sheet_of_keys, palette, note, canned_replies, stopped_send, stopped_send_without_a_script)
