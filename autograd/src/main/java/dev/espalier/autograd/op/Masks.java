package dev.espalier.autograd.op;

import dev.espalier.autograd.Autograd;
import dev.espalier.autograd.Variable;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.Mask;
import dev.espalier.tensor.sparse.Weight;

/** Optional masks, for the product operations. */
final class Masks {
  private Masks() {}

  static Weight weight(Tensor storage, Mask mask) {
    return mask == null ? new Weight.Dense(storage) : new Weight.Masked(storage, mask);
  }

  /** The mask of a weight, or null. */
  static Mask of(Weight weight) {
    return weight instanceof Weight.Masked(_, Mask mask) ? mask : null;
  }

  /** A value used in the place of a masked weight must be zero where the mask is. */
  static Variable kept(Variable value, Mask mask) {
    return mask == null ? value : Autograd.apply(new Masked(mask, false), value);
  }
}
