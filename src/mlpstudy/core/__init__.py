"""How networks are trained: the lecture's modules, forward and backward by hand, many at once.

Every array carries a first axis of R networks of one shape; a run gives the same bits alone and in
any stack. What the lecture names, and where it is:

==========================  =================================================  ====================
the lecture                 here                                               file
==========================  =================================================  ====================
module linéaire             Linear: a = z W + b                                modules.py
fonctions d'activation      sigmoid, tanh, relu, threshold, ramp, gaussian     activations.py
                            (radial), and more
convolution                 Convolve, in one dimension and two                 modules.py
dropout                     Dropout: inverted, a rate for each run             modules.py
bruit                       Noise on the inputs, a sigma for each run          modules.py
connexions résiduelles      Residual: z + M(z), plain or by 1 / sqrt(L)        modules.py
normalisation               BatchNorm, LayerNorm: a' = gain (a - mean) / sd    norms.py
                            + shift
fonctions de coût           nll (softmax), kl, binary_nll, mse (of the         costs.py
                            probabilities, of a sigmoid, raw), perceptron,
                            hinge
descente de gradient        SGD, with momentum, Nesterov; Adam, AdamW;         optimizers.py
                            RMSprop; RPROP; on one example, a batch or
                            all; a gradient cut to a norm
pas d'apprentissage         constant, step, inverse, cosine; a warm-up         schedules.py
initialisation              LeCun, Glorot, He, orthogonal, and the older ones   initializers.py
rétropropagation            Network: the chain, from x to the deltas           network.py
pré-apprentissage           autoencoder, denoising (masking, Gaussian), RBM    pretrain.py
apprentissage               train: a pass at a time, watched by nobody         train.py
==========================  =================================================  ====================

stack.py holds the parameters of runs that learn together, batches.py their examples, draws.py what
is drawn while they learn; probes.py looks at losses and layers, measures.py names what they see,
threads.py keeps torch on one thread. engines.py is the seam: a recorder gives an engine a stack,
cut by chunks.py, and gets curves, layers and weights. torch_engine.py trains it with all of this;
native/ is another engine, compiled, for dense networks on a CPU.
"""
