package dev.espalier.bench.kernel;

/** A network on a batch, written {@code resnet-20@32}. */
public record NetworkShape(String network, int batch) {
  /** Reads what {@link #toString} writes. */
  public static NetworkShape parse(String text) {
    int at = text.lastIndexOf('@');
    if (at < 1 || !text.substring(at + 1).matches("[1-9]\\d{0,5}")) {
      throw new IllegalArgumentException(
          "the shape of a network is NAME@BATCH but this is '%s'".formatted(text));
    }
    return new NetworkShape(text.substring(0, at), Integer.parseInt(text.substring(at + 1)));
  }

  @Override
  public String toString() {
    return network + "@" + batch;
  }
}
