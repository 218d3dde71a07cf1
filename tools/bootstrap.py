"""One command from a clean clone to a running, or tested, Distanskollen. Standard library only.

    python tools/bootstrap.py run [--port 8501]     serve the dashboard (demo data if there is none)
    python tools/bootstrap.py test [pytest …]       lint and test
    python tools/bootstrap.py manage …              manage.py with the right packages
    python tools/bootstrap.py python …              Python with the packages for development
    python tools/bootstrap.py requirements          pin again after a change in pyproject.toml

Packages are installed with plain pip as the machine has set it up (a mirror, a proxy, a folder of
wheels): no index is named here. What is done is told on stderr, in Swedish.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
WINDOWS = os.name == "nt"
OLDEST = (3, 11)
USERS, DEVELOPERS = "requirements.txt", "requirements-dev.txt"


def say(text: str) -> None:
    """Tell progress on stderr."""
    print(text, file=sys.stderr, flush=True)


def give_up(text: str) -> None:
    """Tell what is wrong and what to do, and exit with status 1."""
    say("\n" + text)
    raise SystemExit(1)


def is_root() -> bool:
    """Return whether packages of the system may be installed without asking."""
    return hasattr(os, "geteuid") and os.geteuid() == 0


def succeeds(command: list[str], **options: object) -> bool:
    """Run ``command`` and return whether it ended with 0; a program that is missing is a no."""
    try:
        return subprocess.run(command, cwd=ROOT, check=False, **options).returncode == 0
    except OSError:
        return False


def twice(command: list[str]) -> bool:
    """Run ``command``, once more after a pause if it fails: networks stumble."""
    if succeeds(command):
        return True
    say("Det gick inte. Försöker en gång till om fem sekunder …")
    time.sleep(5)
    return succeeds(command)


# ------------------------------------------------------------------ Python and packages


def new_enough(python: str) -> bool:
    """Return whether the program ``python`` is at least ``OLDEST``."""
    test = f"import sys; sys.exit(sys.version_info < {OLDEST})"
    return succeeds([python, "-c", test], stderr=subprocess.DEVNULL)


def require_python() -> None:
    """Go on in a newer Python if this one is too old and another is installed; else give up."""
    if sys.version_info >= OLDEST:
        return
    for minor in range(14, OLDEST[1] - 1, -1):
        python = shutil.which(f"python3.{minor}")
        if python and new_enough(python):
            raise SystemExit(subprocess.call([python, str(Path(__file__)), *sys.argv[1:]]))
    version = ".".join(map(str, sys.version_info[:3]))
    give_up(
        f"Distanskollen behöver Python {OLDEST[0]}.{OLDEST[1]} eller nyare; det här är {version}.\n"
        "Installera en nyare Python (python.org eller systemets pakethanterare) och försök igen."
    )


def venv_python() -> str:
    """Return the path of the virtual environment's Python."""
    return str(VENV / ("Scripts/python.exe" if WINDOWS else "bin/python"))


def has_pip() -> bool:
    """Return whether the virtual environment exists, is new enough and can install packages."""
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return new_enough(venv_python()) and succeeds([venv_python(), "-m", "pip", "-V"], **quiet)


def make_venv() -> None:
    """Make ``.venv`` unless it is there and works."""
    if has_pip():
        return
    say("Skapar en egen Pythonmiljö i .venv …")
    ways = [
        [sys.executable, "-m", "venv", "--clear", str(VENV)],
        [sys.executable, "-m", "virtualenv", "--clear", str(VENV)],
        ["virtualenv", "--clear", "-p", sys.executable, str(VENV)],
    ]
    if any(succeeds(way, stderr=subprocess.DEVNULL) and has_pip() for way in ways):
        return
    # Debian and Ubuntu leave a part of venv out of their Python.
    if is_root() and shutil.which("apt-get"):
        say("Pythons modul venv saknas. Hämtar den ur systemets pakethanterare …")
        package = f"python3.{sys.version_info[1]}-venv"
        for name in (package, "python3-venv"):
            if install_debian(name) and succeeds(ways[0]) and has_pip():
                return
    give_up(
        "Det gick inte att skapa en Pythonmiljö. Installera modulen venv och försök igen, "
        "på Debian och Ubuntu:\n\n    sudo apt install python3-venv"
    )


