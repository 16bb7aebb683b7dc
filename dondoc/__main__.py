"""`python -m dondoc` is the command `dondoc`."""

from dondoc.cli import main

main()
