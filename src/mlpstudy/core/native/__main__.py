"""python -m mlpstudy.core.native: compile the engine, so that no training waits for it."""

from mlpstudy.core.native.engine import compile_once

if __name__ == "__main__":
    compile_once()
