"""What a browser calls itself, in words that people know."""

from flask_babel import gettext as _

BROWSERS = {
    "Edg": "Edge", "OPR/": "Opera", "Firefox/": "Firefox", "SamsungBrowser": "Samsung Internet", "Chrome/": "Chrome", "Safari/": "Safari",
}
SYSTEMS = {"iPhone": "iPhone", "iPad": "iPad", "Android": "Android", "Windows": "Windows", "Mac OS X": "macOS", "Linux": "Linux"}
"""What stands in the text -> what it means; the first that is found counts, because each says that it is all the others too."""


def shown_browser(user_agent: str) -> str:
    """"Firefox on Linux"; nothing of the text itself is shown, since anybody may write anything there."""
    browser = next((name for mark, name in BROWSERS.items() if mark in user_agent), "")
    system = next((name for mark, name in SYSTEMS.items() if mark in user_agent), "")
    if browser and system:
        return _("%(browser)s on %(system)s", browser=browser, system=system)
    return browser or system or _("Unknown device")
