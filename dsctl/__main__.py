"""``python -m dsctl``."""

from dsctl.main import entry

if __name__ == "__main__":
    entry()
