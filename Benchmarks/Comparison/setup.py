"""Sets up what a comparison needs: the peers' environment and our executable."""

import hashlib
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent
PEERS = FOLDER / "Peers"
ENVIRONMENT = PEERS / ".venv"
PYTHON = ENVIRONMENT / "bin" / "python"


def say(text):
    """Progress goes to standard error, results to standard output."""
    print(text, file=sys.stderr, flush=True)


def run(*command):
    """Runs a command whose output is progress; its failure ends the comparison."""
    result = subprocess.run([str(part) for part in command], stdout=sys.stderr)
    if result.returncode != 0:
        sys.exit(f"{Path(command[0]).name} ended with status {result.returncode}")


def output(*command):
    """What a command prints."""
    result = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, text=True)
    if result.returncode != 0:
        sys.exit(f"{Path(command[0]).name} ended with status {result.returncode}")
    return result.stdout


def steps(executable):
    """The names of an executable's cases that are steps."""
    return [line.split()[0] for line in output(executable, "--list").splitlines()]


def set_up_environment():
    """Makes the peers' virtual environment, or brings it up to the list of requirements."""
    requirements = PEERS / "requirements.txt"
    stamp = ENVIRONMENT / "requirements.sha256"
    digest = hashlib.sha256(requirements.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == digest:
        return
    say("Setting up Benchmarks/Peers/.venv; this downloads about 3.5 GB the first time.")
    if not PYTHON.exists():
        run(sys.executable, "-m", "venv", ENVIRONMENT)
    run(PYTHON, "-m", "pip", "install", "--no-deps", "--disable-pip-version-check", "--quiet",
        "-r", requirements)
    stamp.write_text(digest)


def swift_program(optimisation):
    """The path of the program that takes Swift's own derivatives, compiled in one way."""
    return FOLDER / ".build" / f"swift-derivatives{optimisation}"


def build_swift_program(optimisation):
    """Compiles that program where it is older than its source."""
    sources = sorted((PEERS / "SwiftDerivatives").glob("*.swift"))
    program = swift_program(optimisation)
    newest = max(source.stat().st_mtime for source in sources)
    if program.exists() and program.stat().st_mtime > newest:
        return
    program.parent.mkdir(exist_ok=True)
    run("swiftc", "-swift-version", "6", "-wmo", optimisation, *sources, "-o", program)


def build():
    """Builds our executable, optimised, and returns its path."""
    package = ["swift", "build", "--package-path", FOLDER, "-c", "release"]
    run(*package)
    return Path(output(*package, "--show-bin-path").strip()) / "Benchmarks"
