package dev.espalier.tensor.spi;

/** The numbers of one step of stochastic gradient descent; see {@link Backend#sgdStep}. */
public record SgdStep(
    double lr,
    double momentum,
    double dampening,
    double weightDecay,
    boolean nesterov,
    boolean first) {}
