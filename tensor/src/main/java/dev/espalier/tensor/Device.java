package dev.espalier.tensor;

/**
 * Where a tensor's data lies: a kind ({@code cpu}, {@code cuda}) and an index.
 *
 * <p>PyTorch: {@code torch.device}.
 */
public record Device(String kind, int index) {
  /** The host. */
  public static final Device CPU = new Device("cpu", 0);

  @Override
  public String toString() {
    return kind.equals("cpu") ? "cpu" : kind + ":" + index;
  }
}