def install_debian(package: str) -> bool:
    """Install a Debian package without questions; return whether it went well."""
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "-y", "--no-install-recommends", package]
    if succeeds(install, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL):
        return True
    return twice(["apt-get", "update", "-q"]) and succeeds(install, env=env)


def install_packages(requirements: str) -> None:
    """Install what ``requirements`` pins, unless exactly that was done before."""
    source = ROOT / requirements
    stamp = VENV / f".{requirements}.sha256"
    digest = hashlib.sha256(source.read_bytes()).hexdigest()
    if stamp.is_file() and stamp.read_text(encoding="ascii") == digest:
        return
    say(f"Installerar paketen i {requirements}. Första gången tar det någon minut …")
    command = [venv_python(), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    if not twice([*command, "-r", str(source)]):
        give_up(
            "Paketen gick inte att installera (se ovan). Kontrollera nätet, eller pips "
            "inställningar för spegel och proxy, och försök igen."
        )
    stamp.write_text(digest, encoding="ascii")


def prepare(requirements: str) -> None:
    """Make the environment and install ``requirements``."""
    require_python()
    make_venv()
    install_packages(requirements)


# ------------------------------------------------------------------ a browser for the tests


def usual_browsers() -> list[Path]:
    """Return where Chromium and its kin are installed on Windows and macOS."""
    programs = (
        "Google/Chrome/Application/chrome.exe",
        "Microsoft/Edge/Application/msedge.exe",
        "Chromium/Application/chrome.exe",
    )
    folders = [os.environ.get(n) for n in ("ProgramFiles", "ProgramFiles(x86)", "LocalAppData")]
    apps = (
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    )
    return [Path(f) / p for f in folders if f for p in programs] + [Path(app) for app in apps]


def playwright_browser() -> str | None:
    """Return the Chromium that Playwright has fetched, if any."""
    code = (
        "from playwright.sync_api import sync_playwright as start\n"
        "with start() as p: print(p.chromium.executable_path)"
    )
    told = subprocess.run(
        [venv_python(), "-c", code], cwd=ROOT, check=False, capture_output=True, text=True
    ).stdout.strip()
    return told if told and Path(told).is_file() else None


def find_chromium() -> str | None:
    """Return the path of an installed Chromium, Chrome or Edge, if any."""
    for name in ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "msedge"):
        found = shutil.which(name)
        if found and starts(found):
            return found
    for path in usual_browsers():
        if path.is_file():
            return str(path)
    return playwright_browser()


def starts(browser: str) -> bool:
    """Return whether the program is a browser: Ubuntu's package may be an empty shell."""
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return succeeds([browser, "--version"], **quiet)


def require_chromium() -> str:
    """Return the path of a Chromium, installing one if it must; give up if none is to be had."""
    named = os.environ.get("DISTANSKOLLEN_CHROMIUM")
    if named:
        if not Path(named).is_file():
            give_up(f"DISTANSKOLLEN_CHROMIUM pekar på {named}, men filen finns inte.")
        return named
    found = find_chromium()
    if found:
        return found
    say("Ingen Chromium hittades. Hämtar en till testerna …")
    # As root the system's own package first: it brings the libraries that a bare machine lacks, and
    # where downloads are closed it is the only one to be had.
    if is_root() and shutil.which("apt-get") and install_debian("chromium"):
        found = find_chromium()
    if not found and succeeds([venv_python(), "-m", "playwright", "install", "chromium"]):
        found = playwright_browser()
    if not found:
        give_up(
            "Testerna öppnar sidorna i en riktig webbläsare, men ingen Chromium, Chrome eller Edge "
            "hittades.\nInstallera en, eller ange sökvägen i variabeln DISTANSKOLLEN_CHROMIUM."
        )
    return found


