"""What a reader calls the levels of fields, where the name of the code is no word: ReLU, not relu.

A level that is not here is shown as it is; a study's own labels (`field=level`) go before these.
Names of datasets are those of their makers, in every language.
"""

from mlpstudy.words.markers import N_

Levels = dict[str | None, str]  # None: what a field that is left out is called

DATASETS: Levels = {
    "breast_cancer": "breast cancer",
    "mnist_5k": "MNIST-5k",
    "mnist_1d": "MNIST-1D",
    "mnist_1d_published": N_("MNIST-1D as published"),
    "xor": N_("noisy XOR"),
    "xor_4": "XOR",
}
ACTIVATIONS: Levels = {
    "sigmoid": N_("sigmoid"),
    "tanh": "tanh",
    "relu": "ReLU",
    "leaky_relu": N_("leaky ReLU"),
    "elu": "ELU",
    "selu": "SELU",
    "gelu": "GELU",
    "silu": "SiLU",
    "hard_tanh": N_("hard tanh"),
    "ramp": N_("ramp"),
    "gaussian": N_("Gaussian"),
    "threshold": N_("threshold"),
    "identity": N_("identity"),
}
INITIALIZATIONS: Levels = {  # by whom, where one rule of his has become the usual one
    "zeros": N_("zeros"),
    "small_normal": N_("small normal"),
    "unit_normal": N_("unit normal"),
    "uniform": N_("uniform"),
    "old_uniform": N_("old uniform"),
    "torch_linear": "PyTorch",
    "lecun_normal": "LeCun",
    "lecun_uniform": N_("uniform LeCun"),
    "glorot_normal": N_("normal Glorot"),
    "glorot_uniform": "Glorot",
    "he_normal": "He",
    "he_uniform": N_("uniform He"),
    "orthogonal": N_("orthogonal"),
}
COSTS: Levels = {
    "nll": N_("negative log-likelihood"),
    "kl": N_("Kullback-Leibler divergence"),
    "binary_nll": N_("negative log-likelihood (sigmoid outputs)"),
    "mse": N_("squared error"),
    "mse_sigmoid": N_("squared error (sigmoid outputs)"),
    "mse_raw": N_("squared error (linear outputs)"),
}

NAMES: dict[str, Levels] = {
    "train_size": {None: N_("all of them")},
    "batch_size": {None: N_("all of them")},
    "dataset": DATASETS,
    "activation": ACTIVATIONS,
    "initialization": INITIALIZATIONS,
    "reduction": {"sum": N_("sum"), "mean": N_("mean")},
    "steps": {None: N_("by passes")},
    "norm": {"none": N_("none"), "batch": N_("batch norm"), "layer": N_("layer norm")},
    "class_weights": {"none": N_("none"), "balanced": N_("balanced")},
    "patience": {None: N_("none")},
    "residual": {"none": N_("none"), "plain": N_("plain"), "scaled": N_("scaled")},
    "cost": COSTS,
    "optimizer": {
        "sgd": N_("gradient descent"),
        "nesterov": "Nesterov",
        "adam": "Adam",
        "rprop": "RPROP",
        "adamw": "AdamW",
        "rmsprop": "RMSprop",
    },
    "schedule": {
        "constant": N_("constant"),
        "step": N_("by steps"),
        "inverse": "1/t",
        "cosine": N_("cosine"),
    },
    "trained": {"all": N_("all"), "last": N_("the last")},
    "pretraining": {
        "none": N_("none"),
        "autoencoder": N_("autoencoder"),
        "denoising_masking": N_("denoising autoencoder (masked inputs)"),
        "denoising_gaussian": N_("denoising autoencoder (Gaussian noise)"),
        "rbm": N_("RBM"),
    },
    "name": ACTIVATIONS | COSTS,  # of a function that is checked
    "split": {"train": N_("training"), "validation": N_("validation"), "test": N_("test")},
    "status": {"finished": N_("finished"), "diverged": N_("diverged")},
}
