"""mlpstudy: the claims of a lecture on multilayer perceptrons, put to the test.

The lecture's modules, all in mlpstudy.core and all for many networks at once:

    linear module, activation (mlpstudy.core.modules: Linear, Activate)
    threshold, ramp, radial, sigmoid, tanh, ReLU and others (mlpstudy.core.activations)
    convolution, dropout, noise on the inputs, residual layers (mlpstudy.core.modules)
    costs: MSE, NLL, KL and the perceptron's (mlpstudy.core.costs)
    layer-wise pretraining: auto-encoders, RBM (mlpstudy.core.pretrain)
    initializations (mlpstudy.core.initializers), steps eta(t) (mlpstudy.core.schedules)
    early stopping (mlpstudy.statistics.stopping)
"""
