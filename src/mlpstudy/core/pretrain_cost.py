"""What pretraining costs, in the passes of the training that follows it."""

from mlpstudy.core.outputs import outputs
from mlpstudy.data.datasets import DATASETS
from mlpstudy.data.split import examples_of
from mlpstudy.design.examples import EXAMPLES
from mlpstudy.design.run import Run
from mlpstudy.design.sizes import LayerSizes, layer_sizes


def passes_spent(run: Run) -> float:
    """What a run's pretraining costs, in passes of the training that follows it.

    The cost is counted in multiply-adds of the weights: it grows with |w| as time does, but
    depends on no computer, and a pass over one layer is not a pass over the network. A pass over
    a layer of w weights takes 5 w for each example: an autoencoder 2 w forward, 2 w for the
    gradients of its two layers, w for the delta between them; an RBM w up, w down and w up again,
    2 w for the products of its step. The inputs of the next layer take another w, once. A pass of
    the network takes 3 w for each layer, and 2 w for the first, which sends no delta back.
    """
    if run.pretraining == "none":
        return 0.0
    *hidden, last = (layer.weights for layer in _layers(run))
    machines = run.pretraining_epochs * 5 * sum(hidden) + sum(hidden[:-1])
    return machines / (3 * (sum(hidden) + last) - hidden[0])


def _layers(run: Run) -> LayerSizes:
    data = EXAMPLES.get(run.dataset) or examples_of(DATASETS[run.dataset]())
    return layer_sizes(run, data.shape, outputs(run.cost, data.classes, data.outputs))
