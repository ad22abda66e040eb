"""python -m jwt.help"""

from lanyard.jwt.help import info, main

__all__ = ["info", "main"]

if __name__ == "__main__":
    main()
