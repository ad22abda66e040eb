"""Headless Chromium with a profile of its own, driven by Debian's chromedriver."""

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync",
         "--disable-dev-shm-usage", "--window-size=1100,640")


class Browser:
    def __init__(self, profile, url):
        options = webdriver.ChromeOptions()
        options.binary_location = "/usr/bin/chromium"
        for flag in (*FLAGS, f"--user-data-dir={profile}"):
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
        self.driver.get(url)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.driver.quit()

    def id(self, name):
        return self.driver.find_element(By.ID, name)

    def text(self, name):
        return self.id(name).text

    def click(self, name):
        self.id(name).click()

    def type(self, name, text):
        field = self.id(name)
        field.clear()
        field.send_keys(text)

    def until(self, check, what, seconds=10):
        return WebDriverWait(self.driver, seconds, 0.05).until(lambda _: check(), what)

    def rows(self):
        """The texts of the list, read at one moment: the page replaces it as a whole."""
        return self.driver.execute_script(
            "return [...document.querySelectorAll('#sessions tr')].map((row) => row.innerText);")

    def buttons(self):
        return self.driver.find_elements(By.CSS_SELECTOR, "#sessions button")

    def run(self, script):
        """What an async function of the page returns."""
        return self.driver.execute_async_script(
            "const done = arguments[arguments.length - 1];"
            f"(async () => {{ {script} }})().then(done, (error) => done('failed: ' + error));")

    def errors(self):
        """Errors of the console, but for the answers of 401 that the walk provokes."""
        return [entry["message"] for entry in self.driver.get_log("browser")
                if entry["level"] == "SEVERE" and "status of 401" not in entry["message"]]
