package dev.espalier.nn;

import dev.espalier.autograd.F;
import dev.espalier.autograd.Variable;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.Mask;

/**
 * A learned tensor of a {@link Module}, with an optional mask.
 *
 * <p>Under a <em>hard</em> mask value, gradient and optimiser state are exactly zero where the mask
 * is, in every optimiser, and kernels may skip the work. Under a <em>soft</em> mask the forward
 * pass sees the masked value while the dense one lives on and may come back. PyTorch: {@code
 * torch.nn.Parameter}; {@code torch.nn.utils.prune} keeps {@code weight_orig} and {@code
 * weight_mask} (soft).
 */
public final class Parameter extends Variable {
  /** How a mask acts. */
  public enum MaskMode {
    /** Masked values are zero and stay zero. */
    HARD,
    /** Masked values are hidden from the forward pass but kept. */
    SOFT
  }

  private Mask mask;
  private MaskMode mode = MaskMode.HARD;
  private boolean denseGradient;
  private boolean frozen;
  private int maskVersion;
  private boolean readByProducts;
  private boolean readOtherwise;

  /** A parameter that takes over the tensor: it is moved out of every scope. */
  public Parameter(Tensor value) {
    super(Scope.detach(value), true);
  }

  /** The mask, or null. */
  public Mask mask() {
    return mask;
  }

  public MaskMode maskMode() {
    return mode;
  }

  /** Counts changes of the mask, so that an optimiser can notice one. */
  public int maskVersion() {
    return maskVersion;
  }

  /**
   * Sets or replaces the mask; a hard one zeroes the masked values at once.
   *
   * @throws IllegalArgumentException if its shape is not the parameter's
   */
  public void setMask(Mask newMask, MaskMode newMode) {
    if (!newMask.shape().equals(shape())) {
      throw new IllegalArgumentException(
          "setMask: the mask has shape %s but the parameter %s"
              .formatted(newMask.shape(), shape()));
    }
    mask = newMask;
    mode = newMode;
    maskVersion++;
    if (newMode == MaskMode.HARD) {
      newMask.applyInPlace(tensor());
    }
  }

  /** Turns a soft mask into a hard one: the hidden values are zeroed for good. */
  public void harden() {
    if (mask != null && mode == MaskMode.SOFT) {
      setMask(mask, MaskMode.HARD);
    }
  }

  /** Removes the mask and leaves the masked zeros in the value. PyTorch: {@code prune.remove}. */
  public void makePermanent() {
    harden();
    clearMask();
  }

  /** Removes the mask; the values hidden by a soft one come back. */
  public void clearMask() {
    if (mask != null) {
      mask = null;
      maskVersion++;
    }
  }

  /** Asks for the gradient at masked positions too (scorers and methods that grow weights back). */
  public void setDenseGradient(boolean dense) {
    denseGradient = dense;
  }

  /** Whether masked positions get a gradient. */
  public boolean denseGradient() {
    return denseGradient;
  }

  /** The variable that the forward pass uses: this one, or its view through a soft mask. */
  public Variable value() {
    return mask != null && mode == MaskMode.SOFT ? F.masked(this, mask, denseGradient) : this;
  }

  /**
   * The mask that product kernels may exploit, or null: a hard one, unless the dense gradient is
   * asked for.
   */
  public Mask kernelMask() {
    readByProducts = true;
    return mode == MaskMode.HARD && !denseGradient ? mask : null;
  }

  /**
   * To be called by a layer that reads it by something else than a product with {@link
   * #kernelMask}, where another one may do that too: such a gradient is not zero under a hard mask
   * by itself.
   */
  public void readOtherwise() {
    readOtherwise = true;
  }

  /**
   * Whether gradients come with zeros where a hard mask is, as those of products do; an optimiser
   * puts them there in the others, as of biases, normalisations and embeddings.
   */
  public boolean isGradientMasked() {
    return readByProducts && !readOtherwise && !denseGradient;
  }

  /** Number of elements that the forward pass sees as kept. */
  public long kept() {
    return mask == null ? tensor().size() : mask.kept();
  }

  /** Stops (or resumes) gradients and optimiser steps. */
  public void setFrozen(boolean stop) {
    frozen = stop;
    if (stop) {
      zeroGrad();
    }
  }

  public boolean isFrozen() {
    return frozen;
  }

  @Override
  public boolean requiresGrad() {
    return !frozen;
  }

  /**
   * Replaces the value by one of another shape or type (surgery, conversion); mask and gradient are
   * dropped.
   */
  public void replace(Tensor value) {
    clearMask();
    Tensor old = tensor();
    replaceTensor(Scope.detach(value));
    old.close();
  }
}
