package dev.espalier.prune;

import dev.espalier.nn.Parameter;
import dev.espalier.tensor.sparse.Granularity;
import dev.espalier.tensor.sparse.Mask;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Masks under which weights may come back. */
final class SoftMasks {
  private SoftMasks() {}

  /** Brings hidden values back. */
  static void remove(List<PrunableWeight> weights) {
    for (PrunableWeight weight : weights) {
      Parameter parameter = weight.parameter();
      if (parameter.mask() != null && parameter.maskMode() == Parameter.MaskMode.SOFT) {
        parameter.clearMask();
        parameter.setDenseGradient(false);
      }
    }
  }

  /**
   * Zeroes or hides what is not kept.
   *
   * @param kept groups of each set
   * @throws IllegalStateException if a weight has a hard mask
   */
  static void set(List<GroupSet> sets, List<Mask> kept, Masking masking) {
    makers(sets, kept).forEach((parameter, mask) -> set(parameter, mask, masking));
  }

  private static void set(Parameter parameter, Mask mask, Masking masking) {
    if (mask.kept() == mask.size()) {
      return;
    }
    if (parameter.mask() != null) {
      throw new IllegalStateException(
          "soft pruning: a weight of shape %s has a hard mask, under which nothing comes back; clear it first"
              .formatted(parameter.shape()));
    }
    if (masking == Masking.ZEROED) {
      mask.applyInPlace(parameter.tensor());
    } else {
      parameter.setMask(mask, Parameter.MaskMode.SOFT);
      parameter.setDenseGradient(true);
    }
  }

  /** Of each set, the masks of the weights that make its groups: whole rows, or all it touches. */
  private static Map<Parameter, Mask> makers(List<GroupSet> sets, List<Mask> kept) {
    Map<Parameter, Mask> masks = new LinkedHashMap<>();
    for (int i = 0; i < sets.size(); i++) {
      Map<Parameter, Mask> touched = sets.get(i).masks(kept.get(i));
      touched.forEach(
          (parameter, mask) -> {
            boolean rows =
                parameter.shape().rank() > 1
                    && mask.isConstantPerGroup(new Granularity.Filter())
                    && mask.kept() > 0;
            if (touched.size() == 1 || rows) {
              masks.merge(parameter, mask, Mask::and);
            }
          });
    }
    return masks;
  }
}
