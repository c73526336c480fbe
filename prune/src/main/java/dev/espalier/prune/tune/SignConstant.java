package dev.espalier.prune.tune;

import dev.espalier.nn.Parameter;
import dev.espalier.nn.layer.Init;
import dev.espalier.prune.Allowance;
import dev.espalier.prune.FineTune;
import dev.espalier.prune.Percent;
import dev.espalier.prune.PrunableWeight;
import dev.espalier.prune.Restart;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.Elementwise;
import dev.espalier.tensor.ops.RandomFill;

/**
 * Survivors keep nothing but the sign that they had at step t of T: {@code w = sign(w_t) sqrt(6 /
 * (n_in + n_out))}, with the layer's fan-in and fan-out; everything else goes back to step t.
 *
 * <p>Source: H. Zhou et al., Deconstructing Lottery Tickets (2019), with the constant of C. Brix et
 * al. (2020), the bound of Glorot's uniform distribution. A weight that was exactly zero stays
 * zero.
 *
 * @param share t / T of the dense run
 * @param randomSigns the control experiment: signs are drawn at random instead
 * @param length how long survivors train
 */
public record SignConstant(double share, boolean randomSigns, Length length) implements FineTune {
  public SignConstant {
    if (!(share >= 0 && share <= 1)) {
      throw new IllegalArgumentException(
          "sign-constant reinitialisation: the share of the run must lie in [0, 1] but is "
              + share);
    }
  }

  /** With the initial signs, for as long as the study grants. */
  public SignConstant() {
    this(0, false, Length.GRANTED);
  }

  @Override
  public String name() {
    return (randomSigns ? "random-sign-constant" : "sign-constant")
        + (share == 0 ? "" : "-" + Percent.of(share) + "%")
        + length.suffix();
  }

  @Override
  public void prepare(Restart restart) {
    restart.module().loadStateDict(restart.origins().dense(share));
    for (PrunableWeight weight : PrunableWeight.of(restart.module())) {
      Parameter parameter = weight.parameter();
      try (var _ = Scope.open("signs")) {
        double constant =
            Math.sqrt(6.0 / (Init.fanIn(parameter.shape()) + Init.fanOut(parameter.shape())));
        Tensor signed =
            randomSigns
                ? RandomFill.uniform(restart.generator(), DType.FLOAT32, parameter.shape(), -1, 1)
                : parameter.tensor();
        parameter.tensor().copyFrom(Elementwise.mulScalar(Elementwise.sign(signed), constant));
      }
      Survivors.mask(parameter);
    }
  }

  @Override
  public boolean needsEarlierWeights() {
    return true;
  }

  @Override
  public int epochs(Allowance allowance) {
    return length.epochs(allowance);
  }
}
