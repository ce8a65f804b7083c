"""python -m mlpstudy.core.native: compile the engine, so that no training waits for it."""

import numpy as np

from mlpstudy.core.engines import Task
from mlpstudy.core.native.engine import learn
from mlpstudy.data.split import Part, Split
from mlpstudy.design.run import Run


def main() -> None:
    """Train the smallest network on a single example."""
    part = Part(np.zeros((1, 1), np.float32), np.ones((1, 1), np.float32), np.zeros(1, np.int64))
    run = Run(depth=1, width=1, epochs=1, cost="mse_raw")
    split = Split(part, part, part)
    learn(Task([run], (1,), 0, 1, [split], [0]), "nothing", lambda passes: None, "cpu")


if __name__ == "__main__":
    main()