# ------------------------------------------------------------------ commands


def call(command: list[str], env: dict[str, str] | None = None) -> int:
    """Run ``command`` in the environment and return its exit status; Ctrl+C ends it calmly.

    The command shares the terminal and gets the interrupt itself: this process only waits for it.
    """
    process = subprocess.Popen([venv_python(), *command], cwd=ROOT, env=env)
    signal.signal(signal.SIGTERM, lambda *_: process.terminate())
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue


def run(port: int) -> int:
    """Serve the dashboard, on demo data if the store is empty."""
    prepare(USERS)
    store = Path(os.environ.get("DISTANSKOLLEN_STORE") or ROOT / "data" / "store")
    if not (store / "current").exists():
        say("Ingen data än. Bygger exempeldata …")
        if call(["manage.py", "demo"]) != 0:
            give_up("Exempeldata gick inte att bygga (se ovan).")
    say("Startar. Avsluta med Ctrl+C.")
    where = ["--server.port", str(port), "--server.address", "127.0.0.1"]
    status = call(["-m", "streamlit", "run", "dashboard.py", *where])
    # To be interrupted is how it is meant to end (the last two: a shell's and Windows' way to say).
    return 0 if status in (-signal.SIGINT, -signal.SIGTERM, 130, 0xC000013A) else status


def test(arguments: list[str]) -> int:
    """Lint, then test with what follows on the command line; the status is that of the tests."""
    prepare(DEVELOPERS)
    # Tests run side by side already: threads of their own would only take turns.
    env = {"OPENBLAS_NUM_THREADS": "1", **os.environ}
    env["DISTANSKOLLEN_CHROMIUM"] = require_chromium()
    lint = call(["-m", "ruff", "check", "."])
    status = call(["-m", "pytest", *arguments], env)
    if lint != 0:
        say("ruff har anmärkningar (överst).")
    return status or lint


def requirements() -> int:
    """Pin every package, for all systems and every Python from the oldest, from pyproject.toml."""
    prepare(DEVELOPERS)
    # No trace of where packages came from on this machine may end up in the files.
    options = ["--universal", "--python-version", ".".join(map(str, OLDEST)), "--no-annotate"]
    options += ["--no-header", "--no-emit-index-url", "--no-emit-find-links", "--quiet"]
    note = "# Made from pyproject.toml by `make requirements`; do not edit by hand.\n"
    for name, extra in ((USERS, []), (DEVELOPERS, ["--extra", "dev"])):
        command = [venv_python(), "-m", "uv", "pip", "compile", "pyproject.toml", *options, *extra]
        made = subprocess.run(command, cwd=ROOT, check=False, stdout=subprocess.PIPE, text=True)
        if made.returncode != 0:
            give_up("Paketen gick inte att låsa (se ovan).")
        with (ROOT / name).open("w", encoding="utf-8", newline="\n") as stream:
            stream.write(note + made.stdout)
    return 0


def main() -> int:
    """Read the command line and do it; what follows test, manage and python is passed on."""
    passed_on = {"test", "manage", "python"}
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("run").add_argument("--port", type=int, default=8501)
    commands.add_parser("requirements")
    for name in sorted(passed_on):
        commands.add_parser(name, add_help=False)
    known, rest = parser.parse_known_args()
    if rest and known.command not in passed_on:
        parser.error("unrecognized arguments: " + " ".join(rest))
    if known.command == "run":
        return run(known.port)
    if known.command == "requirements":
        return requirements()
    if known.command == "test":
        return test(rest)
    if known.command == "manage":
        prepare(USERS)
        return call(["manage.py", *rest])
    prepare(DEVELOPERS)
    return call(rest)


if __name__ == "__main__":
    raise SystemExit(main())
