#!/usr/bin/env python3
"""Opens a report in Chromium: check-report.py REPORT.html [FOLDER]

At the widths of a phone and of a desktop, light and dark: fails where the page logs anything, asks
for anything beyond itself, is wider than the screen, or does not show another epoch when its
button is pressed. Leaves screenshots in FOLDER."""

import base64
import itertools
import json
import os
import pathlib
import select
import shutil
import subprocess
import sys
import tempfile
import time

WIDTHS = (360, 1280)
SECONDS = 30


class Browser:
    """Chromium without a window, spoken to through two pipes: the DevTools protocol."""

    def __init__(self, program, profile):
        (commands, self.to), (self.source, answers) = os.pipe(), os.pipe()
        os.set_inheritable(commands, True), os.set_inheritable(answers, True)

        def place():  # The browser expects commands at descriptor 3 and answers at 4.
            high = os.dup2(answers, 63)
            os.dup2(commands, 3), os.dup2(high, 4), os.close(63)

        words = ["--headless", "--remote-debugging-pipe", f"--user-data-dir={profile}", "--disable-gpu",
                 "--hide-scrollbars", "--no-first-run", "--disable-dev-shm-usage", "--force-color-profile=srgb"]
        if os.geteuid() == 0:
            words.append("--no-sandbox")
        self.process = subprocess.Popen(
            [program, *words], close_fds=False, preexec_fn=place, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(commands), os.close(answers)
        self.numbers, self.rest, self.events, self.session = itertools.count(1), b"", [], None
        self.deadline = time.monotonic() + SECONDS

    def next(self):
        while b"\0" not in self.rest:
            left = self.deadline - time.monotonic()
            if left <= 0 or not select.select([self.source], [], [], left)[0]:
                raise TimeoutError(f"Chromium did not answer in {SECONDS} s")
            piece = os.read(self.source, 1 << 20)
            if not piece:
                raise EOFError("Chromium ended by itself")
            self.rest += piece
        message, self.rest = self.rest.split(b"\0", 1)
        return json.loads(message)

    def call(self, method, **parameters):
        number = next(self.numbers)
        command = {"id": number, "method": method, "params": parameters}
        if self.session:
            command["sessionId"] = self.session
        os.write(self.to, json.dumps(command).encode() + b"\0")
        while True:
            answer = self.next()
            if answer.get("id") != number:
                self.events.append(answer)
            elif "error" in answer:
                raise RuntimeError(f"{method}: {answer['error']['message']}")
            else:
                return answer["result"]

    def wait(self, method):
        while not any(event.get("method") == method for event in self.events):
            self.events.append(self.next())

    def evaluate(self, expression):
        return self.call("Runtime.evaluate", expression=expression, returnByValue=True)["result"].get("value")

    def end(self):
        self.process.kill()
        self.process.wait()


# Of every label that follows its button: click it, and see what is shown.
PRESSED = """[...document.querySelectorAll('.slider label')].filter(label => {
  label.click();
  const shown = [...document.querySelectorAll('.shown')].filter(e => e.offsetHeight > 0);
  return shown.length != 1 || shown[0] != label.nextElementSibling;
}).length"""

# Letters that a reader at this width would need a glass for.
SMALL = """[...document.querySelectorAll('svg text')].filter(
  text => text.getBoundingClientRect().height < 10).map(text => text.textContent).join(' ')"""


def look(browser, report, width, scheme, folder):
    browser.events.clear()
    browser.call("Emulation.setDeviceMetricsOverride", width=width, height=800,
                 deviceScaleFactor=2 if width < 500 else 1, mobile=width < 500)
    browser.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
    browser.call("Page.navigate", url=report.as_uri())
    browser.wait("Page.loadEventFired")
    wide = browser.evaluate("document.documentElement.scrollWidth")
    if wide > width:
        yield f"the page is {wide} pixels wide"
    if wrong := browser.evaluate(PRESSED):
        yield f"{wrong} buttons do not show what belongs to them"
    if small := browser.evaluate(SMALL):
        yield f"letters are too small: {small}"
    if folder:
        picture = browser.call("Page.captureScreenshot", captureBeyondViewport=True)["data"]
        (folder / f"{width}-{scheme}.png").write_bytes(base64.b64decode(picture))
    for event in browser.events:
        name, told = event.get("method"), event.get("params", {})
        if name == "Log.entryAdded":
            yield f"the browser logs: {told['entry']['text']}"
        if name in ("Runtime.consoleAPICalled", "Runtime.exceptionThrown"):
            yield f"the page logs something: {json.dumps(told)[:200]}"
        if name == "Network.requestWillBeSent":
            url = told["request"]["url"]
            if url != report.as_uri() and not url.startswith("data:"):
                yield f"the page asks for {url}"


def main():
    if not 2 <= len(sys.argv) <= 3 or sys.argv[1].startswith("-"):
        print(__doc__, file=sys.stderr)
        return 0 if sys.argv[1:] in (["-h"], ["--help"]) else 64
    report = pathlib.Path(sys.argv[1]).resolve()
    folder = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else None
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if not report.is_file() or not program:
        print(f"check-report: {'there is no Chromium here' if report.is_file() else f'{report}: no such file'}.",
              file=sys.stderr)
        return 69 if report.is_file() else 74
    if folder:
        folder.mkdir(parents=True, exist_ok=True)
    problems = []
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        browser = Browser(program, profile)
        try:
            target = browser.call("Target.createTarget", url="about:blank")["targetId"]
            browser.session = browser.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
            for domain in ("Page", "Log", "Runtime", "Network"):
                browser.call(f"{domain}.enable")
            for width, scheme in itertools.product(WIDTHS, ("light", "dark")):
                for problem in look(browser, report, width, scheme, folder):
                    problems.append(f"at {width} pixels, {scheme}, {problem}")
        finally:
            browser.end()
    for problem in problems:
        print(f"check-report: {problem}.", file=sys.stderr)
    return 65 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
