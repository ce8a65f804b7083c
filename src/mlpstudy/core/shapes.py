"""The numbers of the activations that both engines share: their constants and steepest slopes."""

LEAK = 0.01  # of leaky_relu
SELU_SCALE, SELU_ALPHA = 1.0507009873554805, 1.6732632423543772  # Klambauer et al. 2017

# The largest |g'|, where it is not 1.
SIGMOID_SLOPE = 0.25
SELU_SLOPE = SELU_SCALE * SELU_ALPHA
GELU_SLOPE = 1.1289
SILU_SLOPE = 1.0998
GAUSSIAN_SLOPE = 0.6065306597126334  # exp(-1/2)
