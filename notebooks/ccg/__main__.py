"""python -m ccg COMMAND: the same as the Makefile, on any system and from any folder."""

import sys

from .cli import main

if __name__ == "__main__":
    sys.exit(main())
