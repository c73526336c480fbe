package dev.espalier.tensor.spi;

/**
 * The numbers of one Adam step: {@code m = β1 m + (1-β1) g}, {@code v = β2 v + (1-β2) g²}, {@code w
 * -= lr (m / c1) / (sqrt(v / c2) + eps)}, with {@code c_i = 1 - β_i^t}.
 *
 * @param decoupled AdamW: {@code w *= 1 - lr weightDecay} first; otherwise {@code g += weightDecay
 *     w}
 * @param step t, counted from 1
 */
public record AdamStep(
    double lr,
    double beta1,
    double beta2,
    double eps,
    double weightDecay,
    boolean decoupled,
    long step) {}
