package dev.espalier.prune.file;

import dev.espalier.nn.Module;
import dev.espalier.nn.Parameter;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.Mask;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * State dicts in the form that {@code torch.nn.utils.prune} leaves behind: {@code weight_orig}, the
 * dense value, and {@code weight_mask}, ones and zeros, instead of {@code weight}.
 */
public final class PyTorchMasks {
  private static final String ORIGINAL = "_orig";
  private static final String MASK = "_mask";

  private PyTorchMasks() {}

  /**
   * A module's state with every masked parameter as such a pair; other tensors are the live ones,
   * masks are new.
   */
  public static Map<String, Tensor> stateDict(Module module) {
    Map<String, Parameter> parameters = module.namedParameters();
    Map<String, Tensor> state = new LinkedHashMap<>();
    module
        .stateDict()
        .forEach(
            (name, tensor) -> {
              Mask mask = parameters.containsKey(name) ? parameters.get(name).mask() : null;
              if (mask == null) {
                state.put(name, tensor);
              } else {
                state.put(name + ORIGINAL, tensor);
                state.put(name + MASK, mask.toTensor(DType.FLOAT32));
              }
            });
    return state;
  }

  /**
   * Loads such a state dict; each pair becomes a value and a mask, and other masks are removed.
   *
   * @param mode how the masks act: SOFT as in PyTorch, where the hidden values live on, or HARD
   * @throws IllegalArgumentException if a pair is incomplete or no parameter, its shapes differ or
   *     the mask holds anything but 0 and 1
   */
  public static void load(Module module, Map<String, Tensor> state, Parameter.MaskMode mode) {
    Map<String, Tensor> values = new LinkedHashMap<>();
    Map<String, Mask> masks = new LinkedHashMap<>();
    state.forEach(
        (name, tensor) -> {
          if (name.endsWith(ORIGINAL)) {
            String stem = name.substring(0, name.length() - ORIGINAL.length());
            masks.put(stem, mask(stem, tensor, state.get(stem + MASK)));
            values.put(stem, tensor);
          } else if (!name.endsWith(MASK)
              || !state.containsKey(name.substring(0, name.length() - MASK.length()) + ORIGINAL)) {
            values.put(name, tensor);
          }
        });
    Map<String, Parameter> parameters = module.namedParameters();
    for (String name : masks.keySet()) {
      if (!parameters.containsKey(name)) {
        throw new IllegalArgumentException(
            "'%s_orig': the model has no parameter '%s'".formatted(name, name));
      }
    }
    module.parameters().forEach(Parameter::clearMask);
    module.loadStateDict(values);
    masks.forEach((name, mask) -> parameters.get(name).setMask(mask, mode));
  }

  private static Mask mask(String name, Tensor original, Tensor mask) {
    if (mask == null || !mask.shape().equals(original.shape())) {
      throw new IllegalArgumentException(
          "'%s_orig' of shape %s needs a '%s_mask' of the same shape but %s"
              .formatted(
                  name,
                  original.shape(),
                  name,
                  mask == null ? "there is none" : "its shape is " + mask.shape()));
    }
    for (double value : mask.toDoubleArray()) {
      if (value != 0 && value != 1) {
        throw new IllegalArgumentException(
            "'%s_mask': a mask holds 0 and 1 only, not %s".formatted(name, value));
      }
    }
    return Mask.nonZeros(mask);
  }
}
