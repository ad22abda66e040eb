"""What a person does at the example's page, with two browser profiles."""

import time

from browser import Browser
from servers import PASSWORD


def enter(browser, button, name="ada"):
    browser.type("name", name)
    browser.type("password", PASSWORD)
    browser.click(button)
    browser.until(lambda: browser.rows(), "the list of sessions")


def see_countdown(browser):
    left = int(browser.text("seconds"))
    assert 890 <= left <= 900
    browser.until(lambda: int(browser.text("seconds")) < left, "a countdown")


def renew(browser):
    browser.click("renew")
    browser.until(lambda: browser.text("renewals") == "1", "a renewal")
    assert int(browser.text("seconds")) >= 898


def ask(browser):
    browser.click("ask")
    browser.until(lambda: browser.text("answer").startswith("200"), "an answer")


def end_the_other(browser, other):
    assert len(browser.buttons()) == 1
    browser.buttons()[0].click()
    browser.until(lambda: len(browser.rows()) == 1, "one session left")
    other.click("ask")
    other.until(lambda: "Session ended" in other.text("problem"), "a refusal")
    assert other.id("enter").is_displayed()


def walk(address, folder, picture):
    """Registers, renews, sees the other browser, ends it, logs out."""
    name = f"ada{time.time_ns()}"
    with Browser(folder / "one", address + "?device=desk") as desk, \
            Browser(folder / "two", address + "?device=phone") as phone:
        enter(desk, "register", name)
        assert desk.text("who") == f"Logged in as {name}"
        see_countdown(desk)

        enter(phone, "login", name)
        assert any("desk" in row for row in phone.rows())
        desk.click("reload")
        desk.until(lambda: len(desk.rows()) == 2, "the other browser in the list")
        assert any("phone" in row for row in desk.rows())
        renew(desk)
        assert desk.text("who") == f"Logged in as {name}"
        ask(phone)
        picture.parent.mkdir(parents=True, exist_ok=True)
        desk.driver.save_screenshot(str(picture))

        end_the_other(desk, phone)
        ask(desk)
        desk.click("logout")
        desk.until(lambda: desk.id("enter").is_displayed(), "the way in")
        assert desk.errors() == [] and phone.errors() == []
