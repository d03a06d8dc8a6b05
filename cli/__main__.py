"""Allows `python -m cli`, which is how a command starts its own children."""

from cli.main import main

if __name__ == "__main__":
    main()
