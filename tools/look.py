"""`make look`: a page as people see it, in headless Chromium: light, dark, a phone, paper.

Chromium and pdftoppm are the system's (Debian: chromium, poppler-utils).
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
HEIGHT = 3600
PHONE = 390


def main(arguments: list[str]) -> int:
    """`look.py PAGE FOLDER`: writes the pictures into a folder."""
    page, folder = (Path(each).resolve() for each in arguments)
    browser = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if browser is None or shutil.which("pdftoppm") is None:
        sys.stderr.write(
            "Chromium or pdftoppm is missing: apt-get install chromium poppler-utils\n"
        )
        return 1
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        browse = Browser(browser, Path(scratch))
        browse.shot(page, folder / "light.png", width=1100)
        browse.shot(page, folder / "dark.png", width=1100, dark=True)
        browse.shot(framed(page, Path(scratch)), folder / "phone.png", width=560)
        browse(f"--print-to-pdf={folder / 'paper.pdf'}", "--no-pdf-header-footer", page.as_uri())
    paper = [str(folder / "paper.pdf"), str(folder / "paper")]
    subprocess.run(["pdftoppm", "-r", "80", "-png", *paper], check=True)
    sys.stdout.write("\n".join(str(each) for each in sorted(folder.iterdir())) + "\n")
    return 0


class Browser:
    """Chromium without a window, with a profile of its own."""

    def __init__(self, program: str, scratch: Path) -> None:
        self._command = [program, "--headless=new", "--no-sandbox", "--disable-gpu"]
        self._command += ["--hide-scrollbars", f"--user-data-dir={scratch / 'profile'}"]

    def __call__(self, *arguments: str) -> None:
        """Runs it to its end."""
        subprocess.run([*self._command, *arguments], check=True, capture_output=True, timeout=120)

    def shot(self, page: Path, picture: Path, *, width: int, dark: bool = False) -> None:
        """A picture of a page."""
        scheme = ["--blink-settings=preferredColorScheme=0"] if dark else []
        size = f"--window-size={width},{HEIGHT}"
        self(*scheme, size, f"--screenshot={picture}", page.as_uri())


def framed(page: Path, scratch: Path) -> Path:
    """The page in a frame as wide as a phone: no window may be that narrow."""
    frame = scratch / "frame.html"
    style = f"width:{PHONE}px;height:{HEIGHT}px;border:1px solid #888"
    frame.write_text(f'<body style="margin:0"><iframe src="{page.as_uri()}" style="{style}">')
    return frame


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
